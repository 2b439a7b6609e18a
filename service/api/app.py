"""The application: routes on one database, with everything that lies around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.api import answers, catalogue, exports, health, models, questionnaires, tagging, webhooks
from service.api.examples import add_examples
from service.api.shell import install_shell
from service.review.pages import install_pages
from service.settings import Settings
from service.store.database import Database
from service.taggers import Taggers

OPENAPI = "/v1/openapi.json"
THREADS = 3
"""Requests that are worked on at the same time, at most two of them workbooks in the making."""
_ABOUT = """Pre-tags States' answers on technical assistance for human review.

Send questionnaires, and read what was suggested for their answers once they are tagged; write decisions; take
out the reviewed tags. Every refusal is a problem of RFC 9457 whose `detail` says what to do. A request that
was refused with 429 or 503, or got no answer, may be sent again; one that writes, with the same
`Idempotency-Key`.

A key has scopes. `intake` may send questionnaires, see how far they are, and have answers tagged; `read` may
read answers and exports; `review` may also decide; `admin` may do all, and alone may delete, choose the
model, export the corpus and have webhooks told of events.
"""


def create_app(settings: Settings, database: Database) -> FastAPI:
    """Make the application.

    Args:
        settings: of this needtag.
        database: with the tables of this needtag.
    """
    app = _Needtag(
        title="needtag",
        version=version("needtag"),
        description=_ABOUT,
        openapi_url=OPENAPI,
        lifespan=_with_few_threads,
        # Their pages are loaded from elsewhere, and needtag works offline.
        docs_url=None,
        redoc_url=None,
        # An address that is not in the OpenAPI file is none.
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        generate_unique_id_function=_operation_id,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.keys_seen = {}
    app.state.taggers = Taggers(settings)
    for room in (questionnaires, answers, tagging, catalogue, models, exports, webhooks, health):
        app.include_router(room.router)
    app.include_router(health.public)
    app.state.metrics = install_shell(app, settings, lambda: health.gauges(database))
    install_pages(app)
    return app


@asynccontextmanager
async def _with_few_threads(_: FastAPI) -> AsyncIterator[None]:
    """Serve what came first, first: many threads at once would all be done only with the last of them."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield


class _Needtag(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Give the OpenAPI file, with examples."""
        return add_examples(super().openapi())


def _operation_id(route: APIRoute) -> str:
    """Name an operation by its function, as clients made from the OpenAPI file will."""
    return route.name
