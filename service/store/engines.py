"""Engines: the connections to SQLite and PostgreSQL that needtag wants, and the URLs that name them."""

import sqlite3
from importlib.util import find_spec
from typing import Any

import orjson
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from nlp.errors import InputError, MissingExtraError

# The web server's threads, and some besides.
CONNECTIONS = 44
BUSY_SECONDS = 30
CONNECT_SECONDS = 10
# A client that reads an export may pause for so long.
IDLE_SECONDS = 300
RECYCLE_SECONDS = 60
# A server whose machine or network is gone does not say so; the system's own limits are minutes to hours.
SILENT_SECONDS = 30

# Passages and stances are read with each answer.
JSON: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "analysis_limit=1000",
)


def read_url(url: str | URL) -> URL:
    """Read the URL of a database.

    Raises:
        InputError: it is of another kind than SQLite's and PostgreSQL's, or none.
    """
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        read = URL.create("none")
    # After an @ that was not written as %40, the rest of a password would pass for a host.
    split = "@" in f"{read.host}{read.database}"
    if read.drivername in ("postgresql", "postgres", "postgresql+psycopg") and not split:
        return read.set(drivername="postgresql+psycopg")
    if read == URL.create("sqlite", database=read.database) and read.database not in (None, "", ":memory:"):
        return read
    # Nothing of the URL: a password may stand anywhere in one that cannot be read.
    problem = "is no URL of a database; write postgresql://USER:PASSWORD@HOST/NAME (%40 for @ in a password)"
    raise InputError("NEEDTAG_DATABASE_URL", problem) from None


def make_engine(url: URL) -> Engine:
    """Make the engine of a URL. On SQLite, the option `writes` says that a transaction will.

    Raises:
        MissingExtraError: the URL is of PostgreSQL, whose extra is not installed.
    """
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _postgresql(url: URL) -> Engine:
    if find_spec("psycopg") is None:
        raise MissingExtraError("psycopg", extra="postgresql")
    options = {
        # Compiling the queries on our views takes seconds, running them milliseconds.
        "jit": "off",
        "lock_timeout": f"{BUSY_SECONDS}s",
        # A process that froze, or whose machine is gone, must not keep others from its rows.
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    }
    wanted = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
        "keepalives_idle": SILENT_SECONDS // 3,
        "keepalives_interval": SILENT_SECONDS // 3,
        "keepalives_count": 2,
        "application_name": "needtag",
        "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
    }
    return create_engine(
        url,
        **JSON,
        connect_args={name: value for name, value in wanted.items() if name not in url.query},
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
    )


def _sqlite(url: URL) -> Engine:
    # Python's own transactions would begin at the first change only, and not before a change of tables.
    options = {"isolation_level": None, "timeout": BUSY_SECONDS}
    engine = create_engine(
        url,
        **JSON,
        connect_args=options,
        pool_size=CONNECTIONS,
        max_overflow=0,
        # A connection knows what was learnt of the tables before it was opened.
        pool_recycle=RECYCLE_SECONDS,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    # What runs alone would be taken back at the end of a transaction that nobody commits.
    if options.get("isolation_level") == "AUTOCOMMIT":
        return
    # A reader that later turned writer would be refused if another had written since: take the lock first.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
