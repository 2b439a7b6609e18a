"""The work of the background: answers that the active model has not tagged, claimed with leases.

There is no list of jobs beside the answers. An answer of a questionnaire that counts, not reviewed and
without a tagging by the active model version, is the job. A lease says who has it in hand; it runs out by the
database's clock, and then the next worker takes the answer. What is written is unique by answer and model
version, so that a worker that was thought dead changes nothing when it comes back.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from nlp.answers import Answer as PlainAnswer
from nlp.tagging import TaggedAnswer
from service.store.database import database_seconds
from service.store.events import tell_if_tagged
from service.store.progress import waiting
from service.store.tables import Answer, Lease, Mention, Question, Questionnaire, Suggestion, Tagging
from service.store.views import reviewed_answers

MOST_ATTEMPTS = 5
"""Workers that may die over an answer before it is set aside."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An answer in a worker's hands; `attempts` counts the workers that had it, this one included."""

    answer_id: int
    answer: PlainAnswer
    attempts: int


def count_to_tag(session: Session, model_id: int) -> int:
    """How many answers a model would tag if it were made the active one; also those that it failed on."""
    tagged = exists().where(
        Tagging.answer_id == Answer.id, Tagging.model_version_id == model_id, Tagging.error.is_(None)
    )
    reviewed = exists().where(reviewed_answers.c.answer_id == Answer.id)
    wanted = select(func.count()).select_from(Answer).join(Questionnaire)
    return session.scalar(wanted.where(Questionnaire.replaced_by.is_(None), ~tagged, ~reviewed)) or 0


def count_leases(session: Session) -> int:
    """How many answers are in a worker's hands."""
    return session.scalar(select(func.count()).where(Lease.until > database_seconds(session))) or 0


def find_waiting(session: Session, most: int) -> list[int]:
    """The ids of the first answers that wait and are in nobody's hands; to be claimed in a session after.

    With many answers this look takes longest, and nobody else need wait for it.
    """
    return list(session.scalars(_free(database_seconds(session)).order_by(Answer.id).limit(most)))


def claim(session: Session, owner: str, ids: Sequence[int], *, most: int, seconds: float) -> list[Claim]:
    """Take some of these answers for so many seconds; to be called in a writing session.

    An answer that a worker had before is taken alone, so that one which kills its workers takes no other
    along.
    Answers that others have taken meanwhile are left out.
    """
    now = database_seconds(session)
    unlocked = set(ids) - _locked_leases(session, ids, now)
    query = _free(now).where(Answer.id.in_(unlocked)).order_by(Answer.id).limit(most)
    locked = list(session.scalars(query.with_for_update(of=Answer, skip_locked=True)))
    # Looked at again under the lock: another worker may have come and gone since the first look began.
    free = list(session.scalars(_free(now).where(Answer.id.in_(locked)).order_by(Answer.id)))
    leased = session.scalars(select(Lease).where(Lease.answer_id.in_(free)))
    leases = {each.answer_id: each for each in leased}
    taken = free[:1] if free and free[0] in leases else [each for each in free if each not in leases]
    for answer_id in taken:
        lease = leases.get(answer_id) or Lease(answer_id=answer_id, attempts=0)
        lease.owner, lease.until, lease.attempts = owner, now + seconds, lease.attempts + 1
        session.add(lease)
    session.flush()
    return _claims(session, taken)


def _locked_leases(session: Session, ids: Sequence[int], now: float) -> set[int]:
    """The answers whose leases ran out, but are locked by a worker that fell silent while it renewed them."""
    ended = select(Lease.answer_id).where(Lease.answer_id.in_(ids), Lease.until < now)
    return set(session.scalars(ended)) - set(session.scalars(ended.with_for_update(skip_locked=True)))


