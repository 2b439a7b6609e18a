"""Questionnaires: taken in once however often they are sent, replaced by later ones, purged."""

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.errors import ConflictError, NotFoundError
from service.intake import Questionnaire as Submission
from service.intake.fields import plain
from service.store.audit import note
from service.store.carrying import carry_over
from service.store.events import tell_if_reviewed, tell_if_tagged
from service.store.tables import (
    Answer,
    Question,
    Questionnaire,
    QuestionnaireInstrument,
)

LONGEST_ID = 400
"""Characters of an id that a sender gives; PostgreSQL's indexes take no more than some 2,700 bytes."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What becomes of a submission: stored, or found as `stored` already, or put in the place of `stored`."""

    outcome: Literal["store", "repeat", "replace"]
    stored: Questionnaire | None = None


def foresee(session: Session, submission: Submission, *, lock: bool = False) -> Foreseen:
    """Say what would become of a submission; the same content sent again is a repeat.

    Args:
        session: a writing one, if `lock`.
        submission: what was sent.
        lock: whether it is to be stored now.

    Raises:
        ConflictError: another content has this external_id and `replaces` does not name it, or what it
            replaces was replaced before.
        NotFoundError: there is no questionnaire that `replaces` names.
        InputError: an id is longer than can be stored.
    """
    _check_ids(submission)
    current = _current(session, submission.external_id, lock=lock)
    same = session.scalar(
        select(Questionnaire)
        .where(
            Questionnaire.external_id == submission.external_id,
            Questionnaire.content == content_of(submission),
        )
        .order_by(Questionnaire.replaced_by.is_not(None), Questionnaire.id.desc())
        .limit(1)
    )
    if same is not None and (same is current or submission.replaces is None):
        return Foreseen("repeat", same)
    earlier = _replaced(session, submission, lock=lock)
    if current is not None and current is not earlier:
        problem = (
            f"is stored with another content as questionnaire {current.id}; to replace it, send "
            f'"replaces": "{submission.external_id}"'
        )
        raise ConflictError(submission.external_id, problem)
    return Foreseen("replace", earlier) if earlier else Foreseen("store")


def receive(session: Session, submission: Submission, actor: str) -> Questionnaire:
    """Store a questionnaire, or find it where it was stored before; to be called in a writing session.

    Raises:
        NeedtagError: what `foresee` raises.
    """
    foreseen = foresee(session, submission, lock=True)
    if foreseen.outcome == "repeat":
        assert foreseen.stored
        return foreseen.stored
    earlier = foreseen.stored
    stored = Questionnaire(
        external_id=submission.external_id,
        content=content_of(submission),
        replaces=earlier.id if earlier else None,
        # A moment out of the way of the rule that only one questionnaire with an external_id counts.
        replaced_by=earlier.id if earlier else None,
        state=submission.state,
        cycle=submission.cycle,
        language=submission.language,
        received_at=dt.datetime.now(dt.UTC),
        received_from=actor,
    )
    session.add(stored)
    session.flush()
    _store_parts(session, stored, submission)
    if earlier:
        earlier.replaced_by = stored.id
        session.flush()
        stored.replaced_by = None
        session.flush()
        carry_over(session, earlier.id, stored.id)
        tell_if_tagged(session, [stored.id])
        tell_if_reviewed(session, stored.id)
    note(session, actor, "receive", "questionnaire", stored.id, answers=len(submission.answers))
    return stored


def _check_ids(submission: Submission) -> None:
    for name, each in (
        ("external_id", submission.external_id),
        *(("id", answer.id) for answer in submission.answers),
    ):
        if len(each) > LONGEST_ID:
            raise InputError(name, f"{each[:40]}... is longer than {LONGEST_ID} characters; shorten it")


def content_of(submission: Submission) -> str:
    """The SHA-256 of what a submission says, whatever it replaces, sent as a file or not."""
    fields = asdict(submission)
    del fields["replaces"], fields["columns"]
    for answer in fields["answers"]:
        # The readers of files repeat there what the questionnaire says.
        del answer["state"], answer["instruments"], answer["cycle"]
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _replaced(session: Session, submission: Submission, *, lock: bool) -> Questionnaire | None:
    if submission.replaces is None:
        return None
    current = _current(session, submission.replaces, lock=lock)
    if current is not None:
        return current
    earlier = session.scalar(
        select(Questionnaire).where(Questionnaire.external_id == submission.replaces).limit(1)
    )
    if earlier is None:
        raise NotFoundError(
            f"replaces, {submission.replaces}", "is no questionnaire here; send its external_id, or none"
        )
    last = session.scalar(select(Questionnaire).where(Questionnaire.id == last_of(session, earlier)))
    name = last.external_id if last else ""
    raise ConflictError(f"replaces, {submission.replaces}", f'was replaced before; send "replaces": "{name}"')


