"""Idempotency-Keys: a request that a sender repeats with the same key is answered as the first was."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.store.tables import IdempotencyKey

KEPT_DAYS = 7
"""Days for which a key is remembered."""


def recall(session: Session, actor: str, key: str | None, content: str) -> list[int] | None:
    """The ids that the first request with this key made, or None where it is the first.

    Raises:
        InputError: the key came with another content before.
    """
    if key is None:
        return None
    known = session.get(IdempotencyKey, (actor, key))
    if known is None:
        return None
    if known.content != content:
        raise InputError("Idempotency-Key", "came before with another content; give each request its own")
    return list(known.result)


def remember(session: Session, actor: str, key: str | None, content: str, result: Sequence[int]) -> None:
    """Keep what a request with a key made."""
    if key is not None:
        now = dt.datetime.now(dt.UTC)
        session.add(IdempotencyKey(actor=actor, key=key, content=content, result=list(result), at=now))
        session.flush()


def forget_old(session: Session) -> None:
    """Forget the keys that are old enough that nobody repeats their requests."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=KEPT_DAYS)
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.at < before))
