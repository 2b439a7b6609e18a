"""What is exported, in the order in which the answers came: answers, tags, decisions, labelled answers.

All rows of an export are read in one session, which sees the database as it was at the first row: its figures
belong together, whatever is decided or purged meanwhile. A page of answers at a time is in memory.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from nlp.answers import LANGUAGES, Language
from nlp.models import TAGGED_STANCES
from nlp.taxonomy import load_taxonomy
from service.store.answers import AnswerFilter, find_answers, is_reviewed
from service.store.records import Record, answer_records, decision_fields
from service.store.tables import Answer, Decision, ModelVersion, Questionnaire, Suggestion, Tagging

Subject = Literal["answers", "tags", "decisions"]

PAGE = 200
"""Answers read at once."""

_ANSWER = (
    "id", "external_id", "questionnaire", "questionnaire_external_id", "respondent", "instruments", "cycle",
)  # fmt: skip
COLUMNS: dict[Subject, tuple[str, ...]] = {
    "answers": (
        *_ANSWER, "language", "question", "text", "status", "error", "unsure", "stances", "tags", "states",
        "model", "reviewed_by", "reviewed_at",
    ),
    "tags": (
        *_ANSWER, "kind", "code", "label", "stance", "confidence", "band", "passages", "model", "taken",
        "added",
    ),
    "decisions": (
        *_ANSWER, "reading", "number", "act", "code", "kind", "stance", "new_stance", "state", "passages",
        "note", "undoes", "by", "at", "carried", "model", "confidence", "band",
    ),
}  # fmt: skip
"""The fields of each kind of row, in order."""


def answer_rows(session: Session, wanted: AnswerFilter, lang: Language) -> Iterator[Record]:
    """Give a row an answer, with what is in force: reviewed if it is done, else suggested, not `unsure`."""
    for ids in _pages(session, wanted):
        for record in answer_records(session, ids, lang, hidden=wanted.hidden):
            review = record["reviewed"] or {"by": None, "at": None}
            yield _answer_fields(record) | {
                "language": record["language"],
                "question": record["question"],
                "text": record["text"],
                "status": record["status"],
                "error": record["error"],
                "unsure": record["unsure"],
                **_in_force(record),
                "model": _model(record["model"]),
                "reviewed_by": review["by"],
                "reviewed_at": review["at"],
            }


def tag_rows(session: Session, wanted: AnswerFilter, lang: Language) -> Iterator[Record]:
    """Give a row a tag of an answer, suggested or added.

    `taken` is None where nobody has reviewed the answer; `added` are the reviewed tags that the model shown
    does not suggest.
    """
    for ids in _pages(session, wanted):
        for record in answer_records(session, ids, lang, hidden=wanted.hidden):
            review = record["reviewed"]
            reviewed = {(tag["code"], tag["stance"]): tag for tag in (review["tags"] if review else [])}
            for tag in record["tags"]:
                taken = reviewed.pop((tag["code"], tag["stance"]), None) is not None
                passages = _texts(record["text"], record["passages"], tag["passages"])
                judged = {"taken": taken if review else None, "added": False}
                yield _tag_row(record, tag | {"passages": passages}, judged, lang)
            for tag in reviewed.values():
                unsuggested = tag | {"confidence": None, "band": None, "passages": []}
                yield _tag_row(record, unsuggested, {"taken": True, "added": True}, lang)


def _tag_row(record: Record, tag: Record, judged: Record, lang: Language) -> Record:
    return _answer_fields(record) | {
        "kind": tag["kind"],
        "code": tag["code"],
        "label": _labels(lang)[tag["code"]],
        "stance": tag["stance"],
        "confidence": tag["confidence"],
        "band": tag["band"],
        "passages": tag["passages"],
        "model": None if judged["added"] else _model(record["model"]),
        **judged,
    }


def decision_rows(session: Session, wanted: AnswerFilter, lang: Language) -> Iterator[Record]:
    """Give a row a decision, with what its writer saw: the model, and its suggestion of that tag, if any."""
    decided = exists().where(Decision.answer_id == Answer.id)
    for ids in _pages(session, wanted, decided, Answer.id.not_in(wanted.hidden)):
        records = {int(record["id"]): record for record in answer_records(session, ids, lang)}
        decisions = _decisions(session, ids)
        numbers = {each.id: each.number for each in decisions}
        seen, suggested = _seen(session, decisions), _suggested(session, decisions)
        for each in decisions:
            record = records[each.answer_id]
            passages, model = seen.get(each.tagging_id or 0, ([], None))
            suggestion = suggested.get((each.tagging_id, each.code, each.stance))
            fields = decision_fields(each, numbers.get(each.undoes or 0)) | {
                "kind": each.kind or None,
                "passages": _texts(record["text"], passages, each.passages),
                "model": model,
                "confidence": suggestion and suggestion.confidence,
                "band": suggestion and suggestion.band,
            }
            in_order = COLUMNS["decisions"][len(_ANSWER) :]
            yield _answer_fields(record) | {name: fields[name] for name in in_order}


ROWS: dict[Subject, Callable[..., Iterator[Record]]] = {
    "answers": answer_rows,
    "tags": tag_rows,
    "decisions": decision_rows,
}


def corpus_lines(session: Session, wanted: AnswerFilter) -> Iterator[Record]:
    """Give the reviewed answers in the labelled format, which corpus.line reads.

    Those of replaced questionnaires, which count no more, and those in another language than the three are
    left out. The language is that of the text; where the model saw none in it, the declared one. Each line
    says that it is `reviewed`, and is of the batch of its cycle.
    """
    for ids in _pages(session, wanted, is_reviewed(wanted.hidden), Questionnaire.replaced_by.is_(None)):
        answers = select(Answer.id, Answer.language).where(Answer.id.in_(ids))
        declared = dict(session.execute(answers).all())
        for record in answer_records(session, ids):
            lang = record["language"] or declared[int(record["id"])] or record["questionnaire"]["language"]
            if lang in LANGUAGES:
                yield _labelled(record, lang)


def _labelled(record: Record, lang: str) -> Record:
    codes: dict[str | None, set[str]] = {}
    for tag in record["reviewed"]["tags"]:
        if (code := _codes_in_use()[tag["code"]]) is not None:
            codes.setdefault(tag["stance"], set()).add(code)
    return {
        "id": record["id"],
        "unit": record["questionnaire"]["external_id"],
        "batch": f"reviewed-{record['questionnaire']['cycle'] or 'without-cycle'}",
        "reviewed": True,
        "lang": lang,
        "question": record["question"],
        "text": record["text"],
        "stances": _said(codes),
        **{stance: _by_kind(codes.get(stance, set())) for stance in TAGGED_STANCES},
        "instruments": sorted(codes.get(None, set())),
        "states": record["reviewed"]["states"],
    }


def _by_kind(codes: set[str]) -> dict[str, list[str]]:
    subtypes = sorted(code for code in codes if "." in code)
    return {"types": sorted(codes - set(subtypes)), "subtypes": subtypes}


def described(wanted: AnswerFilter) -> dict[str, Any]:
    """Say for the audit which filters were used, with their codes; of free texts only that they were used."""
    fields = asdict(wanted)
    fields |= fields.pop("questionnaires")
    del fields["hidden"]
    return {
        name: "used" if name in {"words", "cycle"} else value
        for name, value in fields.items()
        if value is not None
    }


def _pages(
    session: Session, wanted: AnswerFilter, *conditions: ColumnElement[bool]
) -> Iterator[Sequence[int]]:
    last = 0
    while True:
        ids = session.scalars(find_answers(wanted).where(Answer.id > last, *conditions).limit(PAGE)).all()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _answer_fields(record: Record) -> Record:
    questionnaire = record["questionnaire"]
    return {
        "id": record["id"],
        "external_id": record["external_id"],
        "questionnaire": questionnaire["id"],
        "questionnaire_external_id": questionnaire["external_id"],
        "respondent": questionnaire["state"],
        "instruments": questionnaire["instrument"],
        "cycle": questionnaire["cycle"],
    }


def _in_force(record: Record) -> Record:
    review = record["reviewed"]
    if review is None:
        tags = [tag for tag in record["tags"] if tag["band"] in {"safe", "suggest"}]
        stances = [stance["code"] for stance in record["stances"]]
        states = [state["code"] for state in record["states"]]
    else:
        tags, states = review["tags"], review["states"]
        stances = _said({tag["stance"] for tag in tags})
    named = [" ".join(filter(None, (tag["stance"], tag["code"]))) for tag in tags]
    return {"stances": stances, "tags": named, "states": states}


def _said(stances: Container[str | None]) -> list[str]:
    """The stances of a reviewed answer from those of its tags: one without any has `none`."""
    return [stance for stance in TAGGED_STANCES if stance in stances] or ["none"]


def _model(model: Record | None) -> str | None:
    return f"{model['name']} {model['version']}" if model else None


def _texts(text: str, passages: Sequence[Record], numbers: Sequence[int]) -> list[str]:
    """The passages with these numbers, as they stand in the text."""
    return [text[passages[number]["start"] : passages[number]["end"]] for number in numbers]


def _decisions(session: Session, ids: Sequence[int]) -> Sequence[Decision]:
    wanted = select(Decision).where(Decision.answer_id.in_(ids))
    return session.scalars(wanted.order_by(Decision.answer_id, Decision.reading, Decision.number)).all()


def _seen(session: Session, decisions: Sequence[Decision]) -> dict[int, tuple[Sequence[Record], str]]:
    """The passages and the model's name and version of the taggings that decisions were made against."""
    wanted = (
        select(Tagging.id, Tagging.passages, ModelVersion.name, ModelVersion.version)
        .join(ModelVersion, ModelVersion.id == Tagging.model_version_id)
        .where(Tagging.id.in_({each.tagging_id for each in decisions}))
    )
    rows = session.execute(wanted)
    return {tagging_id: (passages, f"{name} {version}") for tagging_id, passages, name, version in rows}


def _suggested(
    session: Session, decisions: Sequence[Decision]
) -> dict[tuple[int | None, str, str], Suggestion]:
    """What was suggested where decisions were made, by tagging, code and stance."""
    wanted = select(Suggestion).where(Suggestion.tagging_id.in_({each.tagging_id for each in decisions}))
    return {(each.tagging_id, each.code, each.stance): each for each in session.scalars(wanted)}


@cache
def _labels(lang: Language) -> dict[str, str]:
    """The labels by code, retired codes included: decisions on them stay."""
    known = load_taxonomy()
    entries = (*known.types, *known.subtypes, *known.instruments, *known.retired)
    return {entry.code: entry.label(lang) for entry in entries}


@cache
def _codes_in_use() -> dict[str, str | None]:
    """By code, the code itself; for a retired one, what took its place, if anything."""
    known = load_taxonomy()
    entries = (*known.types, *known.subtypes, *known.instruments)
    replaced = {entry.code: entry.retired.use for entry in known.retired if entry.retired}
    return {entry.code: entry.code for entry in entries} | replaced
