"""Signing in by the office's own provider: the way there and back, beside the form for name and password."""

import logging
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from service.api.dependencies import DatabaseDep
from service.oidc import CALLBACK, Identified, NotIdentifiedError, Provider
from service.review import sign_in
from service.review.languages import language_for, translations
from service.store import users
from service.store.database import Database

log = logging.getLogger(__name__)

MINUTES = 10
"""Minutes that a person has to sign in at the provider."""

# What is wrong with the person or the browser counts as a wrong password; see `RateLimit`.
_STATUSES = {"unreachable": 503, "stale": 400}

router = APIRouter(include_in_schema=False)


def install(app: FastAPI) -> None:
    """Add the way by the provider that the settings name.

    Raises:
        InputError: a setting is missing.
    """
    app.state.provider = Provider(app.state.settings)
    app.include_router(router)


@router.get("/sign-in/oidc/begin")
async def begin(request: Request, next_page: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Send the browser to the provider."""
    provider: Provider = request.app.state.provider
    address = sign_in.local(next_page)
    try:
        departure = await provider.send(address)
    except NotIdentifiedError as error:
        return _refuse(request, error.why, error.fault, address)
    response = RedirectResponse(departure.address, 303)
    response.set_cookie(
        _cookie(provider),
        departure.cookie,
        max_age=MINUTES * 60,
        httponly=True,
        # The provider's page sends the browser back, so it must not be "strict".
        samesite="lax",
        secure=provider.over_tls,
    )
    return response


@router.get(CALLBACK)
async def come_back(request: Request, database: DatabaseDep) -> Response:
    """Begin a session for whom the provider identified, or say why there is none."""
    provider: Provider = request.app.state.provider
    cookie = _cookie(provider)
    try:
        found = await provider.identify(request.cookies.get(cookie, ""), request.query_params)
    except NotIdentifiedError as error:
        response = _refuse(request, error.why, error.fault)
    else:
        response = await run_in_threadpool(_enter, request, database, found)
    # It serves one attempt, whatever comes of it.
    response.delete_cookie(cookie, secure=provider.over_tls, httponly=True, samesite="lax")
    return response


def _cookie(provider: Provider) -> str:
    """Name the cookie; under this prefix, no other site of the same domain can set it."""
    return "__Host-needtag_oidc" if provider.over_tls else "needtag_oidc"


def _enter(request: Request, database: Database, found: Identified) -> Response:
    """Begin a session for the account of that name: an administrator made it, and nobody is added here."""
    address = sign_in.local(found.next_page)
    with database.reading() as session:
        user = users.find_user(session, found.name)
    if user is None or user.disabled_at:
        fault = "the account is disabled" if user else "there is no such account"
        return _refuse(request, "unknown", fault, address, found.name)
    return sign_in.begin(request, database, user.name, address)


def _refuse(request: Request, why: str, fault: str, address: str = "/", name: str = "") -> Response:
    """Show the form for name and password, which still works, with what went wrong."""
    log.warning("nobody signed in by the provider", extra={"why": why, "fault": fault})
    settings, gettext = request.app.state.settings, translations(language_for(request)).gettext
    problems = {
        "unreachable": gettext(
            "%(provider)s does not answer now. Try again in a moment, or sign in with a password."
        ),
        "stale": gettext(
            "This was not begun in this browser, or more than ten minutes ago. Sign in once more."
        ),
        "refused": gettext(
            "%(provider)s did not confirm who you are. Try again, or ask an administrator for a link."
        ),
        "unverified": gettext(
            "Your e-mail address is not verified at %(provider)s. Have it verified there, and try again."
        ),
        "unknown": gettext("Nobody with the name %(name)s may sign in here. Ask an administrator."),
    }
    problem = problems[why] % {"provider": settings.oidc_name, "name": name}
    return sign_in.form(request, address, problem=problem, status=_STATUSES.get(why, 401))
