"""The session of a request: from its cookie to the person, and that the request is meant."""

import secrets

from fastapi import Request, Response

from service.errors import ForbiddenError
from service.store.database import Database
from service.store.users import SESSION_HOURS, SignedIn, find_session

COOKIE = "needtag_session"
CSRF_HEADER = "X-CSRF-Token"


def signed_in(request: Request, database: Database) -> SignedIn | None:
    """Find the session of a request, and keep it at `request.state.session`."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    with database.reading() as session:
        found = find_session(session, token)
    request.state.session = found
    return found


def check_csrf(request: Request, given: str) -> None:
    """Refuse a request that changes something and was not sent from a page of the session.

    Raises:
        ForbiddenError: its token is not the session's.
    """
    session: SignedIn | None = getattr(request.state, "session", None)
    if session is None or not secrets.compare_digest(given.encode(), session.csrf.encode()):
        raise ForbiddenError("csrf", "is not that of your session; open the page again and repeat")


def sent_from_here(request: Request) -> bool:
    """Tell whether a form was sent from a page of this service; for forms that have no session yet.

    Another site could otherwise sign people in as somebody else, and so learn what they do. Browsers say
    where a form was sent from: in Sec-Fetch-Site over TLS and on the own machine, in Origin elsewhere.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Give the browser a session; it sends the cookie to this service alone, and no script sees it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="lax",
        # Behind a proxy with TLS, uvicorn reads the scheme from X-Forwarded-Proto.
        secure=request.url.scheme == "https",
    )
