"""needtag overview writes a whole folder, or says in a sentence why not and leaves all as it was."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from service.overview import folder
from service.store.tables import Audit
from tests.service.overview.reviewed_examples import fill

REGISTER = Path(__file__).parents[3] / "examples" / "register-2009.jsonl"


@pytest.fixture
def kind():
    """The kind of database makes no difference here."""
    return "sqlite"


@pytest.fixture(autouse=True)
def made(monkeypatch):
    """Documents and figures that are made at once: their own tests say what is in them."""
    calls = []

    def write(overview, lang, path):
        calls.append((lang, path.name))
        (path / "1.svg" if path.is_dir() else path).write_text(lang, "utf-8")

    for module, name in (("docx", "write_docx"), ("figures", "draw_figures"), ("html", "write_html")):
        monkeypatch.setitem(sys.modules, f"service.overview.{module}", SimpleNamespace(**{name: write}))
    return calls


def counts_of(output):
    return json.loads((output / folder.COUNTS).read_text("utf-8"))


def test_a_register_makes_a_whole_folder(needtag, made, tmp_path):
    output = tmp_path / "note"
    code, _, said = needtag("overview", "--lang", "fr", "--from", REGISTER, "--output", output)
    assert (code, said) == (0, f"{output} has the overview; requests counted: 182.\n")
    assert {each.name for each in output.iterdir()} == folder.NAMES
    assert [lang for lang, _ in made] == ["fr"] * 3
    assert counts_of(output)["register"]["shares"]["training"] == 25
    assert [each.name for each in tmp_path.iterdir()] == ["note"]
    assert output.stat().st_mode & 0o077 == 0


def test_the_database_is_counted_and_the_audit_says_so(needtag, database, settings, tmp_path):
    fill(database)
    output = tmp_path / "note"
    options = "--home", settings.home, "--unit", "answers", "--cycle", "2", "--include-unreviewed"
    code, _, said = needtag("overview", "--output", output, *options)
    assert code == 0, said
    found = counts_of(output)
    assert (found["unit"], found["source"], found["cycle"]) == ("answers", "database", "2")
    assert found["unreviewed"]["requested"]["total"]["number"] > 0
    with database.reading() as session:
        (line,) = session.scalars(select(Audit).where(Audit.subject == "overview"))
    assert (line.action, line.detail["filter"]) == ("export", {"cycle": "used", "replaced": False})


def test_that_nothing_is_reviewed_yet_is_said(needtag, tmp_path):
    answers = tmp_path / "answers.jsonl"
    answer = {"id": "1", "questionnaire": "7", "respondent": "MDG", "instruments": ["tip"], "cycle": "2008"}
    row = answer | {"status": "tagged", "reviewed_by": None, "tags": [], "text": "", "language": "fr"}
    answers.write_text(json.dumps(row), "utf-8")
    code, _, said = needtag("overview", "--from", answers, "--output", tmp_path / "note")
    assert code == 0, said
    assert said.splitlines()[1] == (
        "Nothing is counted, as no answer has been reviewed yet; answers received: 1."
    )


def test_an_earlier_overview_is_replaced_as_a_whole(needtag, tmp_path):
    output = tmp_path / "note"
    for lang in ("fr", "es"):
        assert needtag("overview", "--lang", lang, "--from", REGISTER, "--output", output)[0] == 0
    assert (output / folder.PAGE).read_text("utf-8") == "es"
    assert [each.name for each in tmp_path.iterdir()] == ["note"]


def test_response_rates_come_with_the_list_of_needtag_or_that_of_the_home(
    needtag, database, settings, tmp_path
):
    fill(database)
    output = tmp_path / "note"
    code, _, said = needtag("overview", "--home", settings.home, "--output", output)
    assert (code, said.count("\n")) == (0, 1), said
    found = counts_of(output)
    assert found["parties"]["source"].startswith("United Nations Treaty Collection")
    assert found["parties"]["as_of"] == "2014-01-09"
    assert "KEN" in found["silent"]
    assert {"MDG", "TCD"}.isdisjoint(found["silent"])
    (settings.home / "parties.csv").write_text(
        "# source: made up\ncode,instrument,date\nKEN,tip,2001-02-03\n"
    )
    assert needtag("overview", "--home", settings.home, "--output", output)[0] == 0
    assert (counts_of(output)["parties"]["source"], counts_of(output)["silent"]) == ("made up", ["KEN"])


def test_a_cycle_after_the_list_is_warned_of(needtag, tmp_path):
    answers = tmp_path / "answers.jsonl"
    answer = {"id": "1", "questionnaire": "7", "respondent": "MDG", "instruments": ["tip"], "cycle": "2016"}
    row = answer | {"status": "reviewed", "reviewed_by": "rita", "tags": [], "text": "", "language": "fr"}
    answers.write_text(json.dumps(row), "utf-8")
    code, _, said = needtag("overview", "--from", answers, "--output", tmp_path / "note")
    assert code == 0, said
    assert "Missing from the rates of 2016: parties since 2014-01-09" in said
    assert "give a later one with --parties" in said


def test_a_list_for_a_file_that_does_not_tell_who_replied_is_said_not_to_be_used(needtag, tmp_path):
    parties = tmp_path / "parties.csv"
    parties.write_text("code,instrument,date\nKEN,tip,2001-02-03\n")
    output = tmp_path / "note"
    code, _, said = needtag("overview", "--from", REGISTER, "--parties", parties, "--output", output)
    assert code == 0
    assert f"{parties} is not used: register-2009.jsonl does not tell who replied" in said


def test_a_list_of_parties_gives_response_rates(needtag, database, settings, tmp_path):
    fill(database)
    parties = tmp_path / "parties.csv"
    parties.write_text(
        "# source: made up\ncode,instrument,date\nGHA,firearms,2001-02-03\nKEN,tip,2001-02-03\n"
    )
    output = tmp_path / "note"
    options = "--home", settings.home, "--parties", parties
    assert needtag("overview", "--output", output, *options)[0] == 0
    found = counts_of(output)
    assert found["parties"]["source"] == "made up"
    assert found["silent"] == ["KEN"]
    assert {"instrument": "firearms", "cycle": None, "region": None, "on": "2001-02-03"} | {
        "parties": ["GHA"],
        "answered": ["GHA"],
    } in found["response_rates"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"kind": "register", "source": "A report"}\n{"kind": "wish"}\n', "line 2: kind: must be register"),
        ("", "is empty"),
        (None, "does not exist"),
    ],
)
def test_a_bad_file_is_named_and_nothing_is_written(needtag, tmp_path, content, problem):
    path, output = tmp_path / "register.jsonl", tmp_path / "note"
    if content is not None:
        path.write_text(content, "utf-8")
    code, _, said = needtag("overview", "--from", path, "--output", output)
    assert code == 2
    assert said.startswith(f"needtag: {path}")
    assert problem in said
    assert said.count("\n") == 1
    assert not output.exists()


def test_a_folder_with_other_files_is_left_alone(needtag, made, tmp_path):
    (tmp_path / "thesis.odt").write_text("Years of work.")
    code, _, said = needtag("overview", "--from", REGISTER, "--output", tmp_path)
    assert code == 2
    assert "holds 'thesis.odt'" in said
    assert [each.name for each in tmp_path.iterdir()] == ["thesis.odt"]
    assert not made


def test_the_working_folder_can_be_written(needtag, monkeypatch, tmp_path):
    output = tmp_path / "note"
    output.mkdir()
    monkeypatch.chdir(output)
    assert needtag("overview", "--from", REGISTER, "--output", ".")[0] == 0
    assert {each.name for each in output.iterdir()} == folder.NAMES


def test_a_file_is_no_folder_and_a_missing_parent_is_named(needtag, tmp_path):
    (tmp_path / "note").write_text("")
    for output in (tmp_path / "note", tmp_path / "none" / "note"):
        code, _, said = needtag("overview", "--from", REGISTER, "--output", output)
        assert code == 2
        assert "is no folder" in said


def test_a_fault_leaves_the_earlier_overview_as_it_was(needtag, monkeypatch, tmp_path):
    output = tmp_path / "note"
    assert needtag("overview", "--from", REGISTER, "--output", output)[0] == 0
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}

    def breaks(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.overview.workbook.write_workbook", breaks)
    code, _, said = needtag("overview", "--from", REGISTER, "--lang", "es", "--output", output)
    assert code == 2
    assert said == f"needtag: {output}: cannot be written: No space left on device\n"
    assert {path: path.read_bytes() for path in output.rglob("*") if path.is_file()} == before
    assert [each.name for each in tmp_path.iterdir()] == ["note"]
