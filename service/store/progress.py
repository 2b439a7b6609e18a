"""How far questionnaires are: read off their answers, never kept beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from service.store.answers import QuestionnaireFilter, is_reviewed, wants_a_look
from service.store.models import active_model_id
from service.store.tables import Answer, Decision, Questionnaire, Tagging

Status = Literal["received", "tagging", "tagged", "in_review", "reviewed"]
STATUSES: tuple[Status, ...] = get_args(Status)


def waiting() -> ColumnElement[bool]:
    """Whether an answer waits for the active model, as part of a query that joins its questionnaire."""
    tagged = exists().where(Tagging.answer_id == Answer.id, Tagging.model_version_id == active_model_id())
    return and_(Questionnaire.replaced_by.is_(None), ~tagged, ~is_reviewed())


@dataclass(frozen=True, slots=True)
class Progress:
    """How many answers a questionnaire has, and how many of them are how far.

    Attributes:
        tagged: by the active model, or reviewed; of a questionnaire that was replaced, by any model.
        failed: set aside with an error, and not reviewed.
        reviewed: done.
    """

    status: Status
    answers: int
    tagged: int
    failed: int
    reviewed: int


def _counts(*conditions: Any, hidden: frozenset[int] = frozenset()) -> Subquery:
    """One row for each questionnaire, with its counts and its status."""
    reviewed = is_reviewed(hidden)
    of_answer = Tagging.answer_id == Answer.id
    well = and_(of_answer, Tagging.error.is_(None))
    counted = or_(Tagging.model_version_id == active_model_id(), Questionnaire.replaced_by.is_not(None))
    tagged = or_(exists().where(well, counted), reviewed)
    failed = and_(exists().where(of_answer, counted, Tagging.error.is_not(None)), ~tagged)
    of_first = Decision.answer_id == Answer.id, Decision.reading == 1
    decided = exists().where(*of_first, Answer.id.not_in(hidden))

    def total(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    per_answer = (
        select(
            Questionnaire.id.label("questionnaire_id"),
            Answer.id.label("answer_id"),
            tagged.label("tagged"),
            failed.label("failed"),
            reviewed.label("reviewed"),
            decided.label("decided"),
        )
        .select_from(Questionnaire)
        .outerjoin(Answer)
        .where(*conditions)
        .subquery()
    )
    row = per_answer.c
    counts = (
        select(
            row.questionnaire_id,
            func.count(row.answer_id).label("answers"),
            total(and_(row.tagged, row.answer_id.is_not(None))).label("tagged"),
            total(and_(row.failed, row.answer_id.is_not(None))).label("failed"),
            total(and_(row.reviewed, row.answer_id.is_not(None))).label("reviewed"),
            total(and_(row.decided, row.answer_id.is_not(None))).label("decided"),
        )
        .group_by(row.questionnaire_id)
        .subquery()
    )
    each = counts.c
    status = case(
        (and_(each.answers > 0, each.reviewed == each.answers), "reviewed"),
        (each.decided > 0, "in_review"),
        (each.tagged + each.failed == each.answers, "tagged"),
        (each.tagged + each.failed > 0, "tagging"),
        else_="received",
    )
    return select(counts, status.label("status")).subquery()


def progress_of(
    session: Session, ids: Sequence[int], *, hidden: frozenset[int] = frozenset()
) -> dict[int, Progress]:
    """The progress of some questionnaires, by id, as if nobody had decided on the `hidden` answers."""
    return {row[0]: Progress(*row[1:]) for row in session.execute(_progress(hidden), {"ids": ids})}


@lru_cache(256)
def _progress(hidden: frozenset[int]) -> Select[Any]:
    counts = _counts(Questionnaire.id.in_(bindparam("ids", expanding=True)), hidden=hidden).c
    names = ("status", "answers", "tagged", "failed", "reviewed")
    return select(counts.questionnaire_id, *(counts[name] for name in names))


def find_questionnaires(
    wanted: QuestionnaireFilter,
    *,
    status: Status | None = None,
    before: int | None = None,
    hidden: frozenset[int] = frozenset(),
) -> Select[Any]:
    """The questionnaires that a filter lets through, the latest first, as a query.

    For their status it is as if nobody had decided on the `hidden` answers.
    """
    found = select(Questionnaire).where(*wanted.conditions()).order_by(Questionnaire.id.desc())
    if before is not None:
        found = found.where(Questionnaire.id < before)
    if status is not None:
        counts = _counts(*wanted.conditions(), hidden=hidden).c
        found = found.where(
            Questionnaire.id.in_(select(counts.questionnaire_id).where(counts.status == status))
        )
    return found


def uncertainty() -> ScalarSelect[int]:
    """How many answers of a questionnaire wait for review and are unsure, as part of a query."""
    return (
        select(func.count())
        .select_from(Answer)
        .where(Answer.questionnaire_id == Questionnaire.id, ~is_reviewed(), wants_a_look())
        .correlate(Questionnaire)
        .scalar_subquery()
    )


def count_answers(session: Session) -> dict[str, int]:
    """How many answers of the questionnaires that count wait, are tagged, failed, or reviewed."""
    counts = _counts(Questionnaire.replaced_by.is_(None)).c
    names = ("answers", "tagged", "failed", "reviewed")
    row = session.execute(select(*(func.coalesce(func.sum(counts[name]), 0) for name in names))).one()
    found = dict(zip(names, map(int, row), strict=True))
    return found | {"waiting": found["answers"] - found["tagged"] - found["failed"]}
