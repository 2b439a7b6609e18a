"""Files and folders that somebody else laid out: models, packages, what stands where a backup is written."""

import io
import zipfile

import numpy as np
import openpyxl
import pytest
from sqlalchemy import text

from nlp.errors import InputError, ModelError
from nlp.models import save_model
from service.backup import back_up
from service.intake import read_questionnaires
from service.modelling import load_named
from service.settings import Settings
from service.store.opening import open_database

SECRET = "what only needtag may read"
TYPES = {
    "file": '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{path}">]>',
    "bomb": '<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;">]>',
}


@pytest.mark.parametrize("name", ["..", ".", "../models", "small/../small", "", "a\0b"])
def test_a_models_name_leads_nowhere_else(small_model, tmp_path, name):
    home = tmp_path / "home"
    save_model(small_model, home, corpus="few answers")
    (home / "models").mkdir()
    with pytest.raises(ModelError, match="is no model here"):
        load_named(Settings(home=home, database_url=None, _env_file=None), name)


def test_a_network_reads_no_file_beside_or_above_it(tmp_path, monkeypatch):
    onnx = pytest.importorskip("onnx")
    from onnxruntime import InferenceSession

    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").write_bytes(np.arange(4, dtype=np.float32).tobytes())
    for place in ("weights", "../weights", str(tmp_path / "weights")):
        weights = onnx.TensorProto(name="w", data_type=1, dims=[4], data_location=1)
        for key, value in {"location": place, "offset": "0", "length": "16"}.items():
            weights.external_data.add(key=key, value=value)
        ends = [onnx.helper.make_tensor_value_info(name, 1, [4]) for name in "xy"]
        add = onnx.helper.make_node("Add", ["x", "w"], ["y"])
        graph = onnx.helper.make_graph([add], "g", ends[:1], ends[1:], [weights])
        opset = [onnx.helper.make_opsetid("", 17)]
        model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
        with pytest.raises(Exception, match=r"(?i)external|model_path"):
            InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def workbook(part, head):
    """A workbook whose sheet has a document type, and a name that no office program gives."""
    book, made, changed = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["id", "text"])
    book.active.append(["1", "Guinea asks: ENTITY"])
    book.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"sheet1.xml", part.encode())
            if name.endswith("sheet1.xml"):
                content = head.encode() + content.replace(b"ENTITY", b"&x;")
            new.writestr(name.replace("sheet1.xml", part), content)
    return changed.getvalue()


@pytest.mark.parametrize("part", ["sheet1.xml", "sheet1.XML", "sheet1.bin"])
@pytest.mark.parametrize("kind", TYPES)
def test_no_entity_is_followed_whatever_the_part_is_called(tmp_path, part, kind):
    (tmp_path / "secret").write_text(SECRET)
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(part, TYPES[kind].format(path=tmp_path / "secret")))
    found = list(read_questionnaires(path))
    assert [type(each) for each in found] == [InputError]
    assert SECRET not in str(found)


def test_the_home_and_all_in_it_are_for_its_user_alone(tmp_path):
    known = open_database(Settings(home=tmp_path / "new" / "home", database_url=None, _env_file=None))
    with known.writing() as session:
        session.execute(text("SELECT 1"))
        found = [tmp_path / "new" / "home", *(tmp_path / "new" / "home").iterdir()]
        assert [each.name for each in found if each.stat().st_mode & 0o077] == []
    known.dispose()


def test_a_backup_goes_through_no_link_that_waits_for_it(database, settings, tmp_path):
    other = tmp_path / "other"
    other.write_text("of somebody else")
    (tmp_path / "backup.zip.part").symlink_to(other)
    back_up(settings, tmp_path / "backup.zip")
    assert other.read_text() == "of somebody else"
    assert (tmp_path / "backup.zip").stat().st_mode & 0o777 == 0o600
    left = {each.name for each in tmp_path.iterdir()} - {"home", "other"}
    assert left == {"backup.zip", "backup.zip.part"}
