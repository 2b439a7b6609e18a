"""People who sign in: their passwords as Argon2id hashes, their sessions, and links to sign in with once."""

import datetime as dt
import hashlib
import re
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from nlp.answers import LANGUAGES
from nlp.errors import InputError
from service.errors import ConflictError, NotFoundError
from service.store.audit import note
from service.store.tables import SignInLink, User, UserSession

SESSION_HOURS = 12
"""Hours that a session lasts; one working day."""
LINK_MINUTES = 60
"""Minutes for which a link to sign in with is valid."""
LONGEST_PASSWORD = 1024
SHORTEST_PASSWORD = 12
"""Characters of a password (NIST SP 800-63B asks for length, not for kinds of characters)."""

DEMO = "demo"
"""Name of the reviewer as whom one tries needtag out."""

Role = Literal["reader", "reviewer", "lead", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
# The defaults are those that RFC 9106 gives for machines with little memory.
_HASHER = PasswordHasher()
# A hash takes 64 MiB: many at once, as when somebody guesses, would take a small machine's memory.
_HASHING = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with the person whose it is.

    Attributes:
        csrf: what forms and scripts of this session send along, so that no other site can act in its name.
    """

    user: User
    csrf: str


def add_user(
    session: Session,
    name: str,
    *,
    role: str,
    languages: Sequence[str],
    password: str | None,
    actor: str,
) -> User:
    """Make an account; without a password it is entered by a link.

    Raises:
        InputError: the name, role, languages or password are none.
        ConflictError: the name is taken.
    """
    check_new(session, name, role=role, languages=languages)
    user = User(
        name=name,
        role=role,
        languages=list(dict.fromkeys(languages)),
        password=None if password is None else hash_password(password),
        created_at=dt.datetime.now(dt.UTC),
    )
    session.add(user)
    note(session, actor, "add", "user", name, role=role)
    session.flush()
    return user


def check_new(session: Session, name: str, *, role: str, languages: Sequence[str]) -> None:
    """Refuse what no account can be made with.

    Raises:
        InputError: the name, role or languages are none.
        ConflictError: the name is taken.
    """
    if not _NAME.fullmatch(name):
        raise InputError("name", "must be small letters, digits and . _ @ -, at most 64, as in first.last")
    _check(role, languages)
    if find_user(session, name):
        raise ConflictError(name, "is taken; take another name")


def _check(role: str, languages: Sequence[str]) -> None:
    if role not in ROLES:
        raise InputError("role", f"must be one of {', '.join(ROLES)}")
    if not languages or set(languages) - set(LANGUAGES):
        raise InputError("languages", f"must be some of {', '.join(LANGUAGES)}")


def change_user(session: Session, user: User, *, role: str, languages: Sequence[str], actor: str) -> None:
    """Give a person another role or other languages; their sessions go on with these.

    Raises:
        InputError: the role or the languages are none.
    """
    _check(role, languages)
    user.role, user.languages = role, list(dict.fromkeys(languages))
    note(session, actor, "change", "user", user.name, role=role, languages=user.languages)


def hash_password(password: str) -> str:
    """Hash a password with Argon2id.

    Raises:
        InputError: it is too short or too long.
    """
    check_length(password)
    with _HASHING:
        return _HASHER.hash(password)


def check_length(password: str) -> None:
    """Refuse a password that is too short or too long.

    Raises:
        InputError: it is.
    """
    if len(password) < SHORTEST_PASSWORD:
        problem = f"must have {SHORTEST_PASSWORD} characters at least; a few words that only you join will do"
        raise InputError("password", problem)
    if len(password) > LONGEST_PASSWORD:
        raise InputError("password", f"must have {LONGEST_PASSWORD} characters at most")


def find_user(session: Session, name: str) -> User | None:
    """Find an account, disabled or not."""
    # PostgreSQL takes no NUL: what cannot be a name is not looked for.
    return session.scalar(select(User).where(User.name == name)) if _NAME.fullmatch(name) else None


def list_users(session: Session) -> list[User]:
    """Every account, by name."""
    return list(session.scalars(select(User).order_by(User.name)))


def get_user(session: Session, name: str) -> User:
    """Find an account.

    Raises:
        NotFoundError: nobody has this name.
    """
    user = find_user(session, name)
    if user is None:
        raise NotFoundError(name, "is nobody's name; 'needtag user list' shows all")
    return user


@cache
def _nobody() -> str:
    """A hash that no password has: names that are nobody's take as long to refuse as others."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def check_password(user: User | None, password: str) -> bool:
    """Tell whether a password is a person's who may sign in; takes as long where there is no such person."""
    known = user.password if user and user.password and not user.disabled_at else None
    try:
        with _HASHING:
            _HASHER.verify(known or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def set_password(session: Session, user: User, password: str, *, actor: str) -> None:
    """Give a person another password; their other sessions end.

    Raises:
        InputError: it is too short or too long.
    """
    user.password = hash_password(password)
    sign_out_everywhere(session, user, actor=actor)
    note(session, actor, "set password", "user", user.name)


def disable_user(session: Session, user: User, *, actor: str) -> None:
    """Let a person sign in no more; what they decided stays."""
    user.disabled_at = dt.datetime.now(dt.UTC)
    sign_out_everywhere(session, user, actor=actor)
    note(session, actor, "disable", "user", user.name)


def enable_user(session: Session, user: User, *, actor: str) -> None:
    """Let a person sign in again."""
    user.disabled_at = None
    note(session, actor, "enable", "user", user.name)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(session: Session, user: User) -> str:
    """Begin a session; gives the token for the cookie."""
    token, now = secrets.token_urlsafe(32), dt.datetime.now(dt.UTC)
    session.execute(delete(UserSession).where(UserSession.expires_at < now))
    session.add(
        UserSession(
            digest=_digest(token),
            user_id=user.id,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + dt.timedelta(hours=SESSION_HOURS),
        )
    )
    note(session, user.name, "sign in", "user", user.name)
    return token


def find_session(session: Session, token: str) -> SignedIn | None:
    """Find the session of a token, if it has not ended and its person may sign in."""
    found = session.execute(
        select(User, UserSession.csrf)
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.digest == _digest(token),
            UserSession.expires_at > dt.datetime.now(dt.UTC),
            User.disabled_at.is_(None),
        )
    ).first()
    return SignedIn(*found) if found else None


def sign_out(session: Session, token: str) -> None:
    """End a session."""
    session.execute(delete(UserSession).where(UserSession.digest == _digest(token)))


def sign_out_everywhere(session: Session, user: User, *, actor: str) -> None:
    """End every session of a person, and the links that they were given."""
    session.execute(delete(UserSession).where(UserSession.user_id == user.id))
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    note(session, actor, "sign out", "user", user.name)


def make_link(session: Session, user: User, *, actor: str) -> str:
    """Make a token that a person can sign in with once, within the hour.

    Raises:
        ConflictError: the person may not sign in.
    """
    if user.disabled_at:
        raise ConflictError(user.name, "is disabled; enable the account first")
    token, now = secrets.token_urlsafe(32), dt.datetime.now(dt.UTC)
    session.execute(delete(SignInLink).where(SignInLink.expires_at < now))
    expires_at = now + dt.timedelta(minutes=LINK_MINUTES)
    session.add(SignInLink(digest=_digest(token), user_id=user.id, expires_at=expires_at))
    note(session, actor, "make link", "user", user.name)
    return token


def link_address(base_url: str, token: str) -> str:
    """Write a link's address; it leads to one's own account, where a password can be set."""
    return f"{base_url.rstrip('/')}/sign-in/{token}?next=/account"


def demo_link(session: Session) -> str:
    """Make a link's token for whoever tries needtag on their own machine, and their account if there is none.

    Raises:
        ConflictError: the account is disabled.
    """
    user = find_user(session, DEMO) or add_user(
        session, DEMO, role="reviewer", languages=LANGUAGES, password=None, actor="needtag"
    )
    return make_link(session, user, actor="needtag")


def use_link(session: Session, token: str) -> User | None:
    """Take a link's token; gives the person if it was valid, and it is no more."""
    taken = session.execute(
        update(SignInLink)
        .where(
            SignInLink.digest == _digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > dt.datetime.now(dt.UTC),
        )
        .values(used_at=dt.datetime.now(dt.UTC))
        .returning(SignInLink.user_id)
    ).scalar()
    user = session.get(User, taken) if taken else None
    return user if user and not user.disabled_at else None
