"""What is hidden from whoever reads an answer a second time: all that the first reading made of it.

`hidden_from` says of which answers; every query on first readings that people ask for takes it into account,
so that these answers are to that person as if nobody had decided on them.
"""

from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from service.errors import ForbiddenError
from service.store.tables import Answer, Decision, Questionnaire, SecondReading
from service.store.views import SECOND, done_readings


def hidden_from(session: Session, person: str | None) -> frozenset[int]:
    """The ids of the answers whose first reading is not for a person's eyes, or for anybody's.

    That is each answer whose second reading the person, or anybody, has begun and not done, and its like in
    the questionnaires that were replaced: what was decided there was carried over.
    """
    return frozenset(_hidden(session, person))


def read_instead(session: Session, answer_id: int, person: str) -> int | None:
    """The id of the answer that a person is to read a second time, where one is hidden from them for that."""
    return _hidden(session, person).get(answer_id)


def _hidden(session: Session, person: str | None) -> dict[int, int]:
    """Gives the answers that are hidden, each with the one that is read."""
    begun = _begun(somebodys=person is not None)
    found = {answer_id: answer_id for answer_id in session.scalars(begun, {"person": person})}
    latest = found
    while latest:
        latest = {earlier: latest[later] for earlier, later in _carried_to(session, list(latest))}
        found = found | latest
    return found


@cache
def _begun(*, somebodys: bool) -> Select[int]:
    """The answers that a person, or anybody, is reading; each read of answers asks for them."""
    reader = SecondReading.reader
    reads = reader == bindparam("person") if somebodys else reader.is_not(None)
    readings = current_readings().where(reads, ~is_read_twice())
    return readings.with_only_columns(SecondReading.answer_id, maintain_column_froms=True)


def _carried_to(session: Session, ids: list[int]) -> list[tuple[int, int]]:
    """The answers whose decisions were carried over to these, each with the later one."""
    earlier = aliased(Decision)
    pairs = select(earlier.answer_id, Decision.answer_id).join(Decision, Decision.carried_from == earlier.id)
    rows = session.execute(pairs.where(Decision.answer_id.in_(ids)).distinct())
    return [(one, other) for one, other in rows]


def check_seen(session: Session, answer_id: int, person: str) -> None:
    """Check that the first reading of an answer is for a person's eyes, and to decide in.

    Raises:
        ForbiddenError: they are to read the answer a second time, and not done.
    """
    if answer_id in hidden_from(session, person):
        problem = "is yours to read a second time; nothing of the first reading is for you until you are done"
        raise ForbiddenError(f"answer {answer_id}", problem)


def current_readings() -> Select[SecondReading]:
    """The second readings of questionnaires that no other replaces, as a query."""
    return (
        select(SecondReading)
        .join(Answer, Answer.id == SecondReading.answer_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .where(Questionnaire.replaced_by.is_(None))
    )


def is_read_twice() -> ColumnElement[bool]:
    """Whether a second reading is done, as part of a query."""
    of_answer = done_readings.c.answer_id == SecondReading.answer_id
    return exists().where(of_answer, done_readings.c.reading == SECOND)
