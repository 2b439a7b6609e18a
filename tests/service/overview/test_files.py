"""Exports count as the database does that they were made of, and a bad row is named."""

import json

import pytest

from nlp.errors import InputError
from service.exporting import export_to_file
from service.overview.counts import count_items
from service.overview.database import read_database
from service.overview.files import read_file
from service.overview.items import Submission
from service.overview.overview import make_overview
from service.store.answers import AnswerFilter, QuestionnaireFilter
from tests.service.overview.reviewed_examples import fill

TAG = {
    "id": "1",
    "questionnaire": "7",
    "respondent": "MDG",
    "instruments": ["tip"],
    "cycle": "2",
    "kind": "type",
    "code": "data",
    "stance": "requested",
    "band": "safe",
    "passages": ["We need figures."],
    "taken": True,
    "added": False,
}
ANSWER = {name: TAG[name] for name in ("id", "questionnaire", "respondent", "instruments", "cycle")} | {
    "language": "en",
    "text": "We need figures.",
    "status": "reviewed",
    "tags": ["requested data", "untoc", "harbours"],
    "reviewed_by": "rita",
}
LABELLED = {
    "id": "1",
    "unit": "mdg-2",
    "batch": "reviewed-2",
    "lang": "fr",
    "text": "Il nous faut des chiffres.",
    "stances": ["requested"],
    "requested": {"types": ["data"], "subtypes": []},
    "offered": {"types": [], "subtypes": []},
    "received": {"types": [], "subtypes": []},
    "instruments": ["tip"],
    "states": ["MDG"],
}


@pytest.fixture
def kind():
    """The kind of database makes no difference here."""
    return "sqlite"


@pytest.fixture
def written(tmp_path):
    """Write rows as JSON Lines."""

    def write(*rows):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return path

    return write


def plain(items):
    """Items without what not every export has: the language, and the words."""
    return sorted(
        (
            *(each.answer, each.questionnaire, each.respondent or "", each.instruments, each.cycle or ""),
            *(each.stance, each.code, each.reviewed),
        )
        for each in items
    )


def test_every_export_has_the_items_of_the_database(database, tmp_path):
    fill(database)
    with database.reading() as session:
        expected = read_database(session, QuestionnaireFilter(), unreviewed=True)
    assert {item.reviewed for item in expected.items} == {True, False}
    for what in ("tags", "answers"):
        for ending in ("jsonl", "csv", "xlsx"):
            path = tmp_path / f"{what}.{ending}"
            export_to_file(database, what, path, AnswerFilter(), "en", actor="test")
            source = read_file(path, unreviewed=True)
            assert plain(source.items) == plain(expected.items)
            assert source.name == path.name
    reviewed = read_file(path, cycle="2")
    assert plain(reviewed.items) == plain(
        item for item in expected.items if item.reviewed and item.cycle == "2"
    )
    path = tmp_path / "corpus.jsonl"
    export_to_file(database, "corpus", path, AnswerFilter(), "en", actor="test")
    corpus = count_items(read_file(path).items, "answers").all
    full = count_items([item for item in expected.items if item.reviewed], "answers").all
    assert {code: count.answers for code, count in corpus.requested.types.items()} == {
        code: count.answers for code, count in full.requested.types.items()
    }
    assert corpus.requested.total.states == ()


def test_a_row_of_tags_counts_if_it_was_taken_or_is_shown_and_nobody_looked(written):
    rows = (
        TAG,
        TAG | {"code": "legal", "taken": False},
        TAG | {"id": "2", "taken": None},
        TAG | {"id": "2", "taken": None, "code": "legal", "band": "unsure"},
        TAG | {"kind": "label", "code": "harbours", "stance": None},
        TAG | {"kind": "instrument", "code": "som", "stance": None},
    )
    source = read_file(written(*rows), unreviewed=True)
    assert plain(source.items) == [
        ("1", "7", "MDG", ("som",), "2", "requested", "data", True),
        ("2", "7", "MDG", ("tip",), "2", "requested", "data", False),
    ]
    assert source.items[0].evidence == "We need figures."
    assert source.submissions == (Submission("7", "MDG", ("tip",), "2", None, answers=2, reviewed=1),)
    assert plain(read_file(written(*rows)).items) == plain(source.items)[:1]
    # A questionnaire without a tag has no row.
    assert not source.is_whole


def test_a_row_of_answers_has_the_tags_in_force(written):
    source = read_file(written(ANSWER, ANSWER | {"id": "2", "status": "tagged", "respondent": None}))
    assert plain(source.items) == [("1", "7", "MDG", ("untoc",), "2", "requested", "data", True)]
    assert source.is_whole
    assert not source.has_unreviewed


def test_labelled_answers_are_of_nobody_known_and_of_the_cycle_of_their_batch(written):
    other = {"id": "2", "batch": "reviewed-without-cycle", "unit": None}
    items = read_file(written(LABELLED, LABELLED | other)).items
    assert plain(items) == [
        ("1", "mdg-2", "", ("tip",), "2", "requested", "data", True),
        ("2", "2", "", ("tip",), "", "requested", "data", True),
    ]
    counted = make_overview(read_file(written(LABELLED))).reviewed
    assert counted.regions[None].requested.total.number == 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (TAG | {"code": "datum"}, "datum: is no code of taxonomy"),
        (TAG | {"code": "tip"}, "tip: is an instrument"),
        (TAG | {"stance": "wanted"}, "stance: must be one of requested, offered, received"),
        (TAG | {"stance": ["requested"]}, "stance: must be one of requested, offered, received"),
        (TAG | {"taken": "maybe"}, "taken: must be yes, no or empty"),
        (TAG | {"taken": ["yes"]}, "taken: must be yes, no or empty"),
        (TAG | {"id": 3}, "id: must be there and be a text"),
        (TAG | {"id": "2", "respondent": "XXX"}, "XXX: no State has this code"),
        (TAG | {"id": "2", "instruments": ["tips"]}, "instrument 'tips': is not known"),
        (TAG | {"id": "2", "instruments": "tip"}, "instruments: must be a list of texts"),
        (TAG | {"id": "2", "questionnaire": None}, "questionnaire: must be there"),
        (TAG | {"passages": [1]}, "passages: must be a list of texts"),
        (ANSWER, "id: '1' was there before; give each answer once"),
        (ANSWER | {"id": "2", "text": 3}, "text: must be a text"),
        (ANSWER | {"id": "2", "tags": ["requested datum"]}, "datum: is no code of taxonomy"),
        (LABELLED | {"id": "2", "lang": "pt"}, "lang: must be one of"),
        ({"a": 1}, "fields: are none of an export of tags, answers or corpus, nor of a register"),
    ],
)
def test_a_bad_row_is_named_with_its_file(written, row, problem):
    path = written(TAG, row)
    with pytest.raises(InputError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path}, line 2: {problem}")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("none.jsonl", None, "none.jsonl: does not exist"),
        ("empty.jsonl", b"", "empty.jsonl: is empty"),
        ("blank.jsonl", b"\n\n", "blank.jsonl: holds no row"),
        ("torn.jsonl", b'{"id": "1"', "torn.jsonl, line 1: is no JSON object"),
        ("note.txt", b"We need figures.", "note.txt: is no export that can be counted"),
        ("other.csv", b"a,b\n1,2\n", "other.csv: is no export that can be counted"),
        ("bad.xlsx", b"PK\x03\x04nothing", "bad.xlsx: is damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, content, problem):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_file(path)
    assert problem in str(caught.value)
