"""Every refusal of the API as problem+json (RFC 9457), and how OpenAPI tells of it."""

import http
import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp.errors import (
    InputError,
    MissingExtraError,
    ModelError,
    NeedtagError,
    RetiredCodeError,
    UnknownCodeError,
)
from service.api.logs import bare_traceback
from service.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SchemaError,
    UnauthorizedError,
    UnavailableError,
)

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)

STATUS: Mapping[type[NeedtagError], int] = {
    NeedtagError: 422,
    InputError: 422,
    UnknownCodeError: 422,
    RetiredCodeError: 422,
    UnauthorizedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    ModelError: 503,
    SchemaError: 503,
    MissingExtraError: 503,
    UnavailableError: 503,
}

# Title by RFC 9110, which Python follows only from 3.13, and a sentence for where nobody said a better one.
_ABOUT = {
    400: ("Bad Request", "the body cannot be read as what its Content-Type says"),
    401: ("Unauthorized", "the request has no valid key; send one as Authorization: Bearer"),
    403: ("Forbidden", "the key has no right to this"),
    404: ("Not Found", "there is nothing at this address"),
    405: (
        "Method Not Allowed",
        "this address does not take the method; the header Allow lists those it takes",
    ),
    408: (
        "Request Timeout",
        "the body did not come in within 60 seconds; send it again, or in smaller parts",
    ),
    409: ("Conflict", "what is stored has changed since; read it again"),
    413: ("Content Too Large", "the body is larger than 32 megabytes; send it in smaller parts"),
    415: ("Unsupported Media Type", "the body is of a kind that is not read here"),
    422: ("Unprocessable Content", "answers[0].text: Field required"),
    429: ("Too Many Requests", "more requests than are allowed in a minute; wait as Retry-After says"),
    500: ("Internal Server Error", "a fault of the service; its log has more under the id in X-Request-ID"),
    503: ("Service Unavailable", "the database does not answer; try again as Retry-After says"),
}
_SENT_WITH = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_RETRY_SECONDS = "5"
# A body may be wrong in thousands of places; nobody reads more than these.
_ERRORS_LISTED, _ERRORS_SAID = 50, 5


class FieldProblem(BaseModel):
    """What is wrong with one field of a request; the field's value is not repeated."""

    field: str
    problem: str


class Problem(BaseModel):
    """Why a request was refused."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": _ABOUT[404][0],
                "status": 404,
                "detail": _ABOUT[404][1],
            }
        }
    )
    type: str = "about:blank"
    title: str
    status: int
    detail: str
    concerns: str | None = None
    errors: list[FieldProblem] | None = None


def problem(
    status: int, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """The answer that refuses a request; `members` are concerns and errors.

    Without a detail, it has the status's own sentence; 401 and 503 have the headers that belong to them.
    """
    title, sentence = _about(status)
    body = Problem(title=title, status=status, detail=detail or sentence, **members)
    # What a client sent may hold half a surrogate pair, which is no UTF-8.
    content = json.dumps(body.model_dump(exclude_none=True), ensure_ascii=False).encode("utf-8", "replace")
    own = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": _RETRY_SECONDS}}.get(status, {})
    return Response(content, status, {**own, **(headers or {})}, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error that the app's routes raise with a problem; faults are the work of `Faults`."""
    app.add_exception_handler(NeedtagError, _on_needtag_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(OperationalError, _on_database_error)
    app.add_exception_handler(PoolTimeoutError, _on_database_error)


class Faults:
    """Middleware that answers 500 to any other exception and logs it without its text.

    Starlette's own handler for these lies outside all middlewares, and raises the exception again for the
    server to log, with its text.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; one whose answer has begun is cut off, which the server does."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001
            _LOG.error("fault", extra={"traceback": bare_traceback(error)})
            if not started:
                await problem(500)(scope, receive, send)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route may refuse with, for FastAPI's `responses=`; `document` adds the schema."""
    return {status: _described(status) for status in statuses}


def document(schema: dict[str, Any], *, unlimited: Iterable[str] = ()) -> dict[str, Any]:
    """Complete FastAPI's OpenAPI, in place: each operation has the refusals that any request may meet.

    Args:
        schema: what `fastapi.openapi.utils.get_openapi` made.
        unlimited: paths without a limit of rate.
    """
    unlimited = set(unlimited)
    for path, operations in schema.get("paths", {}).items():
        for operation in operations.values():
            with_body = (400, 408) if "requestBody" in operation else ()
            limited = () if path in unlimited else (429,)
            told = operation.setdefault("responses", {})
            for status in (*with_body, 413, *limited, 500):
                told.setdefault(str(status), _described(status))
            if "HTTPValidationError" in json.dumps(told.get("422")):
                told["422"] = _described(422)
            operation["responses"] = dict(sorted(told.items()))
    schemas = schema.setdefault("components", {}).setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    ours = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**ours.pop("$defs"), "Problem": ours}
    return schema


