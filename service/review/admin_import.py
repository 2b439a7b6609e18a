"""Import of a file: first what is understood of it, then, if that is right, stored.

Between the two, the file lies in the home's folder for temporary files, under a name that takes the session's
cookie to make. It is read anew to be stored, with the same care: nothing of the first reading is kept.
"""

import hashlib
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from nlp.errors import InputError
from nlp.states import all_states
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import DatabaseDep, SettingsDep
from service.api.questionnaires import store_all, understood_of
from service.api.submissions import Submission, read_file
from service.errors import ConflictError, NotFoundError
from service.intake import SUFFIXES
from service.intake.fields import FIELDS, plain
from service.review.dependencies import AdminPage
from service.review.languages import language_for, translations
from service.review.rendering import page
from service.sessions import COOKIE
from service.settings import Settings

router = APIRouter(include_in_schema=False, prefix="/admin/import")

KEPT_SECONDS = 3600
"""How long a file that was read waits to be stored."""
SHOWN = 10
"""Answers of a questionnaire that the preview shows."""
_COLUMN = "column-"
_FIELDS = (*(f"{_COLUMN}{each}" for each in FIELDS), "state", "instrument", "cycle", "language", "replaces")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file between its two readings: where it lies, the token its place is made of, its sender's name."""

    path: Path
    token: str
    name: str


async def _sent(actor: AdminPage, request: Request) -> FormData:  # noqa: ARG001 - only an administrator's
    return await request.form()


Sent = Annotated[FormData, Depends(_sent)]


@router.get("")
def show_form(actor: AdminPage, request: Request) -> Response:  # noqa: ARG001 - asked for the right alone
    """Show the form for a file."""
    return _form(request)


@router.post("")
def preview(
    actor: AdminPage,  # noqa: ARG001 - asked for the right alone
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    sent: Sent,
) -> Response:
    """Show what is understood of a file, just sent or sent before, and what would become of it."""
    gettext = translations(language_for(request)).gettext
    file = sent.get("file")
    kept = _kept(request, settings, sent)
    if isinstance(file, UploadFile) and file.filename:
        kept = _keep(request, settings, file)
    elif not kept.token:
        return _form(request, gettext("Choose a file."), status=422)
    elif not kept.path.is_file():
        return _form(request, gettext("The file is no longer here. Choose it again."), status=410)
    fields = _fields(sent)
    try:
        submission = _read(kept, fields)
    except InputError as error:
        submission = Submission([], [error], is_file=True)
    with database.reading() as session:
        found = [understood_of(session, each) for each in submission.questionnaires]
    context = {
        "kept": kept,
        "questionnaires": found,
        "errors": submission.errors,
        "columns": {column.name: column.field for each in found for column in each.columns},
        "shown": SHOWN,
        "here": "/admin/import",
    }
    return page(
        request, "admin_preview.html.j2", context | _choices(request, fields), status=200 if found else 422
    )


@router.post("/store")
def store(
    actor: AdminPage, request: Request, database: DatabaseDep, settings: SettingsDep, sent: Sent
) -> Response:
    """Store the questionnaires of a file that was shown before."""
    kept = _kept(request, settings, sent)
    if not kept.path.is_file():
        gettext = translations(language_for(request)).gettext
        return _form(request, gettext("The file is no longer here. Choose it again."), status=410)
    try:
        submission = _read(kept, _fields(sent))
        items, refused = store_all(database, submission.questionnaires, actor.name, None)
        refused = [*submission.errors, *refused]
    except (InputError, ConflictError, NotFoundError) as error:
        items, refused = [], [error]
    kept.path.unlink(missing_ok=True)
    context = {"items": items, "refused": refused, "here": "/admin/import"}
    return page(request, "admin_imported.html.j2", context, status=200 if items else 409)


def _kept(request: Request, settings: Settings, sent: FormData) -> Kept:
    """Find the file that a form speaks of; another session with the same token looks elsewhere."""
    return _place(request, settings, str(sent.get("token", "")), str(sent.get("name", "")))


def _place(request: Request, settings: Settings, token: str, name: str) -> Kept:
    digest = hashlib.sha256(f"{request.cookies[COOKIE]} {token}".encode()).hexdigest()
    return Kept(_temporary(settings) / f"import-{digest}", token, name)


def _keep(request: Request, settings: Settings, file: UploadFile) -> Kept:
    """Keep a file for a while, and remove those that nobody stored."""
    kept = _place(request, settings, secrets.token_urlsafe(16), file.filename or "")
    kept.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    forget_kept(settings)
    with file.file as sent, kept.path.open("wb") as copy:
        shutil.copyfileobj(sent, copy)
    return kept


def forget_kept(settings: Settings) -> None:
    """Remove the files that nobody stored in time: they hold what States wrote."""
    for old in _temporary(settings).glob("import-*"):
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < time.time() - KEPT_SECONDS:
                old.unlink()


def _temporary(settings: Settings) -> Path:
    return settings.home / "temporary"


def _fields(sent: FormData) -> list[tuple[str, str]]:
    """What the form says of the file, as names and values of its own fields."""
    return [(name, str(value)) for name in _FIELDS for value in sent.getlist(name) if str(value).strip()]


def _read(kept: Kept, fields: list[tuple[str, str]]) -> Submission:
    columns = [
        ("column", f"{name.removeprefix(_COLUMN)}={value}")
        for name, value in fields
        if name.startswith(_COLUMN)
    ]
    stated = [each for each in fields if not each[0].startswith(_COLUMN)]
    with kept.path.open("rb") as content:
        return read_file(UploadFile(content, filename=kept.name), FormData([*columns, *stated]))


def _form(request: Request, problem: str = "", *, status: int = 200) -> Response:
    context = {"problem": problem, "here": "/admin/import", "suffixes": SUFFIXES}
    return page(request, "admin_import.html.j2", context | _choices(request, []), status=status)


def _choices(request: Request, fields: list[tuple[str, str]]) -> dict[str, Any]:
    """What the form can be filled in with, and is."""
    language = language_for(request)
    return {
        "given": fields,
        "column_fields": FIELDS,
        "all_states": sorted(all_states(), key=lambda state: plain(state.name(language))),
        "instruments": load_taxonomy().instruments,
    }
