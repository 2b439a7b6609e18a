"""Second readings: a share of the answers is read again by somebody who does not see the first reading."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from nlp.errors import InputError
from service.errors import ConflictError, ForbiddenError, NotFoundError
from service.store.answers import AnswerFilter, find_answers, is_reviewed
from service.store.audit import note
from service.store.standing import Standing, TagKey, standing
from service.store.tables import (
    Answer,
    Decision,
    Mention,
    Questionnaire,
    SecondReading,
    User,
)
from service.store.views import done_readings

FIRST, SECOND = 1, 2


@dataclass(frozen=True, slots=True)
class Read:
    """What one of two readers made of an answer.

    Attributes:
        person: who did it; empty while nobody has.
        standing: what stands in this reading.
        states: codes of the States named, as this reader left them.
        decisions: those of the reader, in order.
    """

    person: str
    standing: Standing
    states: frozenset[str]
    decisions: tuple[Decision, ...]

    @property
    def notes(self) -> list[str]:
        """What was written with the decisions."""
        return [each.note for each in self.decisions if each.note]

    @property
    def version(self) -> int:
        """Number of the last decision, 0 where there is none."""
        return self.decisions[-1].number if self.decisions else 0

    @property
    def tags(self) -> frozenset[TagKey]:
        """The tags taken; a sub-type's type is among them."""
        return with_types(self.standing.tags)


@dataclass(frozen=True, slots=True)
class Pair:
    """An answer that two have read; the first reading is as it was before a lead settled anything."""

    reading: SecondReading
    first: Read
    second: Read

    @property
    def complete(self) -> bool:
        """Whether both are done."""
        return self.first.standing.done is not None and self.second.standing.done is not None

    @property
    def waits(self) -> bool:
        """Whether a lead can settle it."""
        return self.complete and self.reading.settled_at is None

    @property
    def differs(self) -> bool:
        """Whether the readers disagree on anything."""
        return bool(self.disputed or self.disputed_states)

    @property
    def agreed(self) -> frozenset[TagKey]:
        """The tags that both took."""
        return self.first.tags & self.second.tags

    @property
    def agreed_states(self) -> frozenset[str]:
        """The States that both left on the answer."""
        return self.first.states & self.second.states

    @property
    def disputed(self) -> list[TagKey]:
        """The tags that only one of them took, in a fixed order; not those that a sub-type brings along."""
        either = set(self.first.standing.tags) ^ set(self.second.standing.tags)
        return sorted(either - self.agreed)

    @property
    def disputed_states(self) -> list[str]:
        """The States that only one of them left on the answer, in a fixed order."""
        return sorted(self.first.states ^ self.second.states)


def with_types(tags: Iterable[TagKey]) -> frozenset[TagKey]:
    """Add to tags the types of the sub-types among them, in the same stances."""
    return frozenset(
        key for code, stance in tags for key in ((code, stance), (code.partition(".")[0], stance))
    )


def ask(session: Session, wanted: AnswerFilter, share: float, actor: str, *, seed: int | None = None) -> int:
    """Ask for a second reading of a share of the reviewed answers that a filter lets through.

    Args:
        session: a writing one.
        wanted: which answers.
        share: of the answers that nobody was asked to read again yet, above 0 and up to 1.
        actor: who asks.
        seed: of the choice, for tests.

    Returns:
        how many were chosen: at least one, if there are any.

    Raises:
        InputError: the share is none.
    """
    if not 0 < share <= 1:
        raise InputError("share", "must be above 0 and up to 100 %")
    asked = exists().where(SecondReading.answer_id == Answer.id)
    ids = list(session.scalars(find_answers(wanted).where(is_reviewed(), ~asked)))
    chosen = random.Random(seed).sample(ids, min(len(ids), max(1, round(share * len(ids)))))  # noqa: S311 - no secret
    now = dt.datetime.now(dt.UTC)
    if chosen:
        rows = [{"answer_id": each, "asked_by": actor, "asked_at": now} for each in sorted(chosen)]
        # Another lead may ask for the same at the same moment.
        insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(SecondReading)
        session.execute(insert.on_conflict_do_nothing(index_elements=["answer_id"]), rows)
    note(session, actor, "ask", "second reading", answers=len(chosen))
    return len(chosen)


def waiting_for(session: Session, user: User) -> list[SecondReading]:
    """The second readings that a person can do, those that they have begun before the others.

    Nobody else has begun them, they are in the person's languages, and the person decided nothing in the
    first reading.
    """
    mine = or_(SecondReading.reader.is_(None), SecondReading.reader == user.name)
    speaks = or_(Questionnaire.language.in_(user.languages), Questionnaire.language.is_(None))
    wanted = (
        _current()
        .where(SecondReading.settled_at.is_(None), mine, speaks, ~_is_done())
        .where(~_decided(SecondReading.answer_id, user.name))
        .order_by(SecondReading.reader.is_(None), SecondReading.id)
    )
    return list(session.scalars(wanted))


