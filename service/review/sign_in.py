"""Signing in and out, one's own account, and the switch of languages."""

import hashlib
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from nlp.answers import Language
from nlp.errors import InputError
from service.api.dependencies import DatabaseDep
from service.review.dependencies import Visitor
from service.review.languages import COOKIE as LANGUAGE_COOKIE
from service.review.languages import language_for, translations
from service.review.rendering import page
from service.sessions import COOKIE, sent_from_here, set_cookie
from service.store import users
from service.store.database import Database

router = APIRouter(include_in_schema=False)

YEAR = 365 * 24 * 3600
LONGEST_ADDRESS = 2000


def local(address: str) -> str:
    """An address of this service, or else the queue's: nobody is sent elsewhere after signing in."""
    is_path = address.startswith("/") and not address.startswith("//") and len(address) <= LONGEST_ADDRESS
    # Browsers read \ as /, and leave out tabs and line breaks.
    return address if is_path and "\\" not in address and address.isprintable() else "/"


class Attempts:
    """Counts wrong passwords for a name, from wherever they come: ten in a quarter of an hour.

    Addresses that guess are refused by the limit on wrong keys.
    """

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(10, 15)

    def exhausted(self, name: str) -> bool:
        """Tell whether nobody may try this name now."""
        return not self._limiter.test(self._limit, _bucket(name))

    def failed(self, name: str) -> None:
        """Count a wrong password."""
        self._limiter.hit(self._limit, _bucket(name))


def _bucket(name: str) -> str:
    # Made-up names must not fill the memory: there are 65,536 buckets.
    return hashlib.blake2b(name.encode(), digest_size=2).hexdigest()


@router.get("/sign-in")
def show_sign_in(request: Request, next_page: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the form."""
    return form(request, local(next_page))


@router.post("/sign-in")
def sign_in(
    request: Request,
    database: DatabaseDep,
    name: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=users.LONGEST_PASSWORD)] = "",
    next_page: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a session, or say that name and password do not belong together."""
    if not sent_from_here(request):
        return _form_of_another_site(request, local(next_page))
    attempts: Attempts = request.app.state.attempts
    # Telephones begin a field with a capital, and end a word with a blank.
    name = name.strip().lower()
    gettext = translations(language_for(request)).gettext
    if attempts.exhausted(name):
        problem = gettext("Too many attempts. Wait a quarter of an hour, or ask an administrator for a link.")
        return form(request, local(next_page), name, problem, status=429)
    with database.reading() as session:
        user = users.find_user(session, name)
    if not users.check_password(user, password) or user is None:
        attempts.failed(name)
        problem = gettext("Name and password do not belong together.")
        return form(request, local(next_page), name, problem, status=401)
    return begin(request, database, user.name, local(next_page))


@router.get("/sign-in/{token}")
def show_link(request: Request, token: str, next_page: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Ask for a click: programs that look at links in mails must not use them up."""
    return _public(page(request, "sign_in_link.html.j2", {"token": token, "next": local(next_page)}))


@router.post("/sign-in/{token}")
def use_link(
    request: Request,
    database: DatabaseDep,
    token: str,
    next_page: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a session by a link, which is then used up."""
    if not sent_from_here(request):
        return _form_of_another_site(request, local(next_page))
    with database.writing() as session:
        user = users.use_link(session, token)
    if user is None:
        problem = translations(language_for(request)).gettext(
            "This link was used before, or its hour is over. Ask for another one."
        )
        return form(request, "/", "", problem, status=401)
    return begin(request, database, user.name, local(next_page))


def begin(request: Request, database: Database, name: str, address: str) -> Response:
    """Begin a session with a new token; the one that the browser had before ends."""
    with database.writing() as session:
        users.sign_out(session, request.cookies.get(COOKIE, ""))
        token = users.sign_in(session, users.get_user(session, name))
    response = RedirectResponse(address, 303)
    set_cookie(request, response, token)
    return response


def form(request: Request, address: str, name: str = "", problem: str = "", *, status: int = 200) -> Response:
    """Show the form, and what went wrong."""
    settings = request.app.state.settings
    provider = settings.oidc_name if settings.oidc_issuer else ""
    known = {"next": address, "name": name, "problem": problem, "provider": provider}
    here = f"/sign-in?{urlencode({'next': address})}"
    return _public(page(request, "sign_in.html.j2", known | {"here": here}, status=status))


def _form_of_another_site(request: Request, address: str) -> Response:
    problem = translations(language_for(request)).gettext("The form came from another site. Sign in here.")
    return form(request, address, problem=problem, status=403)


def _public(response: Response) -> Response:
    """Let the browser say in Origin that its form was sent from here; see `sent_from_here`."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@router.post("/sign-out")
def sign_out(request: Request, database: DatabaseDep, actor: Visitor) -> Response:  # noqa: ARG001 - signed in
    """End the session."""
    with database.writing() as session:
        users.sign_out(session, request.cookies[COOKIE])
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/account")
def show_account(
    request: Request,
    actor: Visitor,  # noqa: ARG001 - signed in
    changed: bool = False,
) -> Response:
    """Show the form for another password, and the way out of all sessions."""
    return page(request, "account.html.j2", {"problem": "", "changed": changed})


@router.post("/account/password")
def set_password(
    request: Request,
    database: DatabaseDep,
    actor: Visitor,
    password: Annotated[str, Form(max_length=users.LONGEST_PASSWORD)] = "",
) -> Response:
    """Set another password; every other session ends, and this one begins anew."""
    try:
        with database.writing() as session:
            users.set_password(session, users.get_user(session, actor.name), password, actor=actor.name)
    except InputError:
        problem = translations(language_for(request)).gettext(
            "The password must have 12 characters at least; a few words that only you join will do."
        )
        context = {"problem": problem, "changed": False, "here": "/account"}
        return page(request, "account.html.j2", context, status=422)
    return begin(request, database, actor.name, "/account?changed=1")


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, database: DatabaseDep, actor: Visitor) -> Response:  # noqa: ARG001
    """End every session of the person."""
    with database.writing() as session:
        users.sign_out_everywhere(session, users.get_user(session, actor.name), actor=actor.name)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE)
    return response


@router.post("/language")
def switch_language(
    language: Annotated[Language, Form()],
    next_page: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Keep the language that the person chose; it harms nobody if another site does it."""
    response = RedirectResponse(local(next_page), 303)
    response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
    return response
