"""Backups: everything that a home and its database hold, in one file, and back into an empty home.

A backup is a ZIP file: `tables/NAME.jsonl`, a row a line, all read in one session; the models of the home;
and at last `manifest.json`, with the schema, the last id of each table, and the SHA-256 of each part.
It goes from either kind of database into either. Sessions of people are left out: they sign in again.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.modelling import models_folder
from service.settings import Settings
from service.store import copying, migrations
from service.store.homes import open_existing
from service.store.opening import filling

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20


def back_up(settings: Settings, output: Path) -> dict[str, int]:
    """Write a backup, whole or not at all, also while needtag works; gives the rows of each table.

    Raises:
        InputError: the file is there already, or cannot be written; or the home has no database.
        SchemaError, UnavailableError: as open_database.
    """
    if output.exists():
        raise InputError(str(output), "is there already; give another name")
    database = open_existing(settings)
    part = None
    try:
        # A name that nobody can foresee, for this user alone: it holds what States wrote.
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}-")
        part = Path(name)
        with os.fdopen(handle, "wb") as file, database.reading() as session:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                rows = _write(archive, session, models_folder(settings))
            file.flush()
            os.fsync(file.fileno())
        part.replace(output)
    except OSError as error:
        raise InputError(str(output), f"cannot be written ({error.strerror or error})") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
        database.dispose()
    return rows


def _write(archive: zipfile.ZipFile, session: Session, models: Path) -> dict[str, int]:
    rows: dict[str, int] = {}
    parts: dict[str, str] = {}
    tables = copying.tables_of(session)
    for table in tables:
        lines = _Counted(copying.read_lines(session, table))
        name = f"tables/{table.name}.jsonl"
        parts[name] = _add(archive, name, (line.encode() for line in lines))
        rows[table.name] = lines.count
    for path in sorted(each for each in models.rglob("*") if each.is_file()):
        name = f"models/{path.relative_to(models).as_posix()}"
        with path.open("rb") as file:
            parts[name] = _add(archive, name, _chunks(file))
    manifest = {
        "format": FORMAT,
        "needtag": version("needtag"),
        "schema": migrations.revision_of(session.connection()),
        "last_ids": copying.last_ids(session, tables),
        "parts": parts,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return rows


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


class _Counted:
    """Lines, counted as they go by."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = lines
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.count += 1
            yield line


def _add(archive: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with archive.open(name, "w", force_zip64=True) as part:
        for chunk in chunks:
            digest.update(chunk)
            part.write(chunk)
    return digest.hexdigest()


def restore(settings: Settings, source: Path) -> dict[str, int]:
    """Lay a backup into an empty home and database, all of it or nothing; gives the rows of each table.

    What was written is read again and held against the backup before it is kept.

    Raises:
        InputError: the file is no backup, or damaged, or the home has models.
        SchemaError: the database has tables, or the backup is of a newer needtag.
        UnavailableError: the database cannot be reached now.
    """
    models = models_folder(settings)
    if models.is_dir() and any(models.iterdir()):
        raise InputError(str(models), "has models; give a home without anything")
    with _opened(source) as archive:
        manifest = _manifest(source, archive)
        with filling(settings) as session, _unpacked(source, archive, manifest, models):
            return _fill(session, source, archive, manifest)


@contextmanager
def _opened(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is damaged, or no ZIP file"
        raise InputError(str(source), f"cannot be read as a backup ({reason})") from error


def _manifest(source: Path, archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        known = manifest["format"] == FORMAT and set(manifest["parts"]) == set(archive.namelist()) - {
            MANIFEST
        }
        schema = str(manifest["schema"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(str(source), "is no backup of needtag's, or damaged") from error
    if not known:
        raise InputError(str(source), "is no backup that this needtag knows, or parts of it are missing")
    if not migrations.is_known(schema):
        raise InputError(str(source), "was made by a newer needtag; install that one, or a later one")
    return manifest


def _fill(
    session: Session, source: Path, archive: zipfile.ZipFile, manifest: dict[str, Any]
) -> dict[str, int]:
    migrations.upgrade(session.connection(), manifest["schema"])
    tables = copying.tables_of(session)
    if {f"tables/{each.name}.jsonl" for each in tables} - set(manifest["parts"]):
        raise InputError(str(source), "lacks tables of its schema; it is damaged")
    rows = {}
    with copying.in_any_order(session, tables):
        for table in tables:
            with archive.open(f"tables/{table.name}.jsonl") as part:
                lines = _Counted(line.decode() for line in part)
                copying.write_lines(session, table, lines)
            rows[table.name] = lines.count
    copying.set_last_ids(session, manifest["last_ids"])
    for table in tables:
        digest = hashlib.sha256()
        for line in copying.read_lines(session, table):
            digest.update(line.encode())
        if digest.hexdigest() != manifest["parts"][f"tables/{table.name}.jsonl"]:
            raise InputError(str(source), f"does not come back as it was written: table {table.name}")
    migrations.upgrade(session.connection())
    return rows


@contextmanager
def _unpacked(
    source: Path, archive: zipfile.ZipFile, manifest: dict[str, Any], models: Path
) -> Iterator[None]:
    """Lay the models beside where they belong, and bring them there when all else has gone well."""
    models.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-", dir=models.parent) as name:
        folder = Path(name)
        for part, digest in manifest["parts"].items():
            path = PurePosixPath(part)
            if path.parts[0] == "models":
                _unpack(source, archive, path, digest, folder)
        yield
        if any(folder.iterdir()):
            shutil.rmtree(models, ignore_errors=True)
            (folder / "models").rename(models)


def _unpack(source: Path, archive: zipfile.ZipFile, path: PurePosixPath, digest: str, folder: Path) -> None:
    if path.is_absolute() or ".." in path.parts:
        raise InputError(str(source), f"holds a part with the name {path}, which leads out of the home")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    found = hashlib.sha256()
    with archive.open(str(path)) as part, target.open("wb") as file:
        for chunk in _chunks(part):
            found.update(chunk)
            file.write(chunk)
    if found.hexdigest() != digest:
        raise InputError(str(source), f"is damaged: {path} is not what was written")
