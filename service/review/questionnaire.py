"""A whole questionnaire at a glance: its answers with their tags, what is left, and the same for paper."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.answers import Language
from service.api.dependencies import DatabaseDep, Id
from service.errors import NotFoundError
from service.permissions import Actor, may_reopen, may_review
from service.review.dependencies import LeadPage, ReviewerPage, Visitor
from service.review.desk import Chip, chips_of, implied, states_of
from service.review.languages import language_for
from service.review.rendering import page
from service.store import audit, holds
from service.store.answers import wants_a_look
from service.store.blindness import hidden_from
from service.store.decisions import Wish, decide
from service.store.progress import progress_of
from service.store.questionnaires import get_questionnaire, instruments_of
from service.store.records import Record, answer_records
from service.store.standing import Standing, standing, standing_notes
from service.store.tables import Answer, Decision, Questionnaire
from service.store.views import FIRST

router = APIRouter(include_in_schema=False)

# As in "3. …", "12) …", "4a. …" or "1.2 …", and not as in "2008: …".
_NUMBERED = re.compile(r"\s*\d{1,3}[a-z]?[.):]")


@dataclass(frozen=True, slots=True)
class Line:
    """An answer on the page.

    Attributes:
        place: in the questionnaire, from 1.
        states: codes of the States named, as they stand.
        notes: what was written and not taken back.
        unsure: whether it is not done and wants a look.
        decided: whether it is not done, though every tag of it is decided, or taken with its sub-type.
    """

    place: int
    answer: Record
    standing: Standing
    chips: Sequence[Chip]
    states: Sequence[str]
    notes: Sequence[str]
    unsure: bool
    decided: bool

    @property
    def done(self) -> bool:
        """Whether the answer is reviewed."""
        return self.standing.done is not None

    @property
    def numbered(self) -> bool:
        """Whether the question begins with its number in the form."""
        return bool(_NUMBERED.match(self.answer["question"] or ""))

    @property
    def taken(self) -> list[Chip]:
        """The tags that were accepted or added."""
        return [each for each in self.chips if each.status == "accepted"]


def lines_of(
    session: Session, questionnaire_id: int, language: Language, hidden: frozenset[int]
) -> list[Line]:
    """The answers of a questionnaire, in its order; takes as many queries for many as for one.

    Those whose ids are `hidden` are as if nobody had decided on them.
    """
    of_questionnaire = Answer.questionnaire_id == questionnaire_id
    wanted = select(Answer.id, wants_a_look()).where(of_questionnaire).order_by(Answer.place)
    unsure = {answer_id: bool(looks) for answer_id, looks in session.execute(wanted)}
    decisions = defaultdict(list)
    made = (
        select(Decision)
        .join(Answer, Answer.id == Decision.answer_id)
        .where(of_questionnaire, Decision.reading == FIRST, Answer.id.not_in(hidden))
    )
    for each in session.scalars(made.order_by(Decision.answer_id, Decision.number)):
        decisions[each.answer_id].append(each)
    records = answer_records(session, list(unsure), language, hidden=hidden)
    return [
        _line(place, each, decisions[int(each["id"])], unsure=unsure[int(each["id"])])
        for place, each in enumerate(records, 1)
    ]


def _line(place: int, record: Record, decisions: Sequence[Decision], *, unsure: bool) -> Line:
    found = standing(decisions)
    chips = list(chips_of(record, found))
    settled = implied(chips)
    decided = (each.status != "open" or (each.code, each.stance) in settled for each in chips)
    is_open = found.done is None
    return Line(
        place=place,
        answer=record,
        standing=found,
        chips=chips,
        states=states_of(record, found),
        notes=[note for _, note in standing_notes(decisions, found)],
        unsure=is_open and unsure,
        decided=is_open and bool(chips) and all(decided),
    )


@router.get("/questionnaires/{questionnaire_id}")
def show(
    questionnaire_id: Id,
    request: Request,
    database: DatabaseDep,
    actor: Visitor,
    printed: Annotated[bool, Query(alias="print")] = False,
    handed_back: Annotated[bool, Query(alias="handed-back")] = False,
) -> Response:
    """Show a questionnaire, or what one wants of it on paper: whole texts and decided tags."""
    with database.reading() as session:
        stored = get_questionnaire(session, int(questionnaire_id))
        hidden = hidden_from(session, actor.name)
        lines = lines_of(session, stored.id, language_for(request), hidden)
        left = [each for each in lines if not each.done]
        context = _about(session, stored, actor, hidden) | {"lines": lines, "left": left}
        context["handed_back"] = handed_back and context["held"] is None
    audit.note_read(database, actor.name, "read", "questionnaire", questionnaire_id, answers=len(lines))
    return page(request, "questionnaire_print.html.j2" if printed else "questionnaire.html.j2", context)


def _about(session: Session, stored: Questionnaire, actor: Actor, hidden: frozenset[int]) -> dict[str, Any]:
    return {
        "questionnaire": stored,
        "instruments": instruments_of(session, [stored.id])[stored.id],
        "progress": progress_of(session, [stored.id], hidden=hidden)[stored.id],
        "held": holds.held(session, stored.id),
        "may_review": may_review(actor) and stored.replaced_by is None,
        "may_reopen": may_reopen(actor) and stored.replaced_by is None,
    }


@router.post("/questionnaires/{questionnaire_id}/finish")
def finish(questionnaire_id: Id, request: Request, database: DatabaseDep, actor: ReviewerPage) -> Response:
    """Mark as done the answers whose tags are all decided; if none is left then, let go of the questionnaire.

    What nobody has looked at is never marked: the page shows what that is.
    """
    with database.writing() as session:
        stored = get_questionnaire(session, int(questionnaire_id))
        lines = lines_of(session, stored.id, language_for(request), hidden_from(session, actor.name))
        left = [each for each in lines if not each.done]
        decided = [each for each in left if each.decided]
        for each in decided:
            _decide(session, each, Wish("done"), actor)
        if len(decided) == len(left):
            holds.let_go(session, stored.id, actor.name)
    part = "left" if len(decided) < len(left) else "answers"
    return RedirectResponse(f"/questionnaires/{questionnaire_id}#{part}", 303)


@router.post("/questionnaires/{questionnaire_id}/hand-back")
def hand_back(questionnaire_id: Id, database: DatabaseDep, actor: ReviewerPage) -> Response:
    """Let others have a questionnaire that the person has; what they decided stays."""
    with database.writing() as session:
        holds.hand_back(session, get_questionnaire(session, int(questionnaire_id)).id, actor.name)
    return RedirectResponse(f"/questionnaires/{questionnaire_id}?handed-back=1", 303)


@router.post("/questionnaires/{questionnaire_id}/reopen")
def reopen(
    questionnaire_id: Id,
    request: Request,
    database: DatabaseDep,
    actor: LeadPage,
    answer: Annotated[Id | None, Form()] = None,
) -> Response:
    """Open one answer again, or all that are done."""
    with database.writing() as session:
        stored = get_questionnaire(session, int(questionnaire_id))
        lines = lines_of(session, stored.id, language_for(request), hidden_from(session, actor.name))
        chosen = [each for each in lines if (each.done if answer is None else each.answer["id"] == answer)]
        if answer is not None and not chosen:
            raise NotFoundError(f"answer {answer}", f"is not one of questionnaire {questionnaire_id}")
        for each in chosen:
            _decide(session, each, Wish("reopen"), actor)
    return RedirectResponse(f"/questionnaires/{questionnaire_id}#answers", 303)


def _decide(session: Session, line: Line, wish: Wish, actor: Actor) -> None:
    version = line.answer["version"]
    decide(session, int(line.answer["id"]), version, [wish], actor.name, may_reopen=may_reopen(actor))
