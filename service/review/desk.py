"""The desk: one answer, what was suggested for it, and the keys to decide with."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Annotated, Any, Literal

from babel import Locale
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.answers import LANGUAGES
from nlp.models import TAGGED_STANCES
from nlp.states import all_states
from nlp.states.registry import read_names
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import DatabaseDep, Id
from service.intake.fields import plain
from service.permissions import Actor, may_reopen, may_review
from service.review.dependencies import Visitor
from service.review.languages import language_for
from service.review.rendering import page
from service.review.text import stretches
from service.store import audit, holds, second_readings
from service.store.answers import get_answer, is_reviewed, wants_a_look
from service.store.blindness import hidden_from, read_instead
from service.store.database import Database
from service.store.questionnaires import get_questionnaire
from service.store.records import answer_records
from service.store.standing import Standing, TagKey, standing, standing_notes
from service.store.tables import Answer, Decision, Hold

router = APIRouter(include_in_schema=False)

Status = Literal["open", "accepted", "rejected", "moved"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A tag on the desk: suggested, added by a person, or both.

    Attributes:
        confidence, band: as suggested; None for a tag that a person added.
        passages: numbers of those that it rests on: as suggested, or as the person marked them.
        status: what was decided on it; `moved` if it was put in a stance that another chip is in.
        was: the stance that it was suggested in, if a person put it in this one.
    """

    kind: str
    code: str
    stance: str
    confidence: float | None
    band: str | None
    passages: Sequence[int]
    status: Status
    was: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The chips of a type, or of the instruments (`code` is then empty), the surest first."""

    code: str
    chips: Sequence[Chip]

    @property
    def wants_a_look(self) -> bool:
        """Whether nothing of it is more than uncertain."""
        return all(chip.band == "unsure" for chip in self.chips)


def chips_of(record: Mapping[str, Any], found: Standing) -> Iterator[Chip]:
    """Give the tags of an answer: those suggested, each in the stance that it is in now, then those added."""
    suggested = {(tag["code"], tag["stance"] or ""): tag for tag in record["tags"]}
    shown = set()
    for key, tag in suggested.items():
        now = _now(key, found)
        twice = now != key and (now in suggested or now in shown)
        code, stance = key if twice or now not in found.tags else now
        shown.add((code, stance))
        status = "moved" if twice else _status(now, found)
        was = key[1] if stance != key[1] else ""
        yield Chip(tag["kind"], code, stance, tag["confidence"], tag["band"], tag["passages"], status, was)
    for code, stance in found.tags:
        if (code, stance) not in shown:
            kind, marked = load_taxonomy().get(code).kind, found.tags[code, stance].passages
            yield Chip(kind, code, stance, None, None, marked, "accepted")


def _now(key: TagKey, found: Standing) -> TagKey:
    """The tag that one became by changes of its stance."""
    while key in found.restanced:
        key = key[0], found.restanced[key].new_stance
    return key


def _status(now: TagKey, found: Standing) -> Status:
    if now in found.tags:
        return "accepted"
    return "rejected" if now in found.rejected else "open"


def groups_of(record: Mapping[str, Any], found: Standing) -> list[Group]:
    """Group the tags of an answer by type in the taxonomy's order, instruments after them.

    Groups of which nothing is more than uncertain come last.
    """
    chips = sorted(chips_of(record, found), key=_rank)
    types = [entry.code for entry in load_taxonomy().types]
    groups = [Group(code, [each for each in chips if each.code.partition(".")[0] == code]) for code in types]
    groups.append(Group("", [each for each in chips if each.kind == "instrument"]))
    return sorted((group for group in groups if group.chips), key=lambda group: group.wants_a_look)


def implied(chips: Iterable[Chip]) -> set[TagKey]:
    """The types of which a sub-type is taken in the same stance: they are taken with it in any case."""
    taken = (each for each in chips if each.kind == "subtype" and each.status == "accepted")
    return {(each.code.partition(".")[0], each.stance) for each in taken}


def acts_of(decisions: Sequence[Decision], found: Standing) -> list[list[Decision]]:
    """The decisions that stand, in order; those of one list were written, and are undone, together."""
    stand = [each for each in decisions if each.number in found.numbers]
    return [list(together) for _, together in groupby(stand, lambda each: (each.person, each.at))]


def _rank(chip: Chip) -> tuple[bool, float]:
    return chip.kind != "type", -(1 if chip.confidence is None else chip.confidence)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The answers beside one in its questionnaire: their ids, and its place from 1."""

    place: int
    total: int
    previous: int | None
    following: int | None
    unsure: int | None
    open: int | None


def neighbours_of(session: Session, answer: Answer) -> Neighbours:
    """Find the way from an answer to the others; `unsure` and `open` go on and begin anew at the end."""
    rows = session.execute(
        select(Answer.id, is_reviewed().label("done"), wants_a_look().label("unsure"))
        .where(Answer.questionnaire_id == answer.questionnaire_id)
        .order_by(Answer.place)
    ).all()
    ids = [row.id for row in rows]
    place = ids.index(answer.id)
    waiting = [row for row in (*rows[place + 1 :], *rows[:place]) if not row.done]
    return Neighbours(
        place=place + 1,
        total=len(ids),
        previous=ids[place - 1] if place else None,
        following=ids[place + 1] if place + 1 < len(ids) else None,
        unsure=next((row.id for row in waiting if row.unsure), None),
        open=next((row.id for row in waiting), None),
    )


