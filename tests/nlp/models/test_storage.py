import json
from pathlib import Path

import numpy as np
import pytest

from nlp.errors import ModelError
from nlp.models import load_model, safe_joblib, save_model, storage

TEXTS = [("We need a law on firearms. Japan gave cars.", [(0, 27), (28, 43)])]


@pytest.fixture
def folder(small_model, tmp_path):
    save_model(small_model, tmp_path / "mine", corpus="abc")
    return tmp_path / "mine"


def change_manifest(folder, **changes):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def sign_manifest(folder):
    """Make the manifest fit files that a test has changed."""
    hashes = {name: storage._sha256(folder / name) for name in ("calibration.json", "model.joblib")}
    manifest = json.loads((folder / "manifest.json").read_text("utf-8")) | {"files": hashes}
    change_manifest(folder, files=hashes, version=storage._version(manifest))


def test_a_saved_model_scores_as_before(small_model, folder):
    loaded = load_model(str(folder), trust=True)
    [before], [after] = small_model.score(TEXTS), loaded.score(TEXTS)
    np.testing.assert_array_equal(before.tags, after.tags)
    np.testing.assert_array_equal(before.stances, after.stances)
    np.testing.assert_array_equal(before.instruments, after.instruments)
    assert loaded.calibration.to_json() == small_model.calibration.to_json()
    assert loaded.familiar_share == small_model.familiar_share


def test_the_manifest_says_what_the_model_is(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "linear"
    assert manifest["corpus"] == "abc"
    assert set(manifest["files"]) == {"model.joblib", "calibration.json"}
    assert set(manifest["libraries"]) == {"joblib", "numpy", "scikit-learn", "scipy"}
    assert load_model(str(folder), trust=True).id.version == manifest["version"]


def test_training_again_gives_the_same_version(small_model, folder, tmp_path):
    save_model(small_model, tmp_path / "again", corpus="abc")
    again = load_model(str(tmp_path / "again"), trust=True)
    assert again.id.version == load_model(str(folder), trust=True).id.version


def test_the_card_is_told_what_the_model_is_called_and_changes_no_version(small_model, folder, tmp_path):
    save_model(small_model, tmp_path / "carded", corpus="abc", card=lambda model: f"{model.name}: é\n")
    assert (tmp_path / "carded" / "MODEL_CARD.md").read_text("utf-8") == "carded: é\n"
    assert not (folder / "MODEL_CARD.md").exists()
    version = load_model(str(folder), trust=True).id.version
    assert load_model(str(tmp_path / "carded"), trust=True).id.version == version
    told = []
    save_model(small_model, tmp_path / "carded", corpus="abc", card=lambda model: told.append(model) or "")
    assert [model.version for model in told] == [version]


def test_a_card_that_cannot_be_written_leaves_the_old_model(small_model, folder, tmp_path):
    with pytest.raises(ZeroDivisionError):
        save_model(small_model, folder, corpus="new", card=lambda _: str(1 / 0))
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["corpus"] == "abc"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_model_from_outside_needs_trust(folder):
    with pytest.raises(ModelError, match="add --trust"):
        load_model(str(folder))


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelError, match="is no model"):
        load_model(str(tmp_path), trust=True)


def test_a_file_that_is_not_the_manifests_is_refused(folder):
    (folder / "model.joblib").write_bytes(b"other")
    with pytest.raises(ModelError, match=r"mine, model\.joblib: is not the file that the manifest names"):
        load_model(str(folder), trust=True)


def test_a_missing_file_is_refused(folder):
    (folder / "calibration.json").unlink()
    with pytest.raises(ModelError, match=r"calibration\.json"):
        load_model(str(folder), trust=True)


def test_a_model_of_another_format_is_refused(folder):
    change_manifest(folder, format=99)
    with pytest.raises(ModelError, match="has format 99"):
        load_model(str(folder), trust=True)


def test_a_model_of_another_taxonomy_is_refused(folder):
    change_manifest(folder, labels=["legal"])
    with pytest.raises(ModelError, match="train it again"):
        load_model(str(folder), trust=True)


