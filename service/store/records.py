"""Answers as the API and the exports give them: a tagged answer, with what is stored and decided about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select
from sqlalchemy.orm import Session

from nlp.answers import Language
from nlp.states import get_state
from service.store.answers import current_tagging
from service.store.questionnaires import instruments_of
from service.store.tables import (
    Answer,
    Decision,
    Mention,
    ModelVersion,
    Question,
    Questionnaire,
    Suggestion,
    Tagging,
)
from service.store.views import read_states, read_tags, reviewed_answers

Record = dict[str, Any]


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TAGGINGS: BindParameter[Any] = bindparam("taggings", expanding=True)
# Statements are built once: SQLAlchemy takes longer to build one than SQLite to run it.
_ANSWERS = (
    select(
        Answer.id,
        Answer.external_id,
        Answer.text,
        Question.text.label("question"),
        Questionnaire.id.label("questionnaire_id"),
        Questionnaire.external_id.label("questionnaire_external_id"),
        Questionnaire.state,
        Questionnaire.cycle,
        Questionnaire.language.label("questionnaire_language"),
        Tagging.id.label("tagging_id"),
        Tagging.language,
        Tagging.unsure,
        Tagging.stances,
        Tagging.passages,
        ModelVersion.name.label("model"),
        ModelVersion.version,
    )
    .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
    .outerjoin(Question, Question.id == Answer.question_id)
    .outerjoin(Tagging, Tagging.id == current_tagging())
    .outerjoin(ModelVersion, ModelVersion.id == Tagging.model_version_id)
    .where(Answer.id.in_(_IDS))
)
_TAGS = (
    select(*Suggestion.__table__.columns)
    .where(Suggestion.tagging_id.in_(_TAGGINGS))
    .order_by(Suggestion.tagging_id, Suggestion.place)
)
_MENTIONS = (
    select(Mention.tagging_id, Mention.state, Mention.start, Mention.end)
    .where(Mention.tagging_id.in_(_TAGGINGS))
    .order_by(Mention.tagging_id, Mention.place)
)
_VERSIONS = (
    select(Decision.answer_id, func.max(Decision.number))
    .where(Decision.answer_id.in_(_IDS), Decision.reading == 1)
    .group_by(Decision.answer_id)
)
_ERRORS = (
    select(Tagging.answer_id, Tagging.error)
    .where(Tagging.answer_id.in_(_IDS), Tagging.error.is_not(None))
    .order_by(Tagging.id)
)
_REVIEWED = select(reviewed_answers).where(reviewed_answers.c.answer_id.in_(_IDS))
_REVIEWED_TAGS = (
    select(read_tags)
    .where(read_tags.c.answer_id.in_(_IDS), read_tags.c.reading == 1)
    .order_by(read_tags.c.stance, read_tags.c.code)
)
_REVIEWED_STATES = (
    select(read_states)
    .where(read_states.c.answer_id.in_(_IDS), read_states.c.reading == 1)
    .order_by(read_states.c.state)
)


def answer_records(
    session: Session, ids: Sequence[int], lang: Language = "en", *, hidden: frozenset[int] = frozenset()
) -> list[Record]:
    """Give answers by id, in the order of the ids.

    A record has the fields of a tagged answer, made of the tagging that is shown now (empty where there is
    none yet), and `external_id`, `questionnaire`, `status`, `error`, `version`, `reviewed`. Those whose ids
    are `hidden` are given as if nobody had decided on them.
    """
    # A session would look in each row for objects to keep, which takes as long as reading it.
    database = session.connection()
    rows = {row.id: row for row in database.execute(_ANSWERS, {"ids": ids})}
    taggings = [row.tagging_id for row in rows.values() if row.tagging_id]
    tags, mentions = _tags(database, taggings), _mentions(database, taggings)
    shown = [each for each in ids if each not in hidden]
    reviews = _reviews(database, shown)
    versions = dict(database.execute(_VERSIONS, {"ids": shown}).all())
    errors = _errors(database, [row.id for row in rows.values() if not row.tagging_id])
    instruments = instruments_of(database, [row.questionnaire_id for row in rows.values()])
    found = []
    for answer_id in (each for each in ids if each in rows):
        row = rows[answer_id]
        states = _states(row.text, mentions.get(row.tagging_id, ()), lang)
        found.append(
            {
                "id": str(answer_id),
                "external_id": row.external_id,
                "questionnaire": _questionnaire(row, instruments[row.questionnaire_id]),
                "status": _status(row, reviews.get(answer_id), errors.get(answer_id)),
                "error": errors.get(answer_id),
                "version": versions.get(answer_id, 0),
                "reviewed": reviews.get(answer_id),
            }
            | _tagged(row, tags.get(row.tagging_id, []), states)
        )
    return found


def questionnaire_fields(stored: Questionnaire, instruments: Sequence[str]) -> Record:
    """What a record says of the questionnaire that it belongs to."""
    return {
        "id": str(stored.id),
        "external_id": stored.external_id,
        "state": stored.state,
        "instrument": list(instruments),
        "cycle": stored.cycle,
        "language": stored.language,
    }


def _questionnaire(row: Row[*tuple[Any, ...]], instruments: Sequence[str]) -> Record:
    return {
        "id": str(row.questionnaire_id),
        "external_id": row.questionnaire_external_id,
        "state": row.state,
        "instrument": list(instruments),
        "cycle": row.cycle,
        "language": row.questionnaire_language,
    }


def _tagged(row: Row[*tuple[Any, ...]], tags: list[Record], states: list[Record]) -> Record:
    return {
        "question": row.question,
        "language": row.language,
        "text": row.text,
        "unsure": row.unsure,
        "stances": row.stances or [],
        "tags": tags,
        "states": states,
        "passages": row.passages or [],
        "model": {"name": row.model, "version": row.version} if row.model else None,
    }


def _status(row: Row[*tuple[Any, ...]], review: Record | None, error: str | None) -> str:
    if review is not None:
        return "reviewed"
    if row.tagging_id is not None:
        return "tagged"
    return "received" if error is None else "failed"


def tag_fields(suggestion: Suggestion | Row[Any]) -> Record:
    """A suggestion as a tag of a tagged answer."""
    return {
        "kind": suggestion.kind,
        "code": suggestion.code,
        "stance": suggestion.stance or None,
        "confidence": suggestion.confidence,
        "band": suggestion.band,
        "passages": suggestion.passages,
    }


def _tags(database: Connection, taggings: Sequence[int]) -> Mapping[int, list[Record]]:
    found = defaultdict(list)
    for each in database.execute(_TAGS, {"taggings": taggings}):
        found[each.tagging_id].append(tag_fields(each))
    return found


def _mentions(database: Connection, taggings: Sequence[int]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for each in database.execute(_MENTIONS, {"taggings": taggings}):
        found[each.tagging_id].append(each)
    return found


def _states(text: str, mentions: Sequence[Any], lang: Language) -> list[Record]:
    found: dict[str, Record] = {}
    for each in mentions:
        if each.state not in found:
            found[each.state] = {
                "code": each.state,
                "name": get_state(each.state).name(lang),
                "mentions": [],
            }
        place = {"start": each.start, "end": each.end, "text": text[each.start : each.end]}
        found[each.state]["mentions"].append(place)
    return list(found.values())


def _errors(database: Connection, untagged: Sequence[int]) -> dict[int, str]:
    """The latest errors of answers that no model could tag."""
    if not untagged:
        return {}
    return {answer_id: error for answer_id, error in database.execute(_ERRORS, {"ids": untagged}) if error}


def _reviews(database: Connection, ids: Sequence[int]) -> dict[int, Record]:
    """The reviewed tags and States of those answers that are done."""
    found: dict[int, Record] = {
        row.answer_id: {"by": row.person, "at": row.at.isoformat(), "tags": [], "states": []}
        for row in database.execute(_REVIEWED, {"ids": ids})
    }
    if not found:
        return found
    for row in database.execute(_REVIEWED_TAGS, {"ids": list(found)}):
        tag = {"kind": row.kind, "code": row.code, "stance": row.stance or None}
        found[row.answer_id]["tags"].append(tag)
    for row in database.execute(_REVIEWED_STATES, {"ids": list(found)}):
        found[row.answer_id]["states"].append(row.state)
    return found


def decision_records(session: Session, answer_id: int, reading: int = 1) -> list[Record]:
    """The decisions of a reading of an answer, in order."""
    of_reading = Decision.answer_id == answer_id, Decision.reading == reading
    decisions = list(session.scalars(select(Decision).where(*of_reading).order_by(Decision.number)))
    numbers = {each.id: each.number for each in decisions}
    return [decision_fields(each, numbers.get(each.undoes or 0)) for each in decisions]


def decision_fields(decision: Decision, undoes: int | None) -> Record:
    """A decision as it is given; `undoes` is the number of the one that it takes back."""
    return {
        "reading": decision.reading,
        "number": decision.number,
        "act": decision.act,
        "code": decision.code or None,
        "stance": decision.stance or None,
        "new_stance": decision.new_stance or None,
        "state": decision.state or None,
        "passages": decision.passages,
        "undoes": undoes,
        "note": decision.note,
        "by": decision.person,
        "at": decision.at.isoformat(),
        "carried": decision.carried_from is not None,
    }
