"""Decisions: appended one after the other, each against what its writer saw."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from nlp.errors import InputError
from nlp.models import TAGGED_STANCES
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy
from service.errors import ConflictError, ForbiddenError
from service.store.answers import current_tagging, get_answer
from service.store.blindness import check_seen
from service.store.events import tell_if_reviewed, tell_if_tagged
from service.store.models import active_model_id
from service.store.tables import Answer, Decision, Mention, Questionnaire, Suggestion, Tagging
from service.store.views import FIRST, done_readings, standing_decisions, standing_tags

Act = Literal[
    "accept", "reject", "add", "restance", "state-add", "state-remove", "note", "undo", "done", "reopen"
]
ACTS: tuple[Act, ...] = get_args(Act)
MOST_ACTS = 100
"""Decisions that can be written at once: "accept all safe" writes one a tag."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reviewer wants to decide.

    Attributes:
        code, stance: of a tag, for accept, reject, add and restance; the stance "" for an instrument.
        new_stance: for restance.
        state: for state-add and state-remove.
        passages: numbers of passages that the reviewer marked for an added tag.
        undoes: number of the decision on this answer to undo.
        note: what to tell colleagues: all of the act note, and beside any other.
    """

    act: Act
    code: str = ""
    stance: str = ""
    new_stance: str = ""
    state: str = ""
    passages: tuple[int, ...] = ()
    undoes: int | None = None
    note: str | None = None


def version_of(session: Session, answer_id: int, reading: int = 1) -> int:
    """How many decisions a reading of an answer has: the version that the next one is made against."""
    of_reading = Decision.answer_id == answer_id, Decision.reading == reading
    return session.scalar(select(func.max(Decision.number)).where(*of_reading)) or 0


def lock_answer(session: Session, answer_id: int) -> int | None:
    """Let nobody else decide on a questionnaire's answers, nor replace it, until this session ends.

    Gives the id of the questionnaire that replaces its own, which is locked first, as a purge does.

    Raises:
        NotFoundError: there is no such answer.
    """
    stored = Questionnaire.id == get_answer(session, answer_id).questionnaire_id
    wanted = select(Questionnaire.replaced_by).where(stored)
    replaced_by = session.scalar(wanted.with_for_update(key_share=True))
    get_answer(session, answer_id, lock=True)
    return replaced_by


def decide(
    session: Session,
    answer_id: int,
    version: int,
    wishes: Sequence[Wish],
    person: str,
    *,
    may_reopen: bool,
    reading: int = 1,
) -> list[Decision]:
    """Append decisions, all or none, as of one moment; to be called in a writing session.

    Webhooks are told of the questionnaire if these end its review.

    Args:
        session: a writing one.
        answer_id: of the answer.
        version: number of the last decision that the person saw, 0 for none.
        wishes: what to decide, in order.
        person: who decides.
        may_reopen: whether the person may reopen what another has done.
        reading: 1, or 2 for a second reading that the person has begun.

    Raises:
        NotFoundError: there is no such answer.
        ConflictError: somebody decided meanwhile, the questionnaire was replaced, or the answer is done.
        InputError: a wish makes no sense for this answer.
        ForbiddenError: the person may not reopen, or is to read the answer a second time.
    """
    replaced_by = lock_answer(session, answer_id)
    if reading == FIRST:
        check_seen(session, answer_id, person)
    last = version_of(session, answer_id, reading)
    if version != last:
        problem = f"has version {last}, and this was decided on version {version}; read it again, then decide"
        raise ConflictError(f"answer {answer_id}", problem)
    if replaced_by is not None:
        problem = f"belongs to a questionnaire that {replaced_by} replaces; decide on the answers of that"
        raise ConflictError(f"answer {answer_id}", problem)
    tagging_id = session.scalar(select(current_tagging()).where(Answer.id == answer_id))
    desk = _Desk(session, answer_id, tagging_id, person, may_reopen=may_reopen, reading=reading)
    written = []
    for number, wish in enumerate(wishes, start=last + 1):
        written.append(desk.decide(number, wish))
    if reading == FIRST:
        desk.tell()
    return written


class _Desk:
    """One reading of one answer by one person."""

    def __init__(
        self,
        session: Session,
        answer_id: int,
        tagging_id: int | None,
        person: str,
        *,
        may_reopen: bool,
        reading: int,
    ) -> None:
        self.session = session
        self.answer_id = answer_id
        self.tagging_id = tagging_id
        self.person = person
        self.may_reopen = may_reopen
        self.reading = reading
        self.at = dt.datetime.now(dt.UTC)

    def decide(self, number: int, wish: Wish) -> Decision:
        """Check a wish against what stands now, and write it."""
        done_by = self._done_by()
        if done_by and wish.act not in {"reopen", "undo"}:
            raise ConflictError(f"answer {self.answer_id}", "is done; reopen it first")
        kind, undoes = "", None
        match wish.act:
            case "accept" | "reject" | "add" | "restance":
                kind = self._kind(wish)
            case "state-add" | "state-remove":
                self._check_state(wish)
            case "note":
                _check_note(wish)
            case "undo":
                undoes = self._undone(wish, done_by)
            case "reopen":
                self._check_reopen(done_by)
        decision = Decision(
            answer_id=self.answer_id,
            reading=self.reading,
            number=number,
            tagging_id=self.tagging_id,
            act=wish.act,
            code=wish.code,
            kind=kind,
            stance=wish.stance,
            new_stance=wish.new_stance,
            state=wish.state,
            passages=list(wish.passages),
            note=wish.note,
            undoes=undoes,
            person=self.person,
            at=self.at,
        )
        self.session.add(decision)
        self.session.flush()
        return decision

    def tell(self) -> None:
        """Tell webhooks what the decisions just written amount to."""
        if self._done_by() is None:
            return
        questionnaire_id = get_answer(self.session, self.answer_id).questionnaire_id
        of_answer = Tagging.answer_id == self.answer_id, Tagging.model_version_id == active_model_id()
        if not self.session.scalar(select(exists().where(*of_answer))):
            tell_if_tagged(self.session, [questionnaire_id])
        tell_if_reviewed(self.session, questionnaire_id)

    def _done_by(self) -> str | None:
        of_reading = done_readings.c.answer_id == self.answer_id, done_readings.c.reading == self.reading
        return self.session.scalar(select(done_readings.c.person).where(*of_reading))

    def _kind(self, wish: Wish) -> str:
        if not wish.code:
            raise InputError("code", f"must be there for {wish.act}: that of a tag")
        entry = load_taxonomy().get(wish.code)
        tagged = [""] if entry.kind == "instrument" else list(TAGGED_STANCES)
        if wish.stance not in tagged:
            raise InputError("stance", f"must be {' or '.join(tagged) or 'left out'} for {wish.code}")
        if wish.act == "restance" and (wish.new_stance not in tagged or wish.new_stance == wish.stance):
            raise InputError("new_stance", f"must be another of {', '.join(tagged)}")
        shown = self._suggested(wish) or (wish.act != "accept" and self._standing(wish))
        if wish.act != "add" and not shown:
            problem = f"is not on answer {self.answer_id} in this stance; add it instead"
            raise InputError(f"{wish.code} {wish.stance}".strip(), problem)
        self._check_passages(wish)
        return entry.kind

    def _suggested(self, wish: Wish) -> bool:
        found = exists().where(
            Suggestion.tagging_id == Tagging.id,
            Tagging.answer_id == self.answer_id,
            Suggestion.code == wish.code,
            Suggestion.stance == wish.stance,
        )
        return bool(self.session.scalar(select(found)))

    def _standing(self, wish: Wish) -> bool:
        of_tag = (
            standing_tags.c.answer_id == self.answer_id,
            standing_tags.c.reading == self.reading,
            standing_tags.c.code == wish.code,
            standing_tags.c.stance == wish.stance,
        )
        return bool(self.session.scalar(select(exists().where(*of_tag))))

    def _check_passages(self, wish: Wish) -> None:
        tagging = self.session.get(Tagging, self.tagging_id) if self.tagging_id else None
        known = len(tagging.passages) if tagging else 0
        if any(not 0 <= number < known for number in wish.passages):
            raise InputError("passages", f"must be numbers under {known}, that of the answer's passages")

    def _check_state(self, wish: Wish) -> None:
        if not wish.state:
            raise InputError("state", f"must be there for {wish.act}: the code of a State")
        get_state(wish.state)
        if wish.act == "state-add":
            return
        named = exists().where(Mention.tagging_id == self.tagging_id, Mention.state == wish.state)
        added = exists().where(
            Decision.id == standing_decisions.c.id,
            Decision.answer_id == self.answer_id,
            Decision.reading == self.reading,
            Decision.act == "state-add",
            Decision.state == wish.state,
        )
        if not self.session.scalar(select(named | added)):
            raise InputError(
                "state", f"{wish.state} is not named in answer {self.answer_id}; nothing to remove"
            )

    def _undone(self, wish: Wish, done_by: str | None) -> int:
        if wish.undoes is None:
            raise InputError("undoes", "must be there for undo: the number of a decision on this answer")
        found = self.session.scalar(
            select(Decision).where(
                Decision.answer_id == self.answer_id,
                Decision.reading == self.reading,
                Decision.number == wish.undoes,
                Decision.id == standing_decisions.c.id,
            )
        )
        if found is None:
            raise InputError("undoes", f"{wish.undoes} is no decision on answer {self.answer_id} that stands")
        if done_by and found.act != "done":
            raise ConflictError(f"answer {self.answer_id}", "is done; reopen it first")
        if found.act in {"done", "reopen"} and found.person != self.person:
            self._check_lead()
        return found.id

    def _check_reopen(self, done_by: str | None) -> None:
        if done_by is None:
            raise ConflictError(f"answer {self.answer_id}", "is not done; there is nothing to reopen")
        self._check_lead()

    def _check_lead(self) -> None:
        if not self.may_reopen:
            raise ForbiddenError(f"answer {self.answer_id}", "was done; ask a lead to reopen it")


def _check_note(wish: Wish) -> None:
    if not (wish.note or "").strip():
        raise InputError("note", "must be there for note: what you want to tell colleagues")
