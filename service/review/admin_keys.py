"""Administration of the API's keys."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from nlp.errors import InputError
from service.api.dependencies import DatabaseDep
from service.errors import ConflictError
from service.review.dependencies import AdminPage
from service.review.languages import language_for, translations
from service.review.rendering import page
from service.store import keys
from service.store.database import Database

router = APIRouter(include_in_schema=False, prefix="/admin/keys")

Name = Annotated[str, Form(max_length=100)]


@router.get("")
def show_keys(actor: AdminPage, request: Request, database: DatabaseDep) -> Response:  # noqa: ARG001
    """Show every key by its name, and the form for another one."""
    return _all(request, database)


@router.post("")
def add_key(
    actor: AdminPage,
    request: Request,
    database: DatabaseDep,
    name: Name = "",
    scopes: Annotated[list[str], Form(max_length=10)] = [],  # noqa: B006 - FastAPI copies it
    days: Annotated[int | None, Form(ge=1, le=3650)] = None,
) -> Response:
    """Make a key, and show it this once."""
    gettext = translations(language_for(request)).gettext
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days) if days else None
    try:
        with database.writing() as session:
            secret = keys.add_key(session, name.strip(), scopes, expires_at=ends, actor=actor.name)
    except InputError:
        problem = gettext("Give a name of at most 100 characters, and choose what the key may do.")
        return _all(request, database, problem=problem, status=422)
    except ConflictError:
        problem = gettext("%(name)s has a valid key. Replace or revoke it, or take another name.")
        return _all(request, database, problem=problem % {"name": name.strip()}, status=409)
    return _all(request, database, secret=secret)


@router.post("/rotate")
def rotate_key(
    actor: AdminPage,
    request: Request,
    database: DatabaseDep,
    name: Name,
    hours: Annotated[float, Form(ge=0, le=720)] = 24,
) -> Response:
    """Make a new key in place of an old one, and show it this once."""
    with database.writing() as session:
        secret = keys.rotate_key(session, name, hours=hours, actor=actor.name)
    request.app.state.keys_seen.clear()
    return _all(request, database, secret=secret)


@router.post("/revoke")
def revoke_key(actor: AdminPage, request: Request, database: DatabaseDep, name: Name) -> Response:
    """End every key of a name at once."""
    with database.writing() as session:
        keys.revoke_key(session, name, actor=actor.name)
    request.app.state.keys_seen.clear()
    return RedirectResponse("/admin/keys", 303)


def _all(
    request: Request, database: Database, *, secret: str = "", problem: str = "", status: int = 200
) -> Response:
    with database.reading() as session:
        found = keys.list_keys(session)
    context = {
        "keys": found,
        "now": dt.datetime.now(dt.UTC),
        "scopes": keys.SCOPES,
        "secret": secret,
        "problem": problem,
        "here": "/admin/keys",
    }
    return page(request, "admin_keys.html.j2", context, status=status)
