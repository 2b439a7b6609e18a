"""Answers as the API and the exports give them: a tagged answer, with what is stored and decided about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
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


def answer_records(session: Session, ids: Sequence[int], lang: Language = "en") -> list[Record]:
    """Give answers by id, in the order of the ids.

    A record has the fields of a tagged answer, made of the tagging that is shown now (empty where there is
    none yet), and `external_id`, `questionnaire`, `status`, `error`, `version`, `reviewed`.
    """
    rows = {row.Answer.id: row for row in session.execute(_rows().where(Answer.id.in_(ids)))}
    taggings = [row.Tagging.id for row in rows.values() if row.Tagging]
    tags, mentions = _tags(session, taggings), _mentions(session, taggings)
    reviews = _reviews(session, ids)
    versions = _versions(session, ids)
    errors = _errors(session, ids)
    instruments = instruments_of(session, [row.Questionnaire.id for row in rows.values()])
    found = []
    for answer_id in (each for each in ids if each in rows):
        row = rows[answer_id]
        tagging_id = row.Tagging.id if row.Tagging else 0
        states = _states(row.Answer.text, mentions[tagging_id], lang)
        found.append(
            {
                "id": str(answer_id),
                "external_id": row.Answer.external_id,
                "questionnaire": questionnaire_fields(row.Questionnaire, instruments[row.Questionnaire.id]),
                "status": _status(row.Tagging, reviews.get(answer_id), errors.get(answer_id)),
                "error": None if row.Tagging else errors.get(answer_id),
                "version": versions.get(answer_id, 0),
                "reviewed": reviews.get(answer_id),
            }
            | _tagged(row, tags[tagging_id], states)
        )
    return found


def _rows() -> Any:
    return (
        select(Answer, Questionnaire, Question.text.label("question"), Tagging, ModelVersion)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .outerjoin(Question, Question.id == Answer.question_id)
        .outerjoin(Tagging, Tagging.id == current_tagging())
        .outerjoin(ModelVersion, ModelVersion.id == Tagging.model_version_id)
    )


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


def _tagged(row: Row[Any], tags: list[Record], states: list[Record]) -> Record:
    tagging, model = row.Tagging, row.ModelVersion
    return {
        "question": row.question,
        "language": tagging.language if tagging else None,
        "text": row.Answer.text,
        "unsure": tagging.unsure if tagging else None,
        "stances": tagging.stances if tagging else [],
        "tags": tags,
        "states": states,
        "passages": tagging.passages if tagging else [],
        "model": {"name": model.name, "version": model.version} if model else None,
    }


def _status(tagging: Tagging | None, review: Record | None, error: str | None) -> str:
    if review is not None:
        return "reviewed"
    if tagging is not None:
        return "tagged"
    return "received" if error is None else "failed"


def tag_fields(suggestion: Suggestion) -> Record:
    """A suggestion as a tag of a tagged answer."""
    return {
        "kind": suggestion.kind,
        "code": suggestion.code,
        "stance": suggestion.stance or None,
        "confidence": suggestion.confidence,
        "band": suggestion.band,
        "passages": suggestion.passages,
    }


def _tags(session: Session, taggings: Iterable[int]) -> Mapping[int, list[Record]]:
    found = defaultdict(list)
    wanted = select(Suggestion).where(Suggestion.tagging_id.in_(taggings))
    for each in session.scalars(wanted.order_by(Suggestion.tagging_id, Suggestion.place)):
        found[each.tagging_id].append(tag_fields(each))
    return found


def _mentions(session: Session, taggings: Iterable[int]) -> Mapping[int, list[Mention]]:
    found = defaultdict(list)
    wanted = select(Mention).where(Mention.tagging_id.in_(taggings))
    for each in session.scalars(wanted.order_by(Mention.tagging_id, Mention.place)):
        found[each.tagging_id].append(each)
    return found


def _states(text: str, mentions: Sequence[Mention], lang: Language) -> list[Record]:
    return [
        {
            "code": code,
            "name": get_state(code).name(lang),
            "mentions": [
                {"start": each.start, "end": each.end, "text": text[each.start : each.end]}
                for each in mentions
                if each.state == code
            ],
        }
        for code in dict.fromkeys(each.state for each in mentions)
    ]


def _versions(session: Session, ids: Sequence[int]) -> dict[int, int]:
    wanted = select(Decision.answer_id, Decision.number).where(
        Decision.answer_id.in_(ids), Decision.reading == 1
    )
    return {row.answer_id: row.number for row in session.execute(wanted.order_by(Decision.number))}


def _errors(session: Session, ids: Sequence[int]) -> dict[int, str]:
    wanted = select(Tagging.answer_id, Tagging.error).where(
        Tagging.answer_id.in_(ids), Tagging.error.is_not(None)
    )
    return {answer_id: error for answer_id, error in session.execute(wanted.order_by(Tagging.id)) if error}


def _reviews(session: Session, ids: Sequence[int]) -> dict[int, Record]:
    """The reviewed tags and States of those answers that are done."""
    done = select(reviewed_answers).where(reviewed_answers.c.answer_id.in_(ids))
    found: dict[int, Record] = {
        row.answer_id: {"by": row.person, "at": row.at.isoformat(), "tags": [], "states": []}
        for row in session.execute(done)
    }
    tags = select(read_tags).where(read_tags.c.answer_id.in_(ids), read_tags.c.reading == 1)
    for row in session.execute(tags.order_by(read_tags.c.stance, read_tags.c.code)):
        tag = {"kind": row.kind, "code": row.code, "stance": row.stance or None}
        found[row.answer_id]["tags"].append(tag)
    states = select(read_states).where(read_states.c.answer_id.in_(ids), read_states.c.reading == 1)
    for row in session.execute(states.order_by(read_states.c.state)):
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
