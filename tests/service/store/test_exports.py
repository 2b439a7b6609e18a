"""What is exported: rows of one moment, and labelled lines that training and evaluation read."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from corpus.reader import read_labelled, without_errors
from nlp.answers import Answer
from nlp.models import load_model
from nlp.states import extract_states
from nlp.suggestions import StanceFound, Tag
from nlp.tagging import TaggedAnswer, TaggedPassage
from nlp.taxonomy import Retirement
from service.intake import Questionnaire as Submission
from service.records import to_line
from service.store import exports, tables
from service.store.answers import AnswerFilter, QuestionnaireFilter
from service.store.decisions import Wish, decide, version_of
from service.store.models import activate, register
from service.store.questionnaires import purge, receive
from service.store.work import write

EVERYTHING = AnswerFilter()
NEEDS = "We need new laws. Uganda gave us cars."
ANSWERS = (
    Answer("q1", NEEDS, "What do you need?"),
    Answer("q2", "There is nothing to say."),
    Answer("q3", "Precisamos de leis.", language="es"),
    Answer("q4", "We need judges."),
    Answer("q5", "This one breaks the model."),
    Answer("q6", "...", language="fr"),
)
TAGS = (
    Tag("type", "legal", "requested", 0.97, "safe", (0,)),
    Tag("subtype", "legal.drafting", "requested", 0.91, "suggest", (0,)),
    Tag("type", "resources", "received", 0.4, "unsure", (1,)),
    Tag("instrument", "tip", None, 0.9, "suggest", ()),
)


def submission(external_id="ken-2", answers=ANSWERS, **fields):
    return Submission(
        **{"external_id": external_id, "replaces": None, "state": "KEN", "instrument": ("untoc", "tip")}
        | {"cycle": "2", "language": "en", "answers": answers}
        | fields
    )


def tagged(answer, language, tags=()):
    cut = answer.text.find(".") + 1
    return TaggedAnswer(
        answer=answer,
        language=language,
        unsure=None if language in {"en", None} else "language",
        stances=[StanceFound("requested" if tags else "none", 0.98)],
        tags=list(tags),
        mentions=extract_states(answer.text),
        passages=[TaggedPassage(0, cut, "en", ("requested",)), TaggedPassage(cut + 1, len(NEEDS), "en", ())],
        model=load_model("dummy").id,
    )


@pytest.fixture
def ids(database):
    """Answers in all conditions, by the sender's id: all reviewed but q4, q5 that failed, q7 that waits."""
    model = load_model("dummy")
    with database.writing() as session:
        version = register(session, model)
        activate(session, version, "test")
        receive(session, submission(), "test")
        receive(session, submission("uga-2", (Answer("q7", "We wait."),), state="UGA"), "test")
        found = {row.external_id: row.id for row in session.scalars(select(tables.Answer))}
        languages = {"q1": "en", "q2": "en", "q3": "other", "q4": "en", "q6": None}
        results = [
            (found[each.id], tagged(each, languages[each.id], TAGS if each.id in {"q1", "q4"} else ()))
            for each in ANSWERS
            if each.id != "q5"
        ]
        write(session, version.id, [*results, (found["q5"], "the model failed on it (ValueError)")])
        review(
            session,
            found["q1"],
            Wish("accept", "legal", "requested"),
            Wish("accept", "resources", "received"),
            Wish("undo", undoes=2),
            Wish("accept", "legal.drafting", "requested", note="all of it"),
            Wish("accept", "tip"),
            Wish("add", "training.criminal-justice", "offered", passages=(1,)),
            Wish("state-add", state="TZA"),
            Wish("done"),
        )
        for name in ("q2", "q3", "q6"):
            review(session, found[name], Wish("done"))
        assert set(found) == {"q1", "q2", "q3", "q4", "q5", "q6", "q7"}
    return found


def review(session, answer_id, *wishes):
    version = version_of(session, answer_id)
    decide(session, answer_id, version, wishes, "rita", may_reopen=False)


def rows_of(database, subject, wanted=EVERYTHING, lang="en"):
    with database.reading() as session:
        return list(exports.ROWS[subject](session, wanted, lang))


def lines_of(database, wanted=EVERYTHING):
    with database.reading() as session:
        return list(exports.corpus_lines(session, wanted))


