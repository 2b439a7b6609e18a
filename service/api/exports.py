"""/v1/exports: what was received, suggested and decided, to take away."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from nlp.answers import Language
from service.api.dependencies import Admin, DatabaseDep, KeyedRoute, Reader
from service.api.filters import AnswerFilterDep
from service.api.problems import responses
from service.export_formats import FORMATS, MEDIA_TYPES, Chunks, Format, export
from service.permissions import Actor
from service.store import audit
from service.store.answers import AnswerFilter
from service.store.blindness import hidden_from
from service.store.database import Database
from service.store.exports import COLUMNS, ROWS, Subject, corpus_lines, described
from service.store.records import Record

router = APIRouter(route_class=KeyedRoute, prefix="/v1/exports", tags=["exports"])

MOST_SECONDS = 3600
"""That an export may take, however slow its client is: what it reads from cannot be tidied up meanwhile."""


class ExportResponse(StreamingResponse):
    """Sends an export's chunks as they come; whatever happens, lets go of what they are read from.

    A fault at the first chunk is raised where this is made, and can still be told as a problem. A later one
    breaks the connection off, so that nobody takes what came for the whole.
    """

    def __init__(self, chunks: Chunks, name: str, kind: Format) -> None:
        self.chunks = chunks
        headers = {"Content-Disposition": f'attachment; filename="needtag-{name}.{kind}"'}
        super().__init__(chain([next(chunks, b"")], chunks), headers=headers, media_type=MEDIA_TYPES[kind])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            with anyio.fail_after(MOST_SECONDS):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self.chunks.close)


def _documented(kinds: Iterable[Format]) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPES[kind]: {"schema": {"type": "string"}} for kind in kinds}
    if "xlsx" in kinds:
        content[MEDIA_TYPES["xlsx"]] = {"schema": {"type": "string", "format": "binary"}}
    sent = {"Content-Disposition": {"schema": {"type": "string"}}}
    told = "The file. One that is broken off, without its last chunk, is not whole."
    return {200: {"description": told, "content": content, "headers": sent}}


@router.get(
    "/corpus",
    response_class=StreamingResponse,
    responses=_documented(["jsonl"]) | responses(401, 403, 422, 503),
)
def export_corpus(
    actor: Admin,
    wanted: AnswerFilterDep,
    database: DatabaseDep,
    kind: Annotated[Literal["jsonl"], Query(alias="format", description="Has this one alone.")] = "jsonl",
) -> StreamingResponse:
    """Export the reviewed answers in the labelled format, for training and evaluation."""
    return _sent(database, actor, "corpus", kind, wanted, corpus_lines, ())


@router.get(
    "/{subject}",
    response_class=StreamingResponse,
    responses=_documented(FORMATS) | responses(401, 403, 422, 503),
)
def export_rows(
    subject: Subject,
    actor: Reader,
    wanted: AnswerFilterDep,
    database: DatabaseDep,
    kind: Annotated[Format, Query(alias="format")] = "csv",
    lang: Annotated[Language, Query(description="Of the labels.")] = "en",
) -> StreamingResponse:
    """Export the answers that a search finds, or their tags or decisions, all as they are at one moment."""
    rows = partial(ROWS[subject], lang=lang)
    return _sent(database, actor, subject, kind, wanted, rows, COLUMNS[subject])


def _sent(
    database: Database,
    actor: Actor,
    name: str,
    kind: Format,
    wanted: AnswerFilter,
    rows: Callable[[Session, AnswerFilter], Iterator[Record]],
    columns: Sequence[str],
) -> ExportResponse:
    """Write the line of the audit, which comes before the first byte, and begin to read."""
    audit.note_read(database, actor.name, "export", name, format=kind, filter=described(wanted))

    def shown(session: Session) -> Iterator[Record]:
        return rows(session, replace(wanted, hidden=hidden_from(session, actor.name)))

    return ExportResponse(export(database, shown, columns, kind), name, kind)
