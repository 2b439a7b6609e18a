"""Second readings: asked for by a lead, done without seeing the first, settled by a lead; the agreement."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.api.dependencies import DatabaseDep, Id
from service.errors import ForbiddenError
from service.permissions import Actor, may_lead, may_review
from service.review import agreement
from service.review.dependencies import LeadPage, ReviewerPage, Visitor
from service.review.desk import desk_of
from service.review.filters import choices, read_questionnaire_filter
from service.review.languages import language_for
from service.review.rendering import page
from service.review.text import stretches
from service.store import audit, second_readings, users
from service.store.answers import AnswerFilter, get_answer
from service.store.blindness import hidden_from
from service.store.database import Database
from service.store.questionnaires import get_questionnaire
from service.store.records import answer_records
from service.store.second_readings import Pair
from service.store.settling import Choice, settle
from service.store.tables import Answer, Questionnaire, SecondReading

router = APIRouter(include_in_schema=False)

FILTERS = ("instrument", "cycle", "language")
YES, NO = "yes", "no"


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form whose names nobody knows beforehand; files are none of them."""
    form = await request.form()
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(_fields)]


@router.get("/second-readings")
def show(
    request: Request,
    database: DatabaseDep,
    actor: Visitor,
    asked: Annotated[int | None, Query(ge=0)] = None,
    done: bool = False,
    readers: Annotated[list[str] | None, Query(max_length=2)] = None,
) -> Response:
    """Show what waits for the person; to a lead, what is to be settled, and the agreement."""
    context: dict[str, Any] = {
        "chosen_now": asked,
        "share": "10",
        "asked": {},
        "wrong": [],
        "wrong_share": False,
    }
    return _show(request, database, actor, context, readers, goes_on=done)


def _show(
    request: Request,
    database: Database,
    actor: Actor,
    context: Mapping[str, Any],
    readers: list[str] | None = None,
    *,
    goes_on: bool = False,
    status: int = 200,
) -> Response:
    with database.reading() as session:
        waiting = second_readings.waiting_for(session, users.get_user(session, actor.name))
        known: dict[str, Any] = {
            "waiting": len(waiting),
            "begun": any(each.reader == actor.name for each in waiting),
            "goes_on": goes_on,
            "may_review": may_review(actor),
            "may_lead": may_lead(actor),
        }
        if may_lead(actor):
            known |= {"choices": choices(session, language_for(request))}
            known |= _of_lead(session, tuple(sorted(readers or ())))
    return page(request, "second_readings.html.j2", {**known, **context}, status=status)


def _of_lead(session: Session, readers: tuple[str, ...]) -> dict[str, Any]:
    pairs = second_readings.pairs(session)
    shown = [each for each in pairs if agreement.names_of(each) == readers] if readers else pairs
    return {
        "total": session.scalar(select(func.count()).select_from(SecondReading)),
        "read": len(pairs),
        "settled": sum(each.reading.settled_at is not None for each in pairs),
        "to_settle": _lines(session, [each for each in pairs if each.waits and each.differs]),
        "readers": readers,
        "shown": len(shown),
        "by_label": agreement.by_label(shown) if shown else [],
        "by_readers": agreement.by_readers(pairs),
    }


def _lines(session: Session, pairs: list[Pair]) -> list[dict[str, Any]]:
    ids = [each.reading.answer_id for each in pairs]
    wanted = select(Answer, Questionnaire).join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
    found = {
        answer.id: (answer, stored) for answer, stored in session.execute(wanted.where(Answer.id.in_(ids)))
    }
    named = [(each, *found[each.reading.answer_id]) for each in pairs]
    return [{"pair": each, "answer": answer, "questionnaire": stored} for each, answer, stored in named]


@router.post("/second-readings")
def ask(request: Request, database: DatabaseDep, actor: LeadPage, fields: Fields) -> Response:
    """Ask for a second reading of a share of the reviewed answers."""
    asked = {name: fields[name] for name in FILTERS if fields.get(name)}
    wanted, wrong = read_questionnaire_filter(asked)
    share = fields.get("share", "").removesuffix("%").strip().replace(",", ".")
    try:
        percent = float(share)
    except ValueError:
        percent = 0
    if wrong or not 0 < percent <= 100:
        context = {"chosen_now": None, "share": share, "asked": asked, "wrong": wrong}
        return _show(request, database, actor, {**context, "wrong_share": not wrong}, status=422)
    with database.writing() as session:
        count = second_readings.ask(session, AnswerFilter(wanted), percent / 100, actor.name)
    return RedirectResponse(f"/second-readings?asked={count}", 303)


