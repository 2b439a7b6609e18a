import subprocess

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from nlp.errors import ModelError
from nlp.models import safe_joblib


class Attack:
    def __reduce__(self):
        return subprocess.Popen, (["true"],)


def test_plain_values_and_arrays_come_back(tmp_path):
    data = {
        "terms": ["a", "é"],
        "weights": np.eye(3, dtype=np.float16),
        "share": 0.5,
        "nested": {"n": [1, None]},
    }
    safe_joblib.dump(data, tmp_path / "m.joblib")
    read = safe_joblib.load(tmp_path / "m.joblib")
    assert read["terms"] == data["terms"]
    assert read["nested"] == data["nested"]
    np.testing.assert_array_equal(read["weights"], data["weights"])
    assert read["weights"].dtype == np.float16


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        ({"a": Attack()}, r"subprocess\.Popen"),
        ({"a": [{"b": (Attack(),)}]}, r"subprocess\.Popen"),
        ({"a": np.array([Attack()], dtype=object)}, "joblib"),
        ({"a": np.zeros(3)}, "joblib"),
        ({"a": np.float64(1)}, "numpy"),
        ({"a": LogisticRegression()}, r"sklearn\.linear_model\._logistic\.LogisticRegression"),
    ],
    ids=[
        "value",
        "nested",
        "in an array",
        "an array of its own",
        "a number of numpy",
        "a class of a library",
    ],
)
def test_any_class_is_refused_by_name_and_does_not_run(tmp_path, monkeypatch, data, refused):
    ran = []
    joblib.dump(data, tmp_path / "m.joblib")
    monkeypatch.setattr(subprocess.Popen, "__init__", lambda *_: ran.append("attacked"))
    with pytest.raises(ModelError, match=rf"m\.joblib: {refused}.*may hold no class"):
        safe_joblib.load(tmp_path / "m.joblib")
    assert ran == []


def test_forged_bytes_of_objects_are_refused(tmp_path):
    forged = {"weights": {"dtype": "|O", "shape": [1], "data": b"A" * 8}}
    joblib.dump(forged, tmp_path / "m.joblib")
    with pytest.raises(ModelError, match="is no type of numbers"):
        safe_joblib.load(tmp_path / "m.joblib")


def test_an_array_of_another_size_than_its_bytes_is_refused(tmp_path):
    joblib.dump({"weights": {"dtype": "<f8", "shape": [3], "data": b"A" * 8}}, tmp_path / "m.joblib")
    with pytest.raises(ModelError, match="is damaged"):
        safe_joblib.load(tmp_path / "m.joblib")


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x04."], ids=["empty", "text", "cut"])
def test_a_damaged_file_is_named(tmp_path, content):
    (tmp_path / "m.joblib").write_bytes(content)
    with pytest.raises(ModelError, match=r"m\.joblib: is damaged"):
        safe_joblib.load(tmp_path / "m.joblib")


def test_a_file_that_holds_no_model_is_named(tmp_path):
    joblib.dump([1], tmp_path / "m.joblib")
    with pytest.raises(ModelError, match="is damaged"):
        safe_joblib.load(tmp_path / "m.joblib")
