"""Whether a needtag is where it is looked for, and whether one was left behind by a move to PostgreSQL."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from nlp.errors import InputError
from service.settings import Settings
from service.store.database import Database
from service.store.engines import read_url
from service.store.opening import FILE, open_database


def open_existing(settings: Settings) -> Database:
    """Open a database for a command that would find nothing in a new one.

    Raises:
        InputError: as check_home.
        SchemaError, UnavailableError: as open_database.
    """
    check_home(settings)
    return open_database(settings)


def check_home(settings: Settings) -> None:
    """Refuse a home without a database, which is one whose name was mistyped, before one is made there.

    Raises:
        InputError: the URL is none, or there is no such file.
    """
    file = _file(settings)
    try:
        missing = file is not None and not file.exists()
    except PermissionError:
        # Whoever opens it says so.
        return
    if file is not None and missing:
        problem = (
            "holds no needtag; name its home by --home or NEEDTAG_HOME, or begin one there with needtag serve"
        )
        raise InputError(str(file.parent.absolute()), problem)


def left_behind(settings: Settings) -> str:
    """Say what to do where the home has questionnaires in SQLite, but PostgreSQL is to be used; else "".

    To be asked where PostgreSQL has none. The file stays as it is, of whatever schema.
    """
    if _file(settings) is not None:
        return ""
    file = settings.home.absolute() / FILE
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            (number,) = connection.execute("SELECT count(*) FROM questionnaires").fetchone()
    except sqlite3.Error:
        return ""
    if not number:
        return ""
    return (
        f"PostgreSQL holds no questionnaire, but {file} holds {number:,}; to copy them, back up with an "
        "empty NEEDTAG_DATABASE_URL and restore into a new database, else move that file away"
    )


def _file(settings: Settings) -> Path | None:
    """The database's file; None of PostgreSQL."""
    if not settings.database_url:
        return settings.home / FILE
    url = read_url(settings.database_url.get_secret_value())
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