@router.post("/second-readings/next")
def take_next(database: DatabaseDep, actor: ReviewerPage) -> Response:
    """Give the person the answer that they should read next."""
    with database.writing() as session:
        found = second_readings.next_for(session, users.get_user(session, actor.name))
        address = f"/second-readings/{found.answer_id}" if found else "/second-readings"
    return RedirectResponse(address, 303)


@router.get("/second-readings/{answer_id}")
def show_desk(answer_id: Id, request: Request, database: DatabaseDep, actor: ReviewerPage) -> Response:
    """Show an answer on the desk, with nothing of the first reading."""
    _check_reader(database, int(answer_id), actor)
    return page(request, "desk.html.j2", desk_of(request, database, int(answer_id), actor, reading=2))


@router.get("/second-readings/{answer_id}/panel")
def show_panel(answer_id: Id, request: Request, database: DatabaseDep, actor: ReviewerPage) -> Response:
    """Show what changes with decisions, for the script to put in place."""
    _check_reader(database, int(answer_id), actor)
    return page(request, "panel.html.j2", desk_of(request, database, int(answer_id), actor, reading=2))


def _check_reader(database: Database, answer_id: int, actor: Actor) -> None:
    with database.reading() as session:
        if second_readings.find_reading(session, answer_id).reader != actor.name:
            raise ForbiddenError(f"answer {answer_id}", "is not yours to read a second time")


@router.get("/second-readings/{answer_id}/settle")
def show_settling(answer_id: Id, request: Request, database: DatabaseDep, actor: LeadPage) -> Response:
    """Show what each reader took, side by side, with a choice for each tag and State on which they differ."""
    return _show_settling(request, database, int(answer_id), actor, {})


def _show_settling(
    request: Request, database: Database, answer_id: int, actor: Actor, chosen: Mapping[str, str]
) -> Response:
    with database.reading() as session:
        pair = second_readings.pair_of(session, answer_id)
        if answer_id in hidden_from(session, actor.name):
            return RedirectResponse(f"/second-readings/{answer_id}", 303)
        answer = get_answer(session, answer_id)
        record = answer_records(session, [answer_id], language_for(request))[0]
        context = {
            "answer": record,
            "stretches": list(stretches(record)),
            "questionnaire": get_questionnaire(session, answer.questionnaire_id),
            "pair": pair,
            "suggested": {(tag["code"], tag["stance"] or ""): tag for tag in record["tags"]},
            "chosen": chosen,
        }
    audit.note_read(database, actor.name, "read", "answer", answer_id)
    return page(request, "settle.html.j2", context, status=422 if chosen else 200)


@router.post("/second-readings/{answer_id}/settle")
def save(answer_id: Id, request: Request, database: DatabaseDep, actor: LeadPage, fields: Fields) -> Response:
    """Write what the lead chose; refused where one of the readings changed since the page was opened."""
    with database.reading() as session:
        pair = second_readings.pair_of(session, int(answer_id))
    names = [f"tag {code} {stance}".strip() for code, stance in pair.disputed]
    names += [f"state {code}" for code in pair.disputed_states]
    if pair.waits and any(fields.get(name) not in {YES, NO} for name in names):
        return _show_settling(request, database, int(answer_id), actor, fields)
    choice = Choice(
        versions=(_number(fields, "first"), _number(fields, "second")),
        tags=frozenset(key for key in pair.disputed if fields.get(f"tag {key[0]} {key[1]}".strip()) == YES),
        states=frozenset(code for code in pair.disputed_states if fields.get(f"state {code}") == YES),
    )
    with database.writing() as session:
        settle(session, int(answer_id), choice, actor.name)
    return RedirectResponse("/second-readings#to-settle", 303)


def _number(fields: Mapping[str, str], name: str) -> int:
    value = fields.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise InputError(name, "must be the number of a decision; open the page again")
    return int(value)
