"""What a page says where the API would answer with a problem, in the person's language."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from nlp.errors import NeedtagError
from service.errors import ForbiddenError
from service.review.languages import language_for, translations
from service.review.rendering import page
from service.sessions import signed_in

REFUSALS = (NeedtagError, RequestValidationError, HTTPException, OperationalError, PoolTimeoutError)
PROGRAMS = ("v1", "metrics", "healthz", "readyz", "static")
"""First parts of the addresses that programs ask for."""

# Of a problem's headers, those that a page has too.
_KEPT = ("allow", "retry-after")


def install_refusals(app: FastAPI) -> None:
    """Let what the app refuses be a page for people; programs get the problem, as before.

    To be called when the app has its handlers: they still choose the status and write the log.
    """
    for kind in REFUSALS:
        app.add_exception_handler(kind, _shown(app.exception_handlers[kind]))


def _shown(handle: Any) -> Callable[[Request, Exception], Any]:
    async def refuse(request: Request, error: Exception) -> Response:
        problem: Response = await handle(request, error)
        if request.url.path.split("/")[1] in PROGRAMS:
            return problem
        shown = await run_in_threadpool(_page, request, error, problem.status_code)
        kept = {name: problem.headers[name] for name in _KEPT if name in problem.headers}
        shown.headers.update(kept)
        return shown

    return refuse


def _page(request: Request, error: Exception, status: int) -> Response:
    if status < 500 and not hasattr(request.state, "session"):
        # No route was found that would have asked who it is; the page has its links all the same.
        signed_in(request, request.app.state.database)
    heading, sentence = _words(translations(language_for(request)).gettext, error, status)
    told = str(error) if isinstance(error, NeedtagError) and status in {409, 422, 503} else ""
    context = {"heading": heading, "sentence": sentence, "detail": told}
    return page(request, "message.html.j2", context, status=status)


def _words(gettext: Callable[[str], str], error: Exception, status: int) -> tuple[str, str]:
    """Give heading and sentence."""
    if isinstance(error, ForbiddenError) and error.concerns == "csrf":
        return (
            gettext("Your session is another one now"),
            gettext("You signed in anew since the page was opened. Open it again, and repeat what you did."),
        )
    known = {
        403: (
            gettext("This is not for you to do"),
            gettext("Your role does not allow it. Ask a lead or an administrator."),
        ),
        404: (
            gettext("There is nothing here"),
            gettext("The address is wrong, or what was here has been deleted."),
        ),
        405: (
            gettext("There is nothing here"),
            gettext("The address is wrong, or what was here has been deleted."),
        ),
        409: (
            gettext("Something changed meanwhile"),
            gettext("Nothing was saved. Open the page again, look at what it is now, and decide anew."),
        ),
        422: (
            gettext("This cannot be read"),
            gettext("The address or the form holds a value that cannot be. Go back, and choose another."),
        ),
        503: (
            gettext("This cannot be done now"),
            gettext("Nothing was saved. Try again in a moment."),
        ),
    }
    return known.get(status, (gettext("This did not work"), gettext("Go back, and try again.")))