def test_an_answer_is_exported_with_what_is_in_force(database, ids):
    first, second, *_ = rows_of(database, "answers")
    assert first == {
        "id": str(ids["q1"]),
        "external_id": "q1",
        "questionnaire": first["questionnaire"],
        "questionnaire_external_id": "ken-2",
        "respondent": "KEN",
        "instruments": ["untoc", "tip"],
        "cycle": "2",
        "language": "en",
        "question": "What do you need?",
        "text": NEEDS,
        "status": "reviewed",
        "error": None,
        "unsure": None,
        "stances": ["requested", "offered"],
        "tags": [
            "tip",
            "offered training",
            "offered training.criminal-justice",
            "requested legal",
            "requested legal.drafting",
        ],
        "states": ["TZA", "UGA"],
        "model": first["model"],
        "reviewed_by": "rita",
        "reviewed_at": first["reviewed_at"],
    }
    assert first["model"].startswith("dummy ")
    assert (second["stances"], second["tags"], second["states"]) == (["none"], [], [])


def test_what_nobody_reviewed_is_exported_as_suggested_without_the_unsure(database, ids):
    rows = {row["external_id"]: row for row in rows_of(database, "answers")}
    assert rows["q4"]["tags"] == ["requested legal", "requested legal.drafting", "tip"]
    assert (rows["q4"]["stances"], rows["q4"]["reviewed_by"]) == (["requested"], None)
    assert (rows["q5"]["status"], rows["q5"]["error"]) == ("failed", "the model failed on it (ValueError)")
    assert (rows["q7"]["status"], rows["q7"]["respondent"], rows["q7"]["model"]) == ("received", "UGA", None)


def test_tags_say_what_was_suggested_taken_and_added(database, ids):
    rows = [row for row in rows_of(database, "tags", lang="fr") if row["external_id"] == "q1"]
    judged = {(row["code"], row["stance"]): (row["confidence"], row["taken"], row["added"]) for row in rows}
    assert judged == {
        ("legal", "requested"): (0.97, True, False),
        ("legal.drafting", "requested"): (0.91, True, False),
        ("resources", "received"): (0.4, False, False),
        ("tip", None): (0.9, True, False),
        ("training", "offered"): (None, True, True),
        ("training.criminal-justice", "offered"): (None, True, True),
    }
    assert rows[0]["label"].startswith("Assistance")
    assert [row["passages"] for row in rows][:3] == [
        ["We need new laws."],
        ["We need new laws."],
        ["Uganda gave us cars."],
    ]
    assert [bool(row["model"]) for row in rows] == [True] * 4 + [False] * 2


def test_whether_a_tag_is_taken_is_open_until_the_answer_is_done(database, ids):
    assert {row["taken"] for row in rows_of(database, "tags") if row["external_id"] == "q4"} == {None}


def test_decisions_say_what_their_writer_saw(database, ids):
    rows = [row for row in rows_of(database, "decisions") if row["external_id"] == "q1"]
    assert [row["number"] for row in rows] == list(range(1, 9))
    undo, accept, added, named = rows[2], rows[3], rows[5], rows[6]
    assert (undo["act"], undo["undoes"], undo["code"], undo["confidence"]) == ("undo", 2, None, None)
    assert (accept["kind"], accept["confidence"], accept["band"]) == ("subtype", 0.91, "suggest")
    assert (accept["note"], accept["by"], accept["carried"]) == ("all of it", "rita", False)
    assert (added["passages"], added["confidence"]) == (["Uganda gave us cars."], None)
    assert (named["state"], named["respondent"]) == ("TZA", "KEN")
    assert {row["model"].split()[0] for row in rows} == {"dummy"}


def test_a_carried_decision_says_so(database, ids):
    with database.writing() as session:
        receive(session, submission(replaces="ken-2", cycle="3"), "test")
    rows = rows_of(database, "decisions")
    assert {row["carried"] for row in rows} == {True}
    assert [row["undoes"] for row in rows if row["act"] == "undo"] == [2]
    assert [row["confidence"] for row in rows if row["code"] == "legal"] == [0.97]


@pytest.mark.parametrize("subject", exports.COLUMNS)
def test_rows_have_the_columns_in_their_order(database, ids, subject):
    assert {tuple(row) for row in rows_of(database, subject)} == {exports.COLUMNS[subject]}


@pytest.mark.parametrize("subject", exports.COLUMNS)
def test_pages_are_seen_in_nothing_but_memory(database, ids, subject, monkeypatch):
    whole = rows_of(database, subject)
    monkeypatch.setattr(exports, "PAGE", 2)
    assert rows_of(database, subject) == whole


