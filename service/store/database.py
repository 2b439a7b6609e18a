"""The database, SQLite or PostgreSQL: its sessions and its clock."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import URL, Insert, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from nlp.errors import NeedtagError
from service.errors import UnavailableError
from service.store import engines
from service.store.engines import make_engine, read_url
from service.store.gathering import Gathering

# Tables that have changed by half since PostgreSQL looked.
GROWN = """
SELECT relname FROM pg_stat_user_tables WHERE n_mod_since_analyze > 200 + n_live_tup / 2 LIMIT 1
"""

# Codes of SQLite that say nothing against the statement: the same may succeed later.
PASSING = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
)


class Database:
    """Sessions on one database, for all threads of a process.

    Args:
        url: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.

    Raises:
        InputError: the URL is of another kind, or none.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = read_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turns = _Turns() if self.is_sqlite else None
        engine = make_engine(self.url)
        self._writer = engine.execution_options(writes=True)
        # SQLite's readers have a snapshot anyway.
        kept = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**kept)
        self._gathering = Gathering(self.writing)

    def __str__(self) -> str:
        """Name it as in errors: without user, password and parameters."""
        if self.is_sqlite:
            return str(self.url.database)
        return f"database '{self.url.database or ''}' on {self.url.host or 'this machine'}"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees the database as it was at its first query; what it changes is not kept.

        Raises:
            UnavailableError: the database cannot be reached now.
        """
        with _passing_errors(), Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are kept all together at the end, or none of them after an error.

        On SQLite no other session writes meanwhile. On PostgreSQL each query sees what others have committed.

        Raises:
            UnavailableError: the database cannot be reached now, or others have written for too long.
        """
        turn = self._turns.take() if self._turns else nullcontext()
        with _passing_errors(), turn, Session(self._writer, expire_on_commit=False) as session:
            yield session
            session.commit()

    def insert(self, statement: Insert, row: dict[str, Any]) -> None:
        """Insert one row and keep it; those of many threads are written together.

        Raises:
            UnavailableError: as in `writing`.
        """
        self._gathering.insert(statement, row)

    def wipe(self) -> None:
        """Remove from the files what was deleted, as far as the database allows.

        SQLite overwrites what is deleted; here it also empties its journal, once no reader needs it.
        PostgreSQL frees the rows for others to write over, and learns anew what its statistics hold of their
        texts; its own journal and backups keep them as long as it is set up to.
        """
        self._run_alone("PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else "VACUUM (ANALYZE)")

    def analyse(self) -> None:
        """Let the database learn how its tables are filled, which its plans for the views depend on.

        PostgreSQL does so by itself, but a minute after much came in, and until then takes minutes for some.
        On SQLite a sample is read, in milliseconds.
        """
        self._run_alone("ANALYZE")

    def analyse_if_grown(self) -> None:
        """Do so where the tables are no longer what the database knows of them; to be called often."""
        if not self.is_sqlite:
            with self.reading() as session:
                if session.scalar(text(GROWN)) is None:
                    return
        self.analyse()

    def _run_alone(self, statement: str) -> None:
        """Run what cannot be part of a transaction."""
        engine = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        with _passing_errors(), engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def dispose(self) -> None:
        """Close all connections that no session holds."""
        self._writer.dispose()


class _Turns:
    """First come, first served. SQLite itself waits by polling: who comes at the right moment wins."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    @contextmanager
    def take(self) -> Iterator[None]:
        me = object()
        with self._changed:
            self._queue.append(me)
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: self._queue[0] is me, engines.BUSY_SECONDS):
                    raise _unavailable()
            yield
        finally:
            with self._changed:
                self._queue.remove(me)
                self._changed.notify_all()


def database_seconds(session: Session) -> float:
    """Say what time it is by the clock that all users of the database share, in seconds since 1970.

    On SQLite that is this machine's clock, for all its users are here.
    """
    if session.get_bind().dialect.name == "sqlite":
        return time.time()
    return float(session.scalars(select(func.extract("epoch", func.clock_timestamp()))).one())


@contextmanager
def _passing_errors() -> Iterator[None]:
    """Tell what may succeed later from faults."""
    try:
        yield
    except PoolTimeoutError as error:
        raise _unavailable() from error
    except DBAPIError as error:
        if error.connection_invalidated or (isinstance(error, OperationalError) and _passes(error.orig)):
            raise _unavailable() from error
        raise


def _passes(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        # The upper bits tell kinds of the same error apart.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in PASSING
    # PostgreSQL's are lost connections, lack of room, deadlocks and shutdowns.
    return True


def _unavailable() -> NeedtagError:
    return UnavailableError("the database", "is busy or cannot be reached; try again later")
