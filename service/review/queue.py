"""The queue: the questionnaires, how far they are, who has them, and the next one for whoever asks."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, cast, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import Session

from nlp.answers import Language
from nlp.states import all_states
from service.api.dependencies import DatabaseDep
from service.permissions import may_review, may_send
from service.review.dependencies import ReviewerPage, Visitor
from service.review.filters import OF_QUESTIONNAIRES, choices, given, in_order, read_questionnaire_filter
from service.review.languages import language_for
from service.review.paging import Pages, page_number
from service.review.rendering import page
from service.store import holds, users
from service.store.answers import QuestionnaireFilter
from service.store.blindness import hidden_from
from service.store.progress import STATUSES, Status, find_questionnaires, progress_of, uncertainty
from service.store.questionnaires import instruments_of
from service.store.tables import Answer, Decision, Hold, Questionnaire
from service.store.views import FIRST, standing_decisions

router = APIRouter(include_in_schema=False)

Order = Literal["uncertain", "oldest", "state"]
ORDERS: tuple[Order, ...] = get_args(Order)

ROWS = 50
"""Questionnaires a page."""


@router.get("/")
def show(request: Request, database: DatabaseDep, actor: Visitor) -> Response:
    """Show the questionnaires that the address asks for."""
    asked = given(request, (*OF_QUESTIONNAIRES, "status", "mine", "order"))
    wanted, wrong = read_questionnaire_filter(asked)
    known = {"status": STATUSES, "mine": ("1", "reviewed"), "order": ORDERS}
    wrong += [name for name, values in known.items() if name in asked and asked[name] not in values]
    language = language_for(request)
    with database.reading() as session:
        hidden = hidden_from(session, actor.name)
        found = _found(wanted, asked, actor.name, hidden)
        unstated = _found(_unstated(wanted), asked, actor.name, hidden)
        # A filter that cannot be read must not look like one that lets nothing through.
        total = 0 if wrong else _count(session, found)
        pages = Pages(page_number(request), total, ROWS)
        context = {
            "asked": asked,
            "wrong": wrong,
            "orders": ORDERS,
            "statuses": STATUSES,
            "choices": choices(session, language),
            "pages": pages,
            "unstated": _count(session, unstated) if _is_stated(wanted) and not wrong else 0,
            "of_unstated": urlencode({**asked, "language": "none"}),
            "rows": []
            if wrong
            else _rows(session, _ordered(found, asked.get("order"), language), pages, hidden),
            "nothing_here": session.scalar(select(Questionnaire.id).limit(1)) is None,
            "may_review": may_review(actor),
            "is_new": may_review(actor) and not _has_decided(session, actor.name),
            "carried": {name: asked[name] for name in OF_QUESTIONNAIRES if name in asked},
            "has_one": holds.has_one(session, users.get_user(session, actor.name), wanted),
            "may_send": may_send(actor),
        }
    return page(request, "queue.html.j2", context, status=422 if wrong else 200)


def _found(
    wanted: QuestionnaireFilter, asked: Mapping[str, str], person: str, hidden: frozenset[int]
) -> Select[Any]:
    """The questionnaires that all filters of the queue let through, as a query."""
    found = find_questionnaires(wanted, status=cast("Status | None", asked.get("status")), hidden=hidden)
    if asked.get("mine") == "1":
        return found.where(_held(person))
    if asked.get("mine") == "reviewed":
        return found.where(_decided(person, hidden))
    return found


def _is_stated(wanted: QuestionnaireFilter) -> bool:
    """Whether a filter leaves out the questionnaires whose sender did not state the language."""
    return wanted.language not in {None, "none"}


def _unstated(wanted: QuestionnaireFilter) -> QuestionnaireFilter:
    return replace(wanted, language="none")


def _held(person: str) -> ColumnElement[bool]:
    """Whether a person has a questionnaire now, as part of a query that may itself know who has it."""
    mine = Hold.questionnaire_id == Questionnaire.id, Hold.person == person
    return exists().where(*mine, Hold.until >= dt.datetime.now(dt.UTC)).correlate(Questionnaire)


def _decided(person: str, hidden: frozenset[int]) -> ColumnElement[bool]:
    """Whether decisions of a person stand in first readings, but for `hidden` answers; as part of a query."""
    stands = select(standing_decisions.c.id).where(
        standing_decisions.c.answer_id == Answer.id,
        standing_decisions.c.reading == FIRST,
        standing_decisions.c.person == person,
    )
    of_questionnaire = Answer.questionnaire_id == Questionnaire.id, Answer.id.not_in(hidden)
    return exists().where(*of_questionnaire, stands.exists()).correlate(Questionnaire)


def _has_decided(session: Session, person: str) -> bool:
    # The newest first: those of whoever is at work are soon found.
    made = select(Decision.id).where(Decision.person == person).order_by(Decision.id.desc()).limit(1)
    return session.scalar(made) is not None


def _count(session: Session, found: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0


def _ordered(found: Select[Any], order: str | None, language: Language) -> Select[Any]:
    if order == "oldest":
        return found.order_by(None).order_by(Questionnaire.id)
    if order == "state":
        ranks = {
            code: rank for rank, code in enumerate(in_order([each.code for each in all_states()], language))
        }
        rank = case(ranks, value=Questionnaire.state, else_=len(ranks))
        return found.order_by(None).order_by(rank, Questionnaire.id)
    return found.order_by(None).order_by(uncertainty().desc(), Questionnaire.id)


def _rows(session: Session, found: Select[Any], pages: Pages, hidden: frozenset[int]) -> list[dict[str, Any]]:
    kept = and_(Hold.questionnaire_id == Questionnaire.id, Hold.until >= dt.datetime.now(dt.UTC))
    shown = found.outerjoin(Hold, kept).add_columns(uncertainty().label("unsure"), Hold.person)
    rows = session.execute(shown.offset(pages.first).limit(pages.size)).all()
    ids = [row.Questionnaire.id for row in rows]
    progress, instruments = progress_of(session, ids, hidden=hidden), instruments_of(session, ids)
    return [
        {
            "questionnaire": row.Questionnaire,
            "instruments": instruments[row.Questionnaire.id],
            "progress": progress[row.Questionnaire.id],
            "unsure": row.unsure,
            "person": row.person,
        }
        for row in rows
    ]


@router.post("/next")
def take_next(request: Request, database: DatabaseDep, actor: ReviewerPage) -> Response:
    """Give the person the questionnaire that they should take next of those asked for, and nobody else."""
    asked = given(request, OF_QUESTIONNAIRES)
    wanted, wrong = read_questionnaire_filter(asked)
    if wrong:
        return RedirectResponse(f"/?{urlencode(asked)}", 303)
    with database.writing() as session:
        user = users.get_user(session, actor.name)
        found = holds.next_for(session, user, wanted)
        ask_more = found is None and _is_stated(wanted)
        unstated = holds.count_free(session, user, _unstated(wanted)) if ask_more else 0
    if found is None:
        # The page is there for a form alone: to see it in another language leads to the queue.
        here = f"/?{urlencode(asked)}" if asked else "/"
        of_unstated = urlencode({**asked, "language": "none"})
        context = {"asked": asked, "here": here, "unstated": unstated, "of_unstated": of_unstated}
        return page(request, "nothing_left.html.j2", context)
    return RedirectResponse(f"/questionnaires/{found}/next", 303)
