"""Opens the database of a home or of a URL, whose tables are then this needtag's."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import URL, func, inspect, select
from sqlalchemy.exc import DatabaseError, DBAPIError
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.errors import SchemaError, UnavailableError
from service.settings import Settings
from service.store import migrations
from service.store.database import Database

FILE = "needtag.db"
LOCK = "needtag.lock"

# Any number will do, as long as every needtag takes the same.
ADVISORY_LOCK = int.from_bytes(b"needtag")


def open_database(settings: Settings) -> Database:
    """Open the database of the home or of the URL; an empty one gets its tables, whoever comes first.

    Raises:
        InputError: the URL is none, or the home cannot be made.
        SchemaError: the tables are older or newer than this needtag, or not needtag's.
        UnavailableError: the database cannot be reached.
    """
    database, _ = _prepare(settings, upgrade=False)
    return database


def upgrade_database(settings: Settings) -> bool:
    """Bring the tables of the database to this needtag's; say whether anything was to be done.

    Raises:
        InputError, SchemaError, UnavailableError: as open_database, but for older tables.
    """
    database, changed = _prepare(settings, upgrade=True)
    database.dispose()
    return changed


@contextmanager
def filling(settings: Settings) -> Iterator[Session]:
    """Give a writing session on a database without tables, which gets them and all its rows in this session.

    Raises:
        InputError, UnavailableError: as open_database.
        SchemaError: the database has tables.
    """
    database, lock = _find(settings)
    try:
        with lock, _explained(database), database.writing() as session:
            _lock_tables(database, session)
            if inspect(session.connection()).get_table_names():
                raise SchemaError(str(database), "is not empty; give a home, or a database, without anything")
            yield session
        database.analyse()
    finally:
        database.dispose()


def _prepare(settings: Settings, *, upgrade: bool) -> tuple[Database, bool]:
    """Give the database and whether its tables were made or changed."""
    database, lock = _find(settings)
    try:
        with lock, _explained(database):
            return database, _migrate(database, upgrade=upgrade)
    except BaseException:
        database.dispose()
        raise


def _find(settings: Settings) -> tuple[Database, AbstractContextManager[None]]:
    """Give the database, not yet connected, and the lock to hold while its tables are looked at."""
    if settings.database_url:
        database = Database(settings.database_url.get_secret_value())
    else:
        database = Database(URL.create("sqlite", database=str(settings.home / FILE)))
    if not database.is_sqlite:
        # It is locked from within, when there are tables to make.
        return database, nullcontext()
    file = Path(str(database))
    _make_file(file)
    return database, _locked(file.with_name(LOCK))


def _make_file(file: Path) -> None:
    """Make a file and its folder, for this user alone."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives the files that it lays beside this one the same rights.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); give another home, or the right to write there"
        raise InputError(str(file.parent), problem) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that ends with the process, however that ends."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _migrate(database: Database, *, upgrade: bool) -> bool:
    """Make or upgrade the tables where that is due, all or nothing; say whether it was."""
    name = str(database)
    with database.reading() as session:
        if migrations.is_current(session.connection(), name, may_upgrade=upgrade):
            return False
    with database.writing() as session:
        _lock_tables(database, session)
        # Another process may have been here since.
        if migrations.is_current(session.connection(), name, may_upgrade=upgrade):
            return False
        migrations.upgrade(session.connection())
    return True


def _lock_tables(database: Database, session: Session) -> None:
    """Let nobody else make tables meanwhile; on SQLite, whoever writes is alone."""
    if not database.is_sqlite:
        session.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))


@contextmanager
def _explained(database: Database) -> Iterator[None]:
    """Say what is wrong with a database that cannot be opened, to whoever set it up."""
    try:
        yield
    except UnavailableError as error:
        cause = error.__cause__.orig if isinstance(error.__cause__, DBAPIError) else None
        reason = str(cause or error.problem).strip().splitlines()[0]
        raise UnavailableError(str(database), f"cannot be opened now: {reason}") from error
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise SchemaError(str(database), "is no SQLite database; move it away") from error
        if getattr(error.orig, "sqlstate", None) == "42501":  # insufficient_privilege
            problem = "its user may not make tables there; make that user the database's owner"
            raise SchemaError(str(database), problem) from error
        raise
