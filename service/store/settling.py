"""Settling what two readers of an answer disagree on."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.errors import ConflictError
from service.store.answers import current_tagging
from service.store.audit import note
from service.store.decisions import Act, Wish, decide, lock_answer, version_of
from service.store.second_readings import Pair, pair_of, with_types
from service.store.standing import TagKey
from service.store.tables import Answer, Mention, Suggestion, Tagging
from service.store.views import SECOND

SETTLED = "settled"
"""Note of the decisions that settle an answer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a lead chose for an answer.

    Attributes:
        versions: numbers of the last decisions that the lead saw, of the first and of the second reading.
        tags, states: of those that are disputed, the ones that the answer has.
    """

    versions: tuple[int, int]
    tags: frozenset[TagKey]
    states: frozenset[str]


def settle(session: Session, answer_id: int, choice: Choice, actor: str) -> None:
    """Make of the first reading what both readers agree on and a lead chose, all or nothing.

    Args:
        session: a writing one.
        answer_id: of the answer.
        choice: the lead's.
        actor: the lead.

    Raises:
        NotFoundError: nobody asked for a second reading.
        ConflictError: it is settled, a reading is not done, or there is a later decision in one of them.
        InputError: a tag or State is not disputed.
    """
    # Neither reader changes anything from here on.
    lock_answer(session, answer_id)
    pair = pair_of(session, answer_id)
    if not pair.waits or version_of(session, answer_id, SECOND) != choice.versions[1]:
        raise ConflictError(f"answer {answer_id}", "is settled or was decided on meanwhile; look at it again")
    if not (choice.tags <= set(pair.disputed) and choice.states <= set(pair.disputed_states)):
        raise InputError("settled", "must be among the tags and States that only one reader took")
    wishes = [Wish("reopen"), *_tags(session, pair, choice), *_states(session, pair, choice)]
    wishes.append(Wish("done", note=SETTLED))
    decide(session, answer_id, choice.versions[0], wishes, actor, may_reopen=True)
    pair.reading.settled_at, pair.reading.settled_by = dt.datetime.now(dt.UTC), actor
    pair.reading.settled_after = choice.versions[0]
    note(session, actor, "settle", "answer", answer_id)


def _tags(session: Session, pair: Pair, choice: Choice) -> Iterator[Wish]:
    now = set(pair.first.standing.tags)
    kept = (now - set(pair.disputed)) | choice.tags
    # A type that the first reader took with a sub-type alone stays, though the sub-type goes.
    wanted = kept | (pair.agreed - with_types(kept))
    of_answer = select(Suggestion.code, Suggestion.stance).join(Tagging, Tagging.id == Suggestion.tagging_id)
    rows = session.execute(of_answer.where(Tagging.answer_id == pair.reading.answer_id))
    suggested = {(code, stance) for code, stance in rows}
    for key in sorted(now ^ wanted):
        taken: Act = "accept" if key in suggested else "add"
        yield Wish(taken if key in wanted else "reject", code=key[0], stance=key[1], note=SETTLED)


def _states(session: Session, pair: Pair, choice: Choice) -> Iterator[Wish]:
    """The answer may have been tagged anew since: what counts is what that makes of the first reading."""
    shown = select(current_tagging()).where(Answer.id == pair.reading.answer_id).scalar_subquery()
    named = set(session.scalars(select(Mention.state).where(Mention.tagging_id == shown)))
    changed = pair.first.standing.states
    now = (named - changed.keys()) | {code for code, is_there in changed.items() if is_there}
    wanted = pair.agreed_states | choice.states
    for state in sorted(now ^ wanted):
        yield Wish("state-add" if state in wanted else "state-remove", state=state, note=SETTLED)