def _current() -> Select[SecondReading]:
    """The second readings of questionnaires that no other replaces, as a query."""
    return (
        select(SecondReading)
        .join(Answer, Answer.id == SecondReading.answer_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .where(Questionnaire.replaced_by.is_(None))
    )


def _is_done() -> ColumnElement[bool]:
    of_answer = done_readings.c.answer_id == SecondReading.answer_id
    return exists().where(of_answer, done_readings.c.reading == SECOND)


def _decided(answer_id: int | InstrumentedAttribute[int], person: str) -> ColumnElement[bool]:
    """Whether a person decided anything in the first reading of an answer."""
    first = Decision.answer_id == answer_id, Decision.reading == FIRST
    return exists().where(*first, Decision.person == person)


def next_for(session: Session, user: User) -> SecondReading | None:
    """Begin the second reading that a person should do next; to be called in a writing session."""
    for each in waiting_for(session, user):
        try:
            return begin(session, each.answer_id, user.name)
        except ForbiddenError:
            continue  # another began it meanwhile
    return None


def begin(session: Session, answer_id: int, person: str) -> SecondReading:
    """Take a second reading; to be called in a writing session.

    Raises:
        NotFoundError: nobody asked for one.
        ForbiddenError: another has it, or the person decided in the first reading.
    """
    reading = find_reading(session, answer_id, lock=True)
    decided = session.scalar(select(_decided(answer_id, person)))
    if decided or reading.reader not in {None, person}:
        raise ForbiddenError(f"answer {answer_id}", "is for another reader; take the next one")
    reading.reader = person
    session.flush()
    return reading


def is_blind(session: Session, answer_id: int, person: str) -> bool:
    """Tell whether a person has begun the second reading of an answer and not done it.

    Nothing of the first reading is for their eyes then.
    """
    begun = SecondReading.answer_id == answer_id, SecondReading.reader == person
    return session.scalar(select(SecondReading.id).where(*begun, ~_is_done())) is not None


def check_reader(session: Session, answer_id: int, person: str) -> None:
    """Check that a person may decide in the second reading of an answer.

    Raises:
        ForbiddenError: they have not begun it.
        ConflictError: a lead has settled what the two readers disagree on.
    """
    wanted = select(SecondReading).where(SecondReading.answer_id == answer_id)
    reading = session.scalar(wanted)
    if reading is None or reading.reader != person:
        raise ForbiddenError(f"answer {answer_id}", "is not yours to read a second time; take the next one")
    if reading.settled_at is not None:
        raise ConflictError(f"answer {answer_id}", "was settled by a lead; nothing is left to decide")


def find_reading(session: Session, answer_id: int, *, lock: bool = False) -> SecondReading:
    """Find the second reading of an answer.

    Raises:
        NotFoundError: nobody asked for one.
    """
    wanted = select(SecondReading).where(SecondReading.answer_id == answer_id)
    if lock:
        # As it is now, not as the session saw it before it had the lock.
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found: SecondReading | None = session.scalar(wanted)
    if found is None:
        raise NotFoundError(f"answer {answer_id}", "is not to be read a second time")
    return found


def decisions_of(session: Session, answer_id: int, reading: int = FIRST) -> list[Decision]:
    """The decisions of one reading of an answer, in order."""
    wanted = select(Decision).where(Decision.answer_id == answer_id, Decision.reading == reading)
    return list(session.scalars(wanted.order_by(Decision.number)))


def pairs(session: Session) -> list[Pair]:
    """The answers that two have read to the end, in the order in which second readings were asked for."""
    found = session.scalars(_current().where(_is_done()).order_by(SecondReading.id))
    return [pair for pair in _pairs(session, list(found)) if pair.complete]


def pair_of(session: Session, answer_id: int) -> Pair:
    """The two readings of an answer, done or not.

    Raises:
        NotFoundError: nobody asked for a second one.
    """
    return _pairs(session, [find_reading(session, answer_id)])[0]


def _pairs(session: Session, readings: list[SecondReading]) -> list[Pair]:
    """Takes as many queries for many as for one."""
    decisions: dict[tuple[int, int], list[Decision]] = defaultdict(list)
    of_them = Decision.answer_id.in_([each.answer_id for each in readings])
    for each in session.scalars(select(Decision).where(of_them).order_by(Decision.number)):
        decisions[each.answer_id, each.reading].append(each)
    mentions: dict[int, set[str]] = defaultdict(set)
    shown = select(done_readings.c.tagging_id).where(
        done_readings.c.answer_id.in_([each.answer_id for each in readings])
    )
    for mention in session.scalars(select(Mention).where(Mention.tagging_id.in_(shown))):
        mentions[mention.tagging_id].add(mention.state)

    def read(reading: SecondReading, which: int, upto: int | None, person: str | None) -> Read:
        all_of_it = decisions[reading.answer_id, which]
        made = [each for each in all_of_it if upto is None or each.number <= upto]
        found = standing(made)
        done = found.done
        named = set(mentions[done.tagging_id]) if done and done.tagging_id else set()
        added = {code for code, is_there in found.states.items() if is_there}
        states = frozenset(named - found.states.keys() | added)
        return Read(person or (done.person if done else ""), found, states, tuple(made))

    return [
        Pair(each, read(each, FIRST, each.settled_after, None), read(each, SECOND, None, each.reader))
        for each in readings
    ]
