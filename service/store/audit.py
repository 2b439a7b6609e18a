"""The audit: who did what to which data. No text of an answer is ever written here."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables import Audit


def note(
    session: Session, actor: str, action: str, subject: str, subject_id: object = None, **detail: Any
) -> None:
    """Write one line.

    Args:
        session: of the transaction that the act belongs to.
        actor: who: a key, a user, a command.
        action: what was done: "read", "export", "receive", "purge", ...
        subject: the kind of thing: "answer", "questionnaire", ...
        subject_id: which one, if one.
        detail: counts, codes and filters; never texts.
    """
    session.add(
        Audit(
            at=dt.datetime.now(dt.UTC),
            actor=actor,
            action=action,
            subject=subject,
            subject_id=None if subject_id is None else str(subject_id),
            detail=detail,
        )
    )


def find_lines(
    session: Session, *, actor: str | None, action: str | None, before: int | None, most: int
) -> list[Audit]:
    """The newest lines; of one actor, of one action, with ids below `before`, where these are given."""
    wanted = select(Audit).order_by(Audit.id.desc()).limit(most)
    if actor:
        wanted = wanted.where(Audit.actor == actor)
    if action:
        wanted = wanted.where(Audit.action == action)
    if before:
        wanted = wanted.where(Audit.id < before)
    return list(session.scalars(wanted))


def list_actions(session: Session) -> list[str]:
    """Every action that some line is about."""
    return list(session.scalars(select(Audit.action).distinct().order_by(Audit.action)))
