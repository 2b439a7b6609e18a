"""What routes ask for in their signatures: the database, and an actor that may do what the route does.

The actor comes first in a signature: what stands before it is read for whoever may not have it.
"""

import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from nlp.errors import InputError
from service import permissions
from service.api.metrics import Metrics
from service.errors import ForbiddenError, UnauthorizedError
from service.permissions import Actor, Predicate, actor_of
from service.sessions import CSRF_HEADER, check_csrf, signed_in
from service.settings import Settings
from service.store.database import Database
from service.store.keys import digest_of, find_key
from service.taggers import Taggers

KEY_SECONDS = 1.0
"""For how long a key that was revoked may still pass."""

_bearer = HTTPBearer(auto_error=False, description="A key made by `needtag key add`.")


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _taggers(request: Request) -> Taggers:
    taggers: Taggers = request.app.state.taggers
    return taggers


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


DatabaseDep = Annotated[Database, Depends(_database)]
SettingsDep = Annotated[Settings, Depends(_settings)]
TaggersDep = Annotated[Taggers, Depends(_taggers)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]


class KeyedRoute(APIRoute):
    """A route that finds out who asks before it reads anything else: no stranger's body is ever parsed.

    It takes no parameter that it does not know: a filter whose name is misspelt would let everything through.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Lay the look at the key around the route's own handler."""
        handle = super().get_route_handler()
        known = set(_parameters(self.dependant))

        async def serve(request: Request) -> Response:
            request.state.who = await _who_asks(request)
            request.state.actor = request.state.who.name
            if unknown := request.query_params.keys() - known:
                problem = f"is no parameter here; there are {', '.join(sorted(known)) or 'none'}"
                raise InputError(min(unknown)[:64], problem)
            return await handle(request)

        return serve


def _parameters(dependant: Dependant) -> Iterator[str]:
    """The query parameters of a route and of all that it depends on."""
    yield from (each.alias for each in dependant.query_params)
    for each in dependant.dependencies:
        yield from _parameters(each)


async def _who_asks(request: Request) -> Actor:
    """Find out whom a request is from; a key that was good a moment ago is not looked up again."""
    database: Database = request.app.state.database
    if "authorization" not in request.headers:
        return await run_in_threadpool(_signed_in, request, database)
    kind, _, secret = request.headers["authorization"].partition(" ")
    if kind.lower() != "bearer":
        raise UnauthorizedError("Authorization", 'must hold "Bearer" and a key')
    # By its hash, a key is one however it is written, and no secret lies in the memory.
    seen: dict[str, tuple[float, Actor]] = request.app.state.keys_seen
    digest, now = digest_of(secret.strip()), time.monotonic()
    until, who = seen.get(digest, (now, None))
    if who is None or until <= now:
        who = await run_in_threadpool(_holder, database, secret.strip())
        seen[digest] = now + KEY_SECONDS, who
    return who


def _holder(database: Database, secret: str) -> Actor:
    with database.reading() as session:
        key = find_key(session, secret)
    if key is None:
        raise UnauthorizedError("Authorization", "holds no valid key; it may have expired or been revoked")
    return Actor(f"key {key.name}", frozenset(key.scopes))


def _signed_in(request: Request, database: Database) -> Actor:
    """The person whose session the request belongs to: the pages' own scripts ask so."""
    session = signed_in(request, database)
    if session is None:
        raise UnauthorizedError("Authorization", 'must be there: "Bearer" and a key')
    if request.method not in {"GET", "HEAD"}:
        check_csrf(request, request.headers.get(CSRF_HEADER, ""))
    return actor_of(session.user)


def _allowed(may: Predicate, scope: str) -> Callable[..., Coroutine[Any, Any, Actor]]:
    # HTTPBearer stands here for the OpenAPI file.
    async def check(request: Request, _: Annotated[Any, Depends(_bearer)]) -> Actor:
        actor: Actor = request.state.who
        if not may(actor):
            raise ForbiddenError(actor.name, f"may not do this; it takes a key with the scope {scope}")
        return actor

    return check


def _dependency(may: Predicate, scope: str) -> Any:
    return Depends(_allowed(may, scope))


Sender = Annotated[Actor, _dependency(permissions.may_send, "intake")]
Reader = Annotated[Actor, _dependency(permissions.may_read, "read")]
Follower = Annotated[Actor, _dependency(permissions.may_follow, "intake or read")]
Reviewer = Annotated[Actor, _dependency(permissions.may_review, "review")]
Admin = Annotated[Actor, _dependency(permissions.may_administer, "admin")]

RepeatKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern="^[ -~]+$",
        description=(
            "A repeat with the same key and content gets the same answer, for 7 days; "
            "with another content it is refused (422)."
        ),
    ),
]

Id = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$", examples=["17"])]
"""An id that needtag gave: digits, to be kept as text."""
