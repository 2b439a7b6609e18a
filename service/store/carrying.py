"""What was found and decided, carried over to a questionnaire that replaces another, for equal texts."""

from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from service.store.tables import Answer, Base, Decision, Mention, SecondReading, Suggestion, Tagging

Row = TypeVar("Row", bound=Base)


def carry_over(session: Session, earlier_id: int, later_id: int) -> None:
    """Copy what was found and decided on answers to those of a later questionnaire with the same text.

    That is taggings, decisions, and second readings as far as they are. An answer is the same if it has the
    same external_id and text; or, where the form's numbering changed, the same text and question as exactly
    one answer whose external_id is gone.
    """
    earlier, later = (_answers(session, each) for each in (earlier_id, later_id))
    for old, new in _pairs(earlier, later):
        _copy_answer(session, old, new)


def _answers(session: Session, questionnaire_id: int) -> dict[str, Answer]:
    found = select(Answer).where(Answer.questionnaire_id == questionnaire_id).order_by(Answer.place)
    return {answer.external_id: answer for answer in session.scalars(found)}


def _pairs(earlier: dict[str, Answer], later: dict[str, Answer]) -> list[tuple[Answer, Answer]]:
    pairs = [
        (earlier[name], answer)
        for name, answer in later.items()
        if name in earlier and earlier[name].text == answer.text
    ]
    moved: dict[tuple[int | None, str], list[Answer]] = {}
    for name, answer in earlier.items():
        if name not in later:
            moved.setdefault((answer.question_id, answer.text), []).append(answer)
    for name, answer in later.items():
        same = moved.get((answer.question_id, answer.text), [])
        if name not in earlier and len(same) == 1:
            pairs.append((same.pop(), answer))
    return pairs


def _copy_answer(session: Session, old: Answer, new: Answer) -> None:
    taggings: dict[int, int] = {}
    for tagging in session.scalars(select(Tagging).where(Tagging.answer_id == old.id).order_by(Tagging.id)):
        copied = _copy(session, tagging, answer_id=new.id)
        taggings[tagging.id] = copied.id
        for part in (Suggestion, Mention):
            of_tagging = select(part).where(part.tagging_id == tagging.id).order_by(part.id)
            for row in session.scalars(of_tagging):
                _copy(session, row, tagging_id=copied.id)
    decisions: dict[int, int] = {}
    for decision in session.scalars(
        select(Decision).where(Decision.answer_id == old.id).order_by(Decision.reading, Decision.number)
    ):
        decisions[decision.id] = _copy(
            session,
            decision,
            answer_id=new.id,
            tagging_id=taggings[decision.tagging_id] if decision.tagging_id else None,
            undoes=decisions[decision.undoes] if decision.undoes else None,
            carried_from=decision.id,
        ).id
    for reading in session.scalars(select(SecondReading).where(SecondReading.answer_id == old.id)):
        _copy(session, reading, answer_id=new.id)


def _copy(session: Session, row: Row, **changed: Any) -> Row:
    """Add a row like another but for its id and what changed."""
    values = {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs}
    del values["id"]
    copied = type(row)(**(values | changed))
    session.add(copied)
    session.flush()
    return copied
