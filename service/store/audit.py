"""The audit: who did what to which data. No text of an answer is ever written here."""

import datetime as dt
from typing import Any, Literal, get_args

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.store.database import Database
from service.store.tables import Audit

Action = Literal[
    "activate", "add", "ask", "change", "disable", "enable", "export", "make link", "purge", "read",
    "receive", "revoke", "rotate", "search", "set password", "settle", "sign in", "sign out",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = get_args(Action)

# Without the id, which nobody asks for: every read of answers writes a line.
_LINE = insert(Audit).inline()


def note(
    session: Session, actor: str, action: Action, subject: str, subject_id: object = None, **detail: Any
) -> None:
    """Write one line about an act that changes something.

    Args:
        session: of the transaction that the act belongs to.
        actor: who: a key, a user, a command.
        action: what was done.
        subject: the kind of thing: "answer", "questionnaire", ...
        subject_id: which one, if one.
        detail: counts, codes and filters; never texts.
    """
    session.execute(_LINE, _line(actor, action, subject, subject_id, detail))


def note_read(
    database: Database, actor: str, action: Action, subject: str, subject_id: object = None, **detail: Any
) -> None:
    """Write one line about what somebody is to be given: a line of its own, there before they are given it.

    Args:
        database: where the line is kept.
        actor: as in `note`.
        action: likewise.
        subject: likewise.
        subject_id: likewise.
        detail: likewise.

    Raises:
        UnavailableError: the database cannot be reached now.
    """
    database.insert(_LINE, _line(actor, action, subject, subject_id, detail))


def _line(
    actor: str, action: str, subject: str, subject_id: object, detail: dict[str, Any]
) -> dict[str, Any]:
    return {
        "at": dt.datetime.now(dt.UTC),
        "actor": actor,
        "action": action,
        "subject": subject,
        "subject_id": None if subject_id is None else str(subject_id),
        "detail": detail,
    }


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