def last_of(session: Session, questionnaire: Questionnaire) -> int:
    """The id of the questionnaire that counts in place of one: itself, or what replaced it last."""
    latest = questionnaire
    while latest.replaced_by is not None:
        later = session.get(Questionnaire, latest.replaced_by)
        assert later
        latest = later
    return latest.id


def _store_parts(session: Session, stored: Questionnaire, submission: Submission) -> None:
    session.add_all(
        QuestionnaireInstrument(questionnaire_id=stored.id, code=code, place=place)
        for place, code in enumerate(submission.instrument)
    )
    questions = _store_questions(session, {each.question for each in submission.answers if each.question})
    session.add_all(
        Answer(
            questionnaire_id=stored.id,
            question_id=questions.get(answer.question or ""),
            external_id=answer.id,
            place=place,
            language=answer.language,
            text=answer.text,
            words=words_of(answer.text),
        )
        for place, answer in enumerate(submission.answers)
    )
    session.flush()


def words_of(text: str) -> str:
    """A text as the search sees it: its words without case and accents, a blank before and after each."""
    return f" {plain(text)} "


def _store_questions(session: Session, texts: set[str]) -> dict[str, int]:
    """Store the questions that are new, and give the id of each; two senders may store the same at once."""
    digests = {hashlib.sha256(text.encode()).hexdigest(): text for text in sorted(texts)}
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    if digests:
        rows = [{"digest": digest, "text": text} for digest, text in digests.items()]
        session.execute(insert(Question).on_conflict_do_nothing(index_elements=["digest"]), rows)
    found = session.execute(select(Question.digest, Question.id).where(Question.digest.in_(digests)))
    return {digests[digest]: question_id for digest, question_id in found}


def _current(session: Session, external_id: str, *, lock: bool) -> Questionnaire | None:
    """The questionnaire with this external_id that no other replaces."""
    wanted = select(Questionnaire).where(
        Questionnaire.external_id == external_id, Questionnaire.replaced_by.is_(None)
    )
    found: Questionnaire | None = session.scalar(wanted.with_for_update() if lock else wanted)
    return found


def get_questionnaire(session: Session, questionnaire_id: int) -> Questionnaire:
    """Find a questionnaire.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = session.get(Questionnaire, questionnaire_id)
    if found is None:
        raise NotFoundError(f"questionnaire {questionnaire_id}", "is not here; it may have been deleted")
    return found


def instruments_of(session: Session | Connection, ids: list[int]) -> dict[int, list[str]]:
    """The codes of the instruments that each questionnaire is about, in the order given."""
    found: dict[int, list[str]] = {each: [] for each in ids}
    for questionnaire_id, code in session.execute(_INSTRUMENTS, {"ids": list(found)}):
        found[questionnaire_id].append(code)
    return found


# Built once: each read of answers asks for them.
_INSTRUMENTS = (
    select(QuestionnaireInstrument.questionnaire_id, QuestionnaireInstrument.code)
    .where(QuestionnaireInstrument.questionnaire_id.in_(bindparam("ids", expanding=True)))
    .order_by(QuestionnaireInstrument.place)
)


def purge(session: Session, questionnaire_id: int, actor: str, *, reason: str = "asked for") -> None:
    """Erase a questionnaire with its answers, suggestions and decisions; an audit line stays.

    What it replaced counts again, unless another counts in its place. Questions that nobody else answered go
    too.

    Raises:
        NotFoundError: there is none with this id.
    """
    stored = get_questionnaire(session, questionnaire_id)
    count = session.scalar(select(func.count()).where(Answer.questionnaire_id == stored.id))
    _uncover(session, stored)
    # The database itself lets go of the id in `replaces` and `replaced_by`.
    session.execute(delete(Questionnaire).where(Questionnaire.id == stored.id))
    answered = exists().where(Answer.question_id == Question.id)
    session.execute(delete(Question).where(~answered))
    note(session, actor, "purge", "questionnaire", stored.id, answers=count, reason=reason)


def _uncover(session: Session, stored: Questionnaire) -> None:
    """Close the chain around a questionnaire that goes, so that one with an external_id counts, not two."""
    later = session.get(Questionnaire, stored.replaced_by) if stored.replaced_by else None
    if later is not None and later.replaces == stored.id:
        later.replaces = stored.replaces
    counting: dict[str, Questionnaire] = {}
    covered = select(Questionnaire).where(Questionnaire.replaced_by == stored.id)
    for each in session.scalars(covered.order_by(Questionnaire.id.desc())).all():
        current = later or counting.get(each.external_id) or _current(session, each.external_id, lock=False)
        if current is None or current is stored:
            counting[each.external_id] = each
        else:
            each.replaced_by = current.id
    session.flush()


def purge_older(session: Session, days: int, actor: str) -> int:
    """Purge the questionnaires received more than so many days ago; gives how many."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    old = list(session.scalars(select(Questionnaire.id).where(Questionnaire.received_at < before)))
    for questionnaire_id in old:
        purge(session, questionnaire_id, actor, reason=f"older than {days} days")
    return len(old)