def _about(status: int) -> tuple[str, str]:
    if status in _ABOUT:
        return _ABOUT[status]
    known = http.HTTPStatus(status)
    return known.phrase, known.description or known.phrase


def _described(status: int) -> dict[str, Any]:
    title, sentence = _about(status)
    example: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
    if status == 422:
        example["errors"] = [{"field": "answers[0].text", "problem": "Field required"}]
    described: dict[str, Any] = {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status in _SENT_WITH:
        header: dict[str, Any] = {"schema": {"type": "string"}}
        if _SENT_WITH[status] == "Retry-After":
            header["description"] = "Seconds to wait before it is sent again."
        described["headers"] = {_SENT_WITH[status]: header}
    return described


async def _on_needtag_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, NeedtagError)
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    if status >= 500:
        # These speak of the service itself, never of an answer.
        _LOG.warning("%s: %s", type(error).__name__, error)
    return problem(status, str(error), concerns=error.concerns)


async def _on_invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    errors = [FieldProblem(field=_field(each), problem=_wrong(each)) for each in found[:_ERRORS_LISTED]]
    said = "; ".join(f"{each.field}: {each.problem}" for each in errors[:_ERRORS_SAID])
    more = f"; and {len(found) - _ERRORS_SAID} more" if len(found) > _ERRORS_SAID else ""
    return problem(422, said + more, errors=errors)


def _field(error: Mapping[str, Any]) -> str:
    """Name the field, such as `answers[0].text`; a name that the client made up is cut."""
    place, *inner = error["loc"]
    if error["type"] == "json_invalid":
        inner = []  # no field, but how far the text was read
    parts = [f"[{each}]" if isinstance(each, int) else f".{each[:64]}" for each in inner]
    return "".join(parts).removeprefix(".") or str(place)


def _wrong(error: Mapping[str, Any]) -> str:
    """Say what is wrong; a validator of our own must not put the value in its sentence."""
    if error["type"] == "union_tag_invalid":  # the one kind of pydantic's that repeats what was sent
        return f"Input should be one of {error['ctx']['expected_tags']}"
    if error["type"] == "json_invalid":
        return f"is no JSON at character {error['loc'][-1]}"
    return str(error["msg"]).removeprefix("Value error, ")


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    # Without a detail, Starlette puts the status's phrase there.
    detail = None if error.detail == http.HTTPStatus(error.status_code).phrase else error.detail
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    return problem(error.status_code, detail, headers=headers)


def _allowed(request: Request) -> list[str]:
    """List every method that the address takes; Starlette lists those of the first route alone."""
    asked = {key: request.scope[key] for key in ("type", "path", "headers")}
    asked["root_path"] = request.scope.get("root_path", "")
    return [
        method
        for method in _METHODS
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


async def _on_database_error(_: Request, error: Exception) -> Response:
    # The driver's text may hold values of a row; its code does not.
    driver = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None)
    extra = {"code": code, "traceback": bare_traceback(error)}
    _LOG.error("the database does not answer", extra=extra)
    return problem(503)
