"""The exports as files, written by the command, and what decisions say, read from them."""

import csv
import json
import stat

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from nlp.answers import Answer
from nlp.models import load_model
from nlp.suggestions import StanceFound, Tag
from nlp.tagging import TaggedAnswer, TaggedPassage
from nlp.taxonomy import load_taxonomy
from service import exporting
from service.intake import Questionnaire as Submission
from service.store import tables
from service.store.decisions import Wish, decide
from service.store.models import activate, register
from service.store.questionnaires import receive
from service.store.work import write

TEXT = "We need new laws."
TAGS = (
    Tag("type", "legal", "requested", 0.97, "safe", (0,)),
    Tag("subtype", "legal.drafting", "requested", 0.5, "unsure", (0,)),
)


@pytest.fixture
def kind():
    """The kind of database makes no difference here."""
    return "sqlite"


@pytest.fixture
def home(database, settings):
    """A home with three answers of two cycles, of which two are reviewed by two people."""
    model = load_model("dummy")
    with database.writing() as session:
        version = register(session, model)
        activate(session, version, "test")
        for cycle, names in (("2", ("q1", "q2")), ("second half", ("q3",))):
            answers = tuple(Answer(name, TEXT, language="en") for name in names)
            submission = Submission(
                external_id=f"ken {cycle}",
                replaces=None,
                state="KEN",
                instrument=("tip",),
                cycle=cycle,
                language="en",
                answers=answers,
            )
            receive(session, submission, "test")
        stored = list(session.scalars(select(tables.Answer).order_by(tables.Answer.id)))
        write(session, version.id, [(each.id, _tagged(each)) for each in stored])
        accept = Wish("accept", "legal", "requested")
        for person, answer in (("rita", stored[0]), ("omar", stored[2])):
            wishes = [accept, Wish("add", "training", "requested"), Wish("done")]
            decide(session, answer.id, 0, wishes, person, may_reopen=False)
    return settings.home


def _tagged(stored):
    return TaggedAnswer(
        answer=Answer(stored.external_id, TEXT),
        language="en",
        unsure=None,
        stances=[StanceFound("requested", 0.98)],
        tags=list(TAGS),
        mentions=[],
        passages=[TaggedPassage(0, len(TEXT), "en", ("requested",))],
        model=load_model("dummy").id,
    )


@pytest.fixture
def export(needtag, home, tmp_path):
    """Runs the command; gives the file."""

    def run(what, ending, *options):
        output = tmp_path / f"{what}.{ending}"
        code, _, err = needtag("export", what, "--home", home, "--output", output, *options)
        assert code == 0, err
        return output

    return run


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_export_is_written_in_each_format(export):
    for what, rows in (("answers", 3), ("tags", 8), ("decisions", 6)):
        with export(what, "csv").open(encoding="utf-8-sig", newline="") as file:
            table = list(csv.DictReader(file))
        assert len(table) == len(lines(export(what, "jsonl"))) == rows
        sheet = load_workbook(export(what, "xlsx")).active
        assert (sheet.max_row, sheet["A1"].value) == (rows + 1, "id")


def test_an_export_is_of_what_was_asked_for_and_its_labels_in_the_language(export):
    assert [row["external_id"] for row in lines(export("answers", "jsonl", "--cycle", "second half"))] == [
        "q3"
    ]
    assert lines(export("answers", "jsonl", "--instrument", "firearms")) == []
    of_first = lines(export("tags", "jsonl", "--questionnaire", "1", "--lang", "fr"))
    assert {row["external_id"] for row in of_first} == {"q1", "q2"}
    assert of_first[0]["label"] == load_taxonomy().get(of_first[0]["code"]).label("fr")


def test_an_export_is_noted_and_read_by_nobody_else(export, database):
    output = export("answers", "csv", "--cycle", "2")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    with database.reading() as session:
        line = session.scalar(select(tables.Audit).where(tables.Audit.action == "export"))
        assert (line.actor, line.subject, line.detail["format"]) == ("command line", "answers", "csv")
        assert line.detail["filter"]["cycle"] == "used"


def test_the_corpus_is_marked_as_reviewed_and_a_batch_of_its_own_which_evaluate_reads(
    export, needtag, tmp_path
):
    output = export("corpus", "jsonl")
    assert [(line["batch"], line["reviewed"]) for line in lines(output)] == [
        ("reviewed-2", True),
        ("reviewed-second half", True),
    ]
    report = tmp_path / "report.json"
    code, _, err = needtag("evaluate", "--data", output, "--model", "dummy", "--json", report)
    assert code == 0, err
    assert json.loads(report.read_text("utf-8"))["data"] == [str(output)]


