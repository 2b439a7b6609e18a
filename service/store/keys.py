"""API keys: shown once, kept as a hash."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Row, bindparam, or_, select
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.errors import ConflictError, NotFoundError
from service.store.audit import Action, note
from service.store.tables import ApiKey

Scope = Literal["intake", "read", "review", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
# So that a key that lies where it should not is recognised as one.
_PREFIX = "needtag_"


def add_key(
    session: Session, name: str, scopes: Sequence[str], *, expires_at: dt.datetime | None, actor: str
) -> str:
    """Make a key and give it: it cannot be read again.

    Raises:
        InputError: a scope is unknown, or the name is empty.
        ConflictError: a valid key has this name.
    """
    if not scopes or set(scopes) - set(SCOPES):
        raise InputError("--scope", f"must be some of {', '.join(SCOPES)}, with commas between them")
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise InputError("--name", "must be a name of at most 100 characters")
    if _valid(session, name):
        raise ConflictError(name, "has a valid key; rotate or revoke it, or take another name")
    return _make(session, name, list(dict.fromkeys(scopes)), expires_at, actor, "add")


def rotate_key(session: Session, name: str, *, hours: float, actor: str) -> str:
    """Make a new key with the scopes of an old one, which stays valid for some hours; gives the new one.

    Raises:
        NotFoundError: no valid key has this name.
    """
    old = _named(session, name)
    end = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
    expires_at = old[0].expires_at
    for key in old:
        key.expires_at = min(filter(None, (key.expires_at, end)))
    return _make(session, name, old[0].scopes, expires_at, actor, "rotate")


def revoke_key(session: Session, name: str, *, actor: str) -> None:
    """End every key of a name at once.

    Raises:
        NotFoundError: no valid key has this name.
    """
    for key in _named(session, name):
        key.expires_at = dt.datetime.now(dt.UTC)
    note(session, actor, "revoke", "key", name)


# Asked with each request; built once, as building it takes longer than running it.
_VALID_KEY = select(ApiKey.name, ApiKey.scopes).where(
    ApiKey.digest == bindparam("digest"),
    or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > bindparam("now")),
)


def find_key(session: Session, secret: str) -> Row[tuple[str, list[Any]]] | None:
    """Find name and scopes of the valid key that a secret is of."""
    asked = {"digest": digest_of(secret), "now": dt.datetime.now(dt.UTC)}
    return session.execute(_VALID_KEY, asked).one_or_none()


def digest_of(secret: str) -> str:
    """The hash that stands for a key; it is random, so that a slow one would guard nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def list_keys(session: Session) -> list[ApiKey]:
    """Every key, the newest first."""
    return list(session.scalars(select(ApiKey).order_by(ApiKey.id.desc())))


def _not_expired() -> ColumnElement[bool]:
    return or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > dt.datetime.now(dt.UTC))


def _valid(session: Session, name: str) -> list[ApiKey]:
    wanted = select(ApiKey).where(ApiKey.name == name, _not_expired()).order_by(ApiKey.id.desc())
    return list(session.scalars(wanted))


def _named(session: Session, name: str) -> list[ApiKey]:
    found = _valid(session, name)
    if not found:
        raise NotFoundError(name, "has no valid key; 'needtag key list' shows all")
    return found


def _make(
    session: Session, name: str, scopes: list[str], expires_at: dt.datetime | None, actor: str, action: Action
) -> str:
    secret = _PREFIX + secrets.token_urlsafe(32)
    now = dt.datetime.now(dt.UTC)
    session.add(
        ApiKey(name=name, digest=digest_of(secret), scopes=scopes, created_at=now, expires_at=expires_at)
    )
    note(session, actor, action, "key", name, scopes=scopes)
    return secret