def test_a_broken_manifest_is_named(folder):
    (folder / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json: cannot be read"):
        load_model(str(folder), trust=True)


def test_data_of_something_else_is_refused(folder):
    safe_joblib.dump({"other": 1}, folder / "model.joblib")
    sign_manifest(folder)
    with pytest.raises(ModelError, match="does not hold a linear model"):
        load_model(str(folder), trust=True)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda data: data | {"weights": data["weights"][:-1]}, "weights of another shape"),
        (lambda data: data | {"weights": data["weights"][:, :-1]}, "weights of another shape"),
        (lambda data: data | {"intercepts": data["intercepts"][:3]}, "weights of another shape"),
        (lambda data: data | {"intercepts": data["intercepts"] * np.nan}, "weights that are no numbers"),
        (lambda data: data | {"familiar_share": "much"}, "does not hold a linear model"),
    ],
)
def test_a_model_whose_parts_do_not_fit_is_refused(folder, change, problem):
    path = folder / "model.joblib"
    safe_joblib.dump(change(safe_joblib.load(path)), path)
    sign_manifest(folder)
    with pytest.raises(ModelError, match=problem):
        load_model(str(folder), trust=True)


@pytest.mark.parametrize(
    "change",
    [
        {"tags": None},
        {"stances": {"slope": "much", "intercept": 0}},
        {"stances": {"slope": float("nan"), "intercept": 0}},
        {"stances": {"slope": [1, 2], "intercept": 0}},
        {"tags": {"slope": [1] * 36, "intercept": 0}},
        {"bands": {"stance": {"width": 1}}},
        {"bands": {kind: {"suggest": 7} for kind in ("type", "subtype", "instrument", "stance")}},
    ],
)
def test_a_calibration_that_is_none_is_refused(folder, change):
    path = folder / "calibration.json"
    fields = json.loads(path.read_text("utf-8")) | change
    path.write_text(json.dumps({kind: values for kind, values in fields.items() if values}), "utf-8")
    sign_manifest(folder)
    with pytest.raises(ModelError, match="calibration"):
        load_model(str(folder), trust=True)


@pytest.mark.parametrize("change", [{"version": "1"}, {"files": []}, {"kind": "other"}, {"files": None}])
def test_a_manifest_that_was_changed_by_hand_is_refused(folder, change):
    change_manifest(folder, **change)
    with pytest.raises(ModelError, match=r"mine: (has a manifest|is of kind other)"):
        load_model(str(folder), trust=True)


def test_saving_to_a_file_is_refused(small_model, tmp_path):
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(ModelError, match="is a file; give a folder"):
        save_model(small_model, tmp_path / "file", corpus="def")


def test_saving_replaces_a_model_but_nothing_else(small_model, folder, tmp_path):
    save_model(small_model, folder, corpus="def")
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["corpus"] == "def"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("keep me", "utf-8")
    with pytest.raises(ModelError, match="holds something else than a model"):
        save_model(small_model, tmp_path / "letters", corpus="def")
    assert (tmp_path / "letters" / "dear.txt").read_text("utf-8") == "keep me"


@pytest.mark.parametrize("step", ["while it is written", "when it takes the place of the old one"])
def test_a_save_that_fails_leaves_the_old_model(small_model, folder, monkeypatch, tmp_path, step):
    rename = Path.rename

    def fail(path, *rest):
        if step == "while it is written" or path.name == "new":
            raise OSError("disk full")
        return rename(path, *rest)

    if step == "while it is written":
        monkeypatch.setattr(storage, "_manifest", fail)
    else:
        monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="disk full"):
        save_model(small_model, folder, corpus="new")
    monkeypatch.undo()
    assert load_model(str(folder), trust=True).id.name == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_labels_that_were_changed_by_hand_are_noticed(folder):
    change_manifest(folder, taxonomy=None, labels=["trade", "sport"])
    with pytest.raises(ModelError, match="out of order"):
        load_model(str(folder), trust=True)
    change_manifest(folder, taxonomy=None, labels=["sport", "trade"])
    with pytest.raises(ModelError, match="changed by hand"):
        load_model(str(folder), trust=True)


def test_a_folder_with_anything_beside_a_model_is_not_replaced(small_model, folder, tmp_path):
    (folder / "precious.txt").write_text("keep me", "utf-8")
    web = tmp_path / "web"
    web.mkdir()
    (web / "manifest.json").write_text('{"name": "an app"}', "utf-8")
    (web / "app.js").write_text("", "utf-8")
    for each in (folder, web):
        before = sorted(path.name for path in each.iterdir())
        with pytest.raises(ModelError, match="holds something else"):
            save_model(small_model, each, corpus="abc")
        assert sorted(path.name for path in each.iterdir()) == before
