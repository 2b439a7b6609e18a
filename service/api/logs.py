"""Logs as lines of JSON on stderr, and the line of each request. No text of a request is ever in them."""

import logging
import logging.config
import re
import time
import traceback
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger(__name__)
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
# The id of the request that is being served, also in the threads that serve it.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def configure_logging(level: str) -> None:
    """Send every log line of this process to stderr as JSON; for commands, once.

    Args:
        level: from which needtag itself speaks. Libraries speak from WARNING on: some of them log what they
            read, such as pdfminer at DEBUG.
    """
    ours = {name: {"level": level} for name in ("service", "evaluation", "corpus", "nlp")}
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"json": {"()": JsonLines}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"level": "WARNING", "handlers": ["stderr"]},
            "loggers": {
                **ours,
                "uvicorn": {"level": "INFO", "handlers": [], "propagate": True},
                # Its lines hold the query; a logger without any handler turns it off.
                "uvicorn.access": {"handlers": [], "propagate": False},
            },
        }
    )
    logging.captureWarnings(capture=True)


class JsonLines(JsonFormatter):
    """One JSON object a line: time, level, logger, message, request_id, and what the line adds."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            timestamp="time",
            json_ensure_ascii=False,
        )
        self._skip_fields.add("color_message")  # uvicorn's message once more, for terminals

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Add the id of the request, where one is being served."""
        super().add_fields(log_data, record, message_dict)
        if (id_ := request_id.get()) is not None:
            log_data.setdefault("request_id", id_)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Leave the exception's text out: it may hold an answer, or the parameters of a statement."""
        return bare_traceback(ei[1]) if ei[1] is not None else ""


def bare_traceback(error: BaseException) -> str:
    """Kind and frames of an exception after those of what led to it, all without their texts."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    led_here = [cause] if cause else []
    if isinstance(error, BaseExceptionGroup):
        led_here += error.exceptions
    kind = f"{type(error).__module__}.{type(error).__qualname__}\n"
    return "".join([*map(bare_traceback, led_here), *traceback.format_tb(error.__traceback__), kind])


def route_template(scope: Scope) -> str:
    """Name the route that served a request by its template, such as `/v1/answers/{id}`."""
    # A route of an included router knows its path without the router's prefix; FastAPI keeps the whole here.
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched"


class RequestLog:
    """Middleware that gives each request an id, logs it in one line, and has it counted.

    Args:
        count: takes method, template of the route, status and seconds.
    """

    def __init__(self, app: ASGIApp, count: Callable[[str, str, int, float], None]) -> None:
        self.app = app
        self.count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; the line comes when the answer is complete."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        id_ = given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        status = 0  # of a request that was cut off before its answer

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = id_
            await send(message)

        token, began = request_id.set(id_), time.perf_counter()
        try:
            await self.app(scope, receive, watch)
        finally:
            self._line(scope, status, time.perf_counter() - began)
            request_id.reset(token)

    def _line(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        template = route_template(scope)
        self.count(method, template, status, seconds)
        extra = {
            "method": method,
            "route": template,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
            "actor": scope.get("state", {}).get("actor"),
        }
        _LOG.info("request", extra=extra)