@router.get("/answers/{answer_id}")
def show(answer_id: Id, request: Request, database: DatabaseDep, actor: Visitor) -> Response:
    """Show an answer on the desk."""
    if (blind := _blind_desk(database, int(answer_id), actor)) is not None:
        return blind
    return page(request, "desk.html.j2", desk_of(request, database, int(answer_id), actor))


@router.get("/answers/{answer_id}/panel")
def show_panel(answer_id: Id, request: Request, database: DatabaseDep, actor: Visitor) -> Response:
    """Show what changes with decisions, for the script to put in place."""
    if (blind := _blind_desk(database, int(answer_id), actor)) is not None:
        return blind
    return page(request, "panel.html.j2", desk_of(request, database, int(answer_id), actor))


def _blind_desk(database: Database, answer_id: int, actor: Actor) -> Response | None:
    """Lead whoever reads the answer a second time to where nothing of the first reading is shown."""
    with database.reading() as session:
        found = read_instead(session, answer_id, actor.name)
    return RedirectResponse(f"/second-readings/{found}", 303) if found else None


@router.get("/questionnaires/{questionnaire_id}/next")
def go_on(
    questionnaire_id: Id,
    database: DatabaseDep,
    actor: Visitor,
    after: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Go to the next answer that is not done; where all are, let go of the questionnaire, and go to it."""
    wanted = (
        select(Answer.id)
        .where(Answer.questionnaire_id == int(questionnaire_id), ~is_reviewed())
        .order_by(Answer.id <= after, Answer.place)
        .limit(1)
    )
    with database.reading() as session:
        found = session.scalar(wanted)
    if found is not None:
        return RedirectResponse(f"/answers/{found}", 303)
    with database.writing() as session:
        holds.let_go(session, int(questionnaire_id), actor.name)
    return RedirectResponse(f"/questionnaires/{questionnaire_id}", 303)


def desk_of(
    request: Request, database: Database, answer_id: int, actor: Actor, reading: int = 1
) -> dict[str, Any]:
    """Give what the desk shows of an answer in one reading: of the second, nothing of the first."""
    language = language_for(request)
    with database.reading() as session:
        answer = get_answer(session, answer_id)
        hidden = hidden_from(session, actor.name)
        record = answer_records(session, [answer_id], language, hidden=hidden)[0]
        decisions = second_readings.decisions_of(session, answer_id, reading)
        found = standing(decisions)
        context = {
            "answer": record,
            "reading": reading,
            "version": decisions[-1].number if decisions else 0,
            "stretches": list(stretches(record)),
            "groups": groups_of(record, found),
            "standing": found,
            "acts": acts_of(decisions, found),
            "states": states_of(record, found),
            "notes": standing_notes(decisions, found),
            "neighbours": neighbours_of(session, answer),
            "questionnaire": get_questionnaire(session, answer.questionnaire_id),
        }
    audit.note_read(database, actor.name, "read", "answer", answer_id)
    context["held"] = None
    if reading == 1:
        take = may_review(actor) and not found.done
        context["held"] = _held(database, answer.questionnaire_id, actor, take=take)
    return context | choices() | {"may_review": may_review(actor), "may_reopen": may_reopen(actor)}


def _held(database: Database, questionnaire_id: int, actor: Actor, *, take: bool) -> Hold | None:
    """Find who has a questionnaire now: the person, if they are to take it and nobody else has it."""
    if not take:
        with database.reading() as session:
            return holds.held(session, questionnaire_id)
    with database.writing() as session:
        holds.hold(session, questionnaire_id, actor.name)
        return holds.held(session, questionnaire_id)


def states_of(record: Mapping[str, Any], found: Standing) -> list[str]:
    """The States of an answer as they stand: those named, less those removed, then those added."""
    named = [state["code"] for state in record["states"]]
    kept = [code for code in named if found.states.get(code, True)]
    return [*kept, *(code for code, added in found.states.items() if added and code not in named)]


def choices() -> dict[str, Any]:
    """What can be chosen from on every desk."""
    taxonomy = load_taxonomy()
    entries = [each for kind in taxonomy.types for each in (kind, *taxonomy.subtypes_of(kind.code))]
    return {
        "entries": [*entries, *taxonomy.instruments],
        "tagged_stances": TAGGED_STANCES,
        "all_states": all_states(),
        "state_names": state_names(),
    }


@cache
def state_names() -> dict[str, list[str]]:
    """The names by which one can call a State, in all languages: official, everyday and former ones.

    A name that two States go by is in neither's.
    """
    names: dict[str, dict[str, str]] = {}
    for state in all_states():
        own = names[state.code] = {}
        for language in LANGUAGES:
            also = read_names(language)[state.code]["also"].split("|")
            everyday = Locale(language).territories[state.alpha_2]
            for name in (everyday, state.name(language), state.formal_name(language), *also):
                own[plain(name)] = name
    shared = Counter(name for own in names.values() for name in own)
    return {
        code: [name for folded, name in own.items() if name and shared[folded] == 1]
        for code, own in names.items()
    }