def test_the_filters_of_the_search_hold(database, ids):
    def found(**wanted):
        return [row["external_id"] for row in rows_of(database, "answers", AnswerFilter(**wanted))]

    assert found(tag="legal", reviewed=True) == ["q1"]
    assert found(words="NEED") == ["q1", "q4"]
    assert found(questionnaires=QuestionnaireFilter(state="UGA")) == ["q7"]


def test_an_export_shows_one_moment(database, ids, monkeypatch):
    monkeypatch.setattr(exports, "PAGE", 1)
    before = rows_of(database, "answers")
    with database.reading() as session:
        rows = exports.answer_rows(session, EVERYTHING, "en")
        first = next(rows)
        with database.writing() as other:
            review(other, ids["q4"], Wish("done"))
            questionnaire = other.get(tables.Answer, ids["q7"]).questionnaire_id
            purge(other, questionnaire, "test")
        assert [first, *rows] == before
    assert [row["external_id"] for row in rows_of(database, "answers")][-1] == "q6"


def test_corpus_lines_are_read_by_the_corpus(database, ids, tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(map(to_line, lines_of(database))), "utf-8")
    first, second, third = without_errors(read_labelled(path))
    assert first.answer == Answer(str(ids["q1"]), NEEDS, "What do you need?", "en")
    assert first.tags == {
        ("requested", "legal"),
        ("requested", "legal.drafting"),
        ("offered", "training"),
        ("offered", "training.criminal-justice"),
    }
    assert (first.stances, first.instruments) == ({"requested", "offered"}, {"tip"})
    assert (first.states, first.group) == ({"TZA", "UGA"}, "ken-2")
    assert (second.answer.id, second.tags, second.stances) == (str(ids["q2"]), frozenset(), {"none"})
    # No word in it: the declared language.
    assert (third.answer.id, third.answer.language) == (str(ids["q6"]), "fr")


def test_a_model_is_measured_on_an_exported_corpus(database, ids, needtag, tmp_path):
    path = tmp_path / "corpus.jsonl"
    path.write_text("".join(map(to_line, lines_of(database))), "utf-8")
    code, _, err = needtag("evaluate", "--data", path, "--model", "dummy", "--json", tmp_path / "report.json")
    assert code == 0, err
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["data"] == [str(path)]


def test_the_corpus_leaves_out_what_nobody_reviewed_and_other_languages(database, ids):
    exported = {line["id"] for line in lines_of(database)}
    assert exported == {str(ids[name]) for name in ("q1", "q2", "q6")}
    assert lines_of(database, AnswerFilter(reviewed=False)) == []


def test_the_corpus_has_nothing_of_replaced_questionnaires(database, ids):
    with database.writing() as session:
        receive(session, submission(replaces="ken-2", answers=ANSWERS[:1]), "test")
    assert [line["text"] for line in lines_of(database)] == [NEEDS]
    assert lines_of(database, AnswerFilter(QuestionnaireFilter(replaced=True))) == []


def test_what_took_the_place_of_a_retired_code_is_exported(database, ids, monkeypatch):
    known = exports.load_taxonomy()
    drafting, criminal_justice = known.get("legal.drafting"), known.get("training.criminal-justice")
    retired = (
        replace(drafting, retired=Retirement("2.0", "legal.model-legislation")),
        replace(criminal_justice, retired=Retirement("2.0", None)),
    )
    kept = tuple(each for each in known.subtypes if each not in (drafting, criminal_justice))
    monkeypatch.setattr(exports, "load_taxonomy", lambda: replace(known, subtypes=kept, retired=retired))
    for cached in (exports._labels, exports._codes_in_use):
        monkeypatch.setattr(exports, cached.__name__, cached.__wrapped__)
    line = lines_of(database)[0]
    assert line["requested"] == {"types": ["legal"], "subtypes": ["legal.model-legislation"]}
    assert line["offered"] == {"types": ["training"], "subtypes": []}
    labels = {row["code"]: row["label"] for row in rows_of(database, "tags")}
    assert labels["legal.drafting"] == drafting.label("en")


def test_the_audit_is_told_of_filters_without_what_somebody_wrote():
    wanted = AnswerFilter(QuestionnaireFilter(state="KEN", cycle="second"), words="secret", tag="legal")
    assert exports.described(wanted) == {
        "state": "KEN",
        "cycle": "used",
        "replaced": False,
        "words": "used",
        "tag": "legal",
    }
    assert "secret" not in json.dumps(exports.described(wanted))
