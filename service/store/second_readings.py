"""Second readings: a share of the answers is read again by somebody who does not see the first reading."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from nlp.errors import InputError
from service.errors import ConflictError, ForbiddenError, NotFoundError
from service.store.answers import AnswerFilter, find_answers, is_reviewed
from service.store.audit import note
from service.store.blindness import current_readings, is_read_twice
from service.store.decisions import lock_answer
from service.store.standing import Standing, TagKey, standing, standing_notes
from service.store.tables import (
    Answer,
    Decision,
    Mention,
    Questionnaire,
    SecondReading,
    User,
)
from service.store.views import FIRST, SECOND, done_readings


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
        """What was written and not taken back."""
        return [note for _, note in standing_notes(self.decisions, self.standing)]

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
    """Ask for a second reading of a share of the reviewed answers that a filter lets through and that count.

    Args:
        session: a writing one.
        wanted: which answers.
        share: of the answers that nobody was asked to read again yet, above 0 and up to 1.
        actor: who asks.
        seed: of the choice, for tests.

    Returns:
        how many were chosen: at least one, if there are any, and no other lead asks for the same ones now.

    Raises:
        InputError: the share is none.
    """
    if not 0 < share <= 1:
        raise InputError("share", "must be above 0 and up to 100 %")
    asked = exists().where(SecondReading.answer_id == Answer.id)
    # Until they are asked for, their questionnaires are not replaced.
    found = find_answers(wanted).where(is_reviewed(), ~asked, Questionnaire.replaced_by.is_(None))
    ids = list(session.scalars(found.with_for_update(read=True, of=Questionnaire)))
    chosen = random.Random(seed).sample(ids, min(len(ids), max(1, round(share * len(ids)))))  # noqa: S311 - no secret
    count = len(_ask(session, sorted(chosen), actor)) if chosen else 0
    note(session, actor, "ask", "second reading", answers=count)
    return count


def _ask(session: Session, ids: Sequence[int], actor: str) -> Sequence[int]:
    """Give the ids of those asked for; another lead may ask for the same at the same moment."""
    now = dt.datetime.now(dt.UTC)
    rows = [{"answer_id": each, "asked_by": actor, "asked_at": now} for each in ids]
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(SecondReading)
    new = insert.on_conflict_do_nothing(index_elements=["answer_id"]).returning(SecondReading.answer_id)
    return session.scalars(new, rows).all()


def waiting_for(session: Session, user: User) -> list[SecondReading]:
    """The second readings that a person can do, those that they have begun before the others.

    Nobody else has begun them, they are in the person's languages, and the person decided nothing in the
    first reading.
    """
    mine = or_(SecondReading.reader.is_(None), SecondReading.reader == user.name)
    speaks = or_(Questionnaire.language.in_(user.languages), Questionnaire.language.is_(None))
    wanted = (
        current_readings()
        .where(SecondReading.settled_at.is_(None), mine, speaks, ~is_read_twice())
        .where(~_decided(SecondReading.answer_id, user.name))
        .order_by(SecondReading.reader.is_(None), SecondReading.id)
    )
    return list(session.scalars(wanted))


def _decided(answer_id: int | InstrumentedAttribute[int], person: str) -> ColumnElement[bool]:
    """Whether a person decided anything in the first reading of an answer."""
    first = Decision.answer_id == answer_id, Decision.reading == FIRST
    return exists().where(*first, Decision.person == person)


def next_for(session: Session, user: User) -> SecondReading | None:
    """Begin the second reading that a person should do next; to be called in a writing session."""
    for each in waiting_for(session, user):
        try:
            return begin(session, each.answer_id, user.name)
        except (ForbiddenError, ConflictError):
            continue  # another began it meanwhile, or its questionnaire was replaced
    return None


def begin(session: Session, answer_id: int, person: str) -> SecondReading:
    """Take a second reading; to be called in a writing session.

    Raises:
        NotFoundError: nobody asked for one.
        ForbiddenError: another has it, or the person decided in the first reading.
        ConflictError: its questionnaire was replaced.
    """
    replaced_by = lock_answer(session, answer_id)
    reading = find_reading(session, answer_id)
    decided = session.scalar(select(_decided(answer_id, person)))
    if decided or reading.reader not in {None, person}:
        raise ForbiddenError(f"answer {answer_id}", "is for another reader; take the next one")
    if replaced_by is not None:
        raise ConflictError(f"answer {answer_id}", f"belongs to a questionnaire that {replaced_by} replaces")
    reading.reader = person
    session.flush()
    return reading


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


def find_reading(session: Session, answer_id: int) -> SecondReading:
    """Find the second reading of an answer.

    Raises:
        NotFoundError: nobody asked for one.
    """
    # As it is now, not as the session saw it before it had the lock on the answer.
    wanted = select(SecondReading).where(SecondReading.answer_id == answer_id)
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError(f"answer {answer_id}", "is not to be read a second time")
    return found


def decisions_of(session: Session, answer_id: int, reading: int = FIRST) -> list[Decision]:
    """The decisions of one reading of an answer, in order."""
    wanted = select(Decision).where(Decision.answer_id == answer_id, Decision.reading == reading)
    return list(session.scalars(wanted.order_by(Decision.number)))


def pairs(session: Session) -> list[Pair]:
    """The answers that two have read to the end, in the order in which second readings were asked for."""
    found = session.scalars(current_readings().where(is_read_twice()).order_by(SecondReading.id))
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
