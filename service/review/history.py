"""History: who decided what and when, what the model said then, and any earlier state of an answer."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.api.dependencies import DatabaseDep, Id
from service.review.dependencies import Visitor
from service.review.desk import Chip, chips_of, states_of
from service.review.languages import language_for
from service.review.rendering import page
from service.store import audit, second_readings
from service.store.answers import get_answer
from service.store.blindness import read_instead
from service.store.questionnaires import get_questionnaire
from service.store.records import answer_records, tag_fields
from service.store.standing import TagKey, standing
from service.store.tables import Decision, Mention, ModelVersion, Suggestion, Tagging

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Said:
    """What one model version found in the answer.

    Attributes:
        tags: suggestions by code and stance.
        states: codes of the States named, in the order of the text.
    """

    tagging: Tagging
    model: ModelVersion
    tags: dict[TagKey, Suggestion]
    states: Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    """A decision, with what the model that the person saw had said of the same tag or State.

    Attributes:
        said: by the model that was shown then; None where none was.
        undoes, undone_by: numbers of the decision that it takes back, and of the one that takes it back.
        marked: the passages that the person marked for an added tag.
    """

    decision: Decision
    said: Said | None
    undoes: int | None
    undone_by: int | None
    marked: Sequence[str]

    @property
    def suggestion(self) -> Suggestion | None:
        """What was suggested of the tag that the decision is about."""
        return self.said.tags.get((self.decision.code, self.decision.stance)) if self.said else None

    @property
    def elsewhere(self) -> Sequence[str]:
        """The stances that the code was suggested in."""
        return [stance for code, stance in self.said.tags if code == self.decision.code] if self.said else []


@dataclass(frozen=True, slots=True)
class State:
    """The answer as it stood after a decision; `number` is 0 before the first one."""

    number: int
    chips: Sequence[Chip]
    states: Sequence[str]
    done_by: str | None


@router.get("/answers/{answer_id}/history")
def show(
    answer_id: Id,
    request: Request,
    database: DatabaseDep,
    actor: Visitor,
    at: Annotated[int | None, Query(ge=0, le=2**31)] = None,
    reading: Literal["1", "2"] = "1",
) -> Response:
    """Show the history of a reading of an answer, and on demand the answer as it stood after a decision."""
    with database.reading() as session:
        answer = get_answer(session, int(answer_id))
        if blind := read_instead(session, answer.id, actor.name):
            return RedirectResponse(f"/second-readings/{blind}", 303)
        decisions = {each: second_readings.decisions_of(session, answer.id, each) for each in (1, 2)}
        said = said_of(session, answer.id)
        context = {
            "answer": answer_records(session, [answer.id], language_for(request))[0],
            "questionnaire": get_questionnaire(session, answer.questionnaire_id),
            "said": list(said.values()),
            "steps": steps_of(decisions[int(reading)], said, answer.text),
            "then": None if at is None else state_after(decisions[int(reading)], said, at),
            "reading": reading,
            "read_twice": bool(decisions[2]),
        }
    audit.note_read(database, actor.name, "read", "answer", answer_id, history=True)
    return page(request, "history.html.j2", context)


def said_of(session: Session, answer_id: int) -> dict[int, Said]:
    """What each model version found in an answer, by the tagging's id, in the order in which they came."""
    tags: dict[int, dict[TagKey, Suggestion]] = defaultdict(dict)
    of_answer = Tagging.answer_id == answer_id
    suggested = select(Suggestion).join(Tagging, Tagging.id == Suggestion.tagging_id).where(of_answer)
    for each in session.scalars(suggested.order_by(Suggestion.place)):
        tags[each.tagging_id][each.code, each.stance] = each
    states: dict[int, dict[str, None]] = defaultdict(dict)
    named = select(Mention).join(Tagging, Tagging.id == Mention.tagging_id).where(of_answer)
    for mention in session.scalars(named.order_by(Mention.place)):
        states[mention.tagging_id][mention.state] = None
    rows = session.execute(
        select(Tagging, ModelVersion)
        .join(ModelVersion, ModelVersion.id == Tagging.model_version_id)
        .where(of_answer)
        .order_by(Tagging.id)
    )
    return {each.id: Said(each, model, tags[each.id], list(states[each.id])) for each, model in rows}


def steps_of(decisions: Sequence[Decision], said: dict[int, Said], text: str) -> list[Step]:
    """The decisions on a text, each with what is to be told beside it."""
    numbers = {each.id: each.number for each in decisions}
    undone = {each.undoes: each.number for each in decisions if each.undoes is not None}
    steps = []
    for each in decisions:
        seen = said.get(each.tagging_id or 0)
        passages = [seen.tagging.passages[number] for number in each.passages] if seen else []
        marked = [text[passage["start"] : passage["end"]] for passage in passages]
        steps.append(Step(each, seen, numbers.get(each.undoes or 0), undone.get(each.id), marked))
    return steps


def state_after(decisions: Sequence[Decision], said: dict[int, Said], number: int) -> State:
    """Say how an answer stood after a decision, with what was suggested when that was made.

    Of a decision that is not yet there, the last one; of number 0, what the first reader began with.
    """
    number = min(number, decisions[-1].number if decisions else 0)
    found = standing(decisions, number)
    shown = _shown(decisions, said, number)
    record: dict[str, Any] = {"tags": [], "states": []}
    if shown is not None:
        record["tags"] = [tag_fields(each) for each in shown.tags.values()]
        record["states"] = [{"code": code} for code in shown.states]
    done_by = found.done.person if found.done else None
    return State(number, list(chips_of(record, found)), states_of(record, found), done_by)


def _shown(decisions: Sequence[Decision], said: dict[int, Said], number: int) -> Said | None:
    if not decisions:
        return next(reversed(said.values()), None)
    seen = max(number, decisions[0].number)
    tagging_id = next(each.tagging_id for each in decisions if each.number == seen)
    return said.get(tagging_id or 0)