def test_an_output_that_cannot_hold_an_export_is_refused_and_nothing_is_noted(
    needtag, home, tmp_path, database
):
    for what, name, told in (
        ("corpus", "corpus.csv", "cannot hold an export of corpus; end it in .jsonl"),
        ("tags", "tags.pdf", "end it in .csv, .xlsx, .jsonl"),
        ("tags", "no/tags.csv", "is no folder"),
    ):
        code, _, err = needtag("export", what, "--home", home, "--output", tmp_path / name)
        assert (code, told in err) == (2, True), err
    with database.reading() as session:
        assert session.scalars(select(tables.Audit).where(tables.Audit.action == "export")).all() == []


def test_an_export_that_breaks_leaves_the_earlier_file_and_nothing_beside_it(
    export, needtag, home, monkeypatch, tmp_path
):
    output = export("tags", "csv")
    before = output.read_bytes()

    def broken(*_, **__):
        yield from ()
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(exporting.ROWS, "tags", broken)
    code, _, err = needtag("export", "tags", "--home", home, "--output", output)
    assert (code, "cannot be written: No space left on device" in err) == (2, True)
    assert output.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"home", "tags.csv"}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_evaluate_tells_what_exported_decisions_say(export, needtag, monkeypatch, ending):
    monkeypatch.setenv("COLUMNS", "160")
    tags, decisions = (export(what, ending) for what in ("tags", "decisions"))
    code, out, err = needtag("evaluate", "--decisions", tags, "--decisions", decisions)
    assert code == 0, err
    shown = " ".join(out.split())
    assert "shown on 2 answers" in shown
    assert "all labels 2/2 – 0/2 2/4 100 % (34–100) 0 % (0–66) 50 % (15–85)" in shown
    assert "requested dummy" in shown
    assert "Edits per answer: 1.00" in shown
    assert "Time per answer: 0 seconds in the median of the whole team" in shown
    assert "rita" not in out
    assert "omar" not in out
    code, out, _ = needtag("evaluate", "--decisions", tags)
    assert (code, "Edits" in out, "all labels" in out) == (0, False, True)


def test_evaluate_says_where_no_answer_was_decided_on(export, needtag):
    # The third answer is nobody's yet.
    files = [export(what, "jsonl", "--cycle", "2") for what in ("tags", "decisions")]
    undecided = [dict(line, taken=None) for line in lines(files[0]) if not line["added"]]
    assert undecided
    files[0].write_text("\n".join(map(json.dumps, undecided)), "utf-8")
    files[1].write_text("", "utf-8")
    code, out, err = needtag("evaluate", "--decisions", files[0], "--decisions", files[1])
    assert (code, out) == (2, "")
    assert f"{files[0]}, {files[1]}: no answer was decided on" in err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("tags.xlsx", "PK", "is no export that can be read; export as .csv or .jsonl"),
        ("tags.jsonl", '{"id": "1", "taken"', "is damaged, or no export"),
        ("tags.jsonl", "[1]\n", "line 1: has no id; give an export"),
        ("tags.jsonl", "", "holds no row"),
        ("tags.csv", "id,text\n1,We need laws.\n", "line 2: has no reading; give an export"),
        (
            "tags.csv",
            "id,code,stance,band,model,taken,added\n1,legal,,safe,m 1,maybe,no\n",
            "taken holds what",
        ),
        ("tags.csv", 'id,"code\n', "is damaged, or no export"),
        ("none.csv", None, "cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_export_is_told(needtag, tmp_path, name, content, told):
    if content is not None:
        (tmp_path / name).write_text(content, "utf-8")
    code, out, err = needtag("evaluate", "--decisions", tmp_path / name)
    assert (code, out) == (2, "")
    assert str(tmp_path / name) in err
    assert told in err


def test_evaluate_wants_either_labelled_answers_or_decisions(needtag, tmp_path):
    code, _, err = needtag("evaluate")
    assert (code, "--data: must be given, or --decisions" in err) == (2, True)
    code, _, err = needtag("evaluate", "--data", "validation", "--decisions", tmp_path / "tags.csv")
    assert (code, "--decisions: is printed alone" in err) == (2, True)