def _free(now: float) -> Select[int]:
    """The ids of answers that wait and are in nobody's hands."""
    return (
        select(Answer.id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .outerjoin(Lease, Lease.answer_id == Answer.id)
        .where(waiting(), func.coalesce(Lease.until, 0.0) < now)
    )


def _claims(session: Session, ids: Sequence[int]) -> list[Claim]:
    wanted = (
        select(Answer.id, Answer.external_id, Answer.text, Answer.language, Question.text, Lease.attempts)
        .join(Lease)
        .outerjoin(Question)
        .where(Answer.id.in_(ids))
        .order_by(Answer.id)
    )
    return [
        Claim(answer_id, PlainAnswer(external_id, text, question, language), attempts)
        for answer_id, external_id, text, language, question, attempts in session.execute(wanted)
    ]


def end_if_silent(session: Session, seconds: float) -> None:
    """Have this transaction end, and its locks with it, where its worker falls silent for so many seconds.

    SQLite's ends with its process, which is on the same machine.
    """
    if session.get_bind().dialect.name == "postgresql":
        milliseconds = str(max(1, round(seconds * 1000)))
        session.execute(select(func.set_config("idle_in_transaction_session_timeout", milliseconds, True)))


def renew(session: Session, owner: str, seconds: float) -> None:
    """Keep all that a worker has in hand for so many seconds more."""
    until = database_seconds(session) + seconds
    session.execute(update(Lease).where(Lease.owner == owner).values(until=until))


def give_back(session: Session, owner: str) -> None:
    """Let go of all that a worker has in hand: it ends in good order, and nobody need wait."""
    session.execute(delete(Lease).where(Lease.owner == owner))


def write(session: Session, model_version_id: int, tagged: Sequence[tuple[int, TaggedAnswer | str]]) -> int:
    """Write what a model found, or the error for which an answer is set aside, and end the leases.

    An answer that was purged meanwhile, or that another worker has written, is left alone. Webhooks are told
    of the questionnaires of which no answer waits any longer.

    Args:
        session: a writing one.
        model_version_id: of the model.
        tagged: (answer's id, what was found) pairs.

    Returns:
        how many answers were written.
    """
    ids = [answer_id for answer_id, _ in tagged]
    # One worker after the other: of two that write the last answers at once, one sees that they are the last.
    questionnaires = select(Answer.questionnaire_id).where(Answer.id.in_(ids))
    locked = select(Questionnaire.id).where(Questionnaire.id.in_(questionnaires)).order_by(Questionnaire.id)
    touched = list(session.scalars(locked.with_for_update(key_share=True)))
    # The lock keeps a purge from taking the answers away under the rows that are written below.
    present = set(
        session.scalars(select(Answer.id).where(Answer.id.in_(ids)).order_by(Answer.id).with_for_update())
    )
    done = select(Tagging.answer_id).where(
        Tagging.model_version_id == model_version_id, Tagging.answer_id.in_(ids)
    )
    present -= set(session.scalars(done))
    written = [(answer_id, found) for answer_id, found in tagged if answer_id in present]
    if written:
        _insert(session, model_version_id, written)
        tell_if_tagged(session, touched)
    session.execute(delete(Lease).where(Lease.answer_id.in_(ids)))
    return len(written)


# Many rows by few statements: on SQLite nobody else writes until these are there.
_TAGGINGS = insert(Tagging).returning(Tagging.id, sort_by_parameter_order=True)
_SUGGESTIONS = insert(Suggestion)
_MENTIONS = insert(Mention)


def _insert(
    session: Session, model_version_id: int, written: Sequence[tuple[int, TaggedAnswer | str]]
) -> None:
    now = dt.datetime.now(dt.UTC)
    common = {"model_version_id": model_version_id, "at": now}
    taggings = [common | {"answer_id": answer_id} | _tagging(found) for answer_id, found in written]
    ids = session.scalars(_TAGGINGS, taggings).all()
    found_by_tagging = [
        (tagging_id, found)
        for tagging_id, (_, found) in zip(ids, written, strict=True)
        if not isinstance(found, str)
    ]
    suggestions = [
        {"tagging_id": tagging_id, "place": place, **tag, "stance": tag["stance"] or ""}
        for tagging_id, found in found_by_tagging
        for place, tag in enumerate(found.to_json()["tags"])
    ]
    mentions = [
        {"tagging_id": tagging_id, "place": place, "state": each.code, "start": each.start, "end": each.end}
        for tagging_id, found in found_by_tagging
        for place, each in enumerate(found.mentions)
    ]
    for statement, rows in ((_SUGGESTIONS, suggestions), (_MENTIONS, mentions)):
        if rows:
            session.execute(statement, rows)


def _tagging(found: TaggedAnswer | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"language": None, "unsure": None, "stances": [], "passages": [], "error": found}
    record = found.to_json()
    return {name: record[name] for name in ("language", "unsure", "stances", "passages")} | {"error": None}
