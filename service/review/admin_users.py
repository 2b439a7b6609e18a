"""Administration of the people who sign in."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from nlp.errors import InputError
from service.api.dependencies import DatabaseDep
from service.errors import ConflictError
from service.review.dependencies import AdminPage
from service.review.languages import language_for, translations
from service.review.rendering import page
from service.store import users
from service.store.database import Database

router = APIRouter(include_in_schema=False, prefix="/admin/users")

Name = Annotated[str, Form(max_length=100)]
Role = Annotated[str, Form(max_length=20)]
Languages = Annotated[list[str], Form(max_length=10)]


@router.get("")
def show_users(actor: AdminPage, request: Request, database: DatabaseDep) -> Response:  # noqa: ARG001
    """Show every account, and the form for another one."""
    return _all(request, database, {"name": "", "role": "reviewer", "languages": []})


@router.post("")
def add_user(
    actor: AdminPage,
    request: Request,
    database: DatabaseDep,
    name: Name = "",
    role: Role = "",
    languages: Languages = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Make an account, and show the link that its person signs in with for the first time."""
    gettext = translations(language_for(request)).gettext
    typed = {"name": name, "role": role, "languages": languages}
    try:
        with database.writing() as session:
            user = users.add_user(
                session, name.strip(), role=role, languages=languages, password=None, actor=actor.name
            )
            token = users.make_link(session, user, actor=actor.name)
    except InputError as error:
        problems = {
            "name": gettext("The name must be small letters, digits and . _ @ -, at most 64."),
            "role": gettext("Choose a role."),
            "languages": gettext("Choose at least one language."),
        }
        return _all(request, database, typed, problem=problems[error.concerns], status=422)
    except ConflictError:
        problem = gettext("%(name)s is taken; take another name.") % {"name": name.strip()}
        return _all(request, database, typed, problem=problem, status=409)
    return _one(request, database, user.name, link=_link(request, token))


def _link(request: Request, token: str) -> str:
    return users.link_address(request.app.state.settings.base_url or str(request.base_url), token)


@router.get("/{name}")
def show_user(name: str, actor: AdminPage, request: Request, database: DatabaseDep) -> Response:  # noqa: ARG001
    """Show an account, and what can be done with it."""
    return _one(request, database, name)


@router.post("/{name}")
def change_user(
    name: str,
    actor: AdminPage,
    request: Request,
    database: DatabaseDep,
    role: Role = "",
    languages: Languages = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Give a person another role or other languages."""
    gettext = translations(language_for(request)).gettext
    if name == actor.name and role != "admin":
        problem = gettext("You cannot take your own role as an administrator; another one can.")
        return _one(request, database, name, problem=problem, status=409)
    try:
        with database.writing() as session:
            user = users.get_user(session, name)
            users.change_user(session, user, role=role, languages=languages, actor=actor.name)
    except InputError:
        problem = gettext("Choose a role and at least one language.")
        return _one(request, database, name, problem=problem, status=422)
    return _back_to(name)


@router.post("/{name}/link")
def make_link(name: str, actor: AdminPage, request: Request, database: DatabaseDep) -> Response:
    """Make a link that the person can sign in with once, and show it."""
    with database.writing() as session:
        token = users.make_link(session, users.get_user(session, name), actor=actor.name)
    return _one(request, database, name, link=_link(request, token))


@router.post("/{name}/disable")
def disable_user(name: str, actor: AdminPage, request: Request, database: DatabaseDep) -> Response:
    """Let a person sign in no more."""
    if name == actor.name:
        gettext = translations(language_for(request)).gettext
        problem = gettext("You cannot disable your own account; another administrator can.")
        return _one(request, database, name, problem=problem, status=409)
    with database.writing() as session:
        users.disable_user(session, users.get_user(session, name), actor=actor.name)
    return _back_to(name)


@router.post("/{name}/enable")
def enable_user(name: str, actor: AdminPage, database: DatabaseDep) -> Response:
    """Let a person sign in again."""
    with database.writing() as session:
        users.enable_user(session, users.get_user(session, name), actor=actor.name)
    return _back_to(name)


@router.post("/{name}/sign-out")
def sign_out(name: str, actor: AdminPage, database: DatabaseDep) -> Response:
    """End every session of a person, and take back the links that they were given."""
    with database.writing() as session:
        users.sign_out_everywhere(session, users.get_user(session, name), actor=actor.name)
    return _back_to(name)


def _back_to(name: str) -> Response:
    return RedirectResponse(f"/admin/users/{name}", 303)


def _all(
    request: Request, database: Database, typed: Mapping[str, Any], *, problem: str = "", status: int = 200
) -> Response:
    """Show every account, and the form for another one with what was typed in it."""
    with database.reading() as session:
        accounts = users.list_users(session)
    context = {
        "accounts": accounts,
        "roles": users.ROLES,
        "typed": typed,
        "problem": problem,
        "here": "/admin/users",
    }
    return page(request, "admin_users.html.j2", context, status=status)


def _one(
    request: Request, database: Database, name: str, *, link: str = "", problem: str = "", status: int = 200
) -> Response:
    with database.reading() as session:
        account = users.get_user(session, name)
    context = {
        "account": account,
        "roles": users.ROLES,
        "link": link,
        "minutes": users.LINK_MINUTES,
        "problem": problem,
        "here": f"/admin/users/{name}",
    }
    return page(request, "admin_user.html.j2", context, status=status)
