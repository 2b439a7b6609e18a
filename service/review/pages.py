"""All pages on one application, with what their static files and refusals need."""

import mimetypes
from importlib.resources import files

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from service.errors import NotFoundError
from service.review import (
    admin,
    desk,
    history,
    overview,
    questionnaire,
    queue,
    search,
    second_readings,
    sign_in,
    team,
)
from service.review.dependencies import SignInFirst
from service.review.refusals import install_refusals
from service.review.rendering import version_of

_static = APIRouter(include_in_schema=False)
ROUTERS = (
    sign_in.router,
    desk.router,
    history.router,
    second_readings.router,
    queue.router,
    search.router,
    questionnaire.router,
    team.router,
    overview.router,
    admin.router,
    _static,
)


def install_pages(app: FastAPI) -> None:
    """Add the pages to an application that has its shell."""
    app.state.attempts = sign_in.Attempts()
    app.state.team = team.Remembered()
    app.state.overviews = overview.Remembered()
    app.add_exception_handler(SignInFirst, _show_sign_in)
    for router in ROUTERS:
        app.include_router(router)
    if app.state.settings.oidc_issuer:
        # Offices without a provider load none of it.
        from service.review import oidc

        oidc.install(app)
    install_refusals(app)


def _show_sign_in(_: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirst)
    return RedirectResponse(error.address, 303)


@_static.get("/static/{name}")
def show_file(name: str, request: Request) -> Response:
    """Give a style sheet, script or picture; under an address that changes with it, browsers may keep it."""
    folder = files("service.review") / "static"
    found = {each.name: each for each in folder.iterdir()}.get(name)
    if found is None:
        raise NotFoundError(name, "is no file of the pages")
    tag = f'"{version_of(name)}"'
    # Scripts import each other by their names alone; they are asked for anew, and answered in a few bytes.
    kept = request.url.query == version_of(name)
    keep = {"Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache", "ETag": tag}
    if request.headers.get("If-None-Match") == tag:
        return Response(status_code=304, headers=keep)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(found.read_bytes(), media_type=kind, headers=keep)
