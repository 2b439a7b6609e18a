"""All rows of the database as lines of JSON, table by table, and back again; the same on both databases.

What was read in one session belongs together. Tables are known from the database itself, not from needtag,
so that rows of an older schema can be laid back before it is upgraded.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import DateTime, MetaData, Table, insert, select, text
from sqlalchemy.orm import Session

from service.store.migrations import VERSION_TABLE

# Who had these would be signed in again after months, or be thought to have something in hand.
LEFT_OUT = frozenset({VERSION_TABLE, "user_sessions", "sign_in_links", "holds", "leases"})
ROWS = 1000
"""Rows in memory at once."""


def tables_of(session: Session) -> list[Table]:
    """The tables whose rows are copied, those that others refer to first."""
    found = MetaData()
    found.reflect(session.connection())
    return [each for each in found.sorted_tables if each.name not in LEFT_OUT]


def read_lines(session: Session, table: Table) -> Iterator[str]:
    """Give each row of a table as a line of JSON, in the order of its key."""
    wanted = select(table).order_by(*table.primary_key)
    rows = session.connection().execute(wanted, execution_options={"yield_per": ROWS})
    for row in rows.mappings():
        yield json.dumps(dict(row), ensure_ascii=False, sort_keys=True, default=_moment) + "\n"


def _moment(value: Any) -> str:
    if not isinstance(value, dt.datetime):
        raise TypeError(type(value).__name__)
    # SQLite keeps no time zone: all is UTC.
    return (value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)).isoformat()


def write_lines(session: Session, table: Table, lines: Iterable[str]) -> None:
    """Insert rows that `read_lines` gave."""
    moments = [each.name for each in table.columns if isinstance(each.type, DateTime)]
    rows = (_row(line, moments) for line in lines)
    while some := list(islice(rows, ROWS)):
        session.execute(insert(table), some)


def _row(line: str, moments: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = json.loads(line)
    for name in moments:
        row[name] = row[name] and dt.datetime.fromisoformat(row[name]).astimezone(dt.UTC)
    return row


@contextmanager
def in_any_order(session: Session, tables: Iterable[Table]) -> Iterator[None]:
    """Let rows come before those of their own table that they refer to; all must be there at the end."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        yield
        return
    own = [
        (table.name, key.name)
        for table in tables
        for key in table.foreign_key_constraints
        if key.referred_table is table
    ]
    for table, key in own:
        session.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{key}" DEFERRABLE'))
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    yield
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, key in own:
        session.execute(text(f'ALTER TABLE "{table}" ALTER CONSTRAINT "{key}" NOT DEFERRABLE'))


def last_ids(session: Session, tables: Iterable[Table]) -> dict[str, int]:
    """The last id that each table gave, to a row that may have been purged since."""
    if session.get_bind().dialect.name == "sqlite":
        return dict(session.execute(text("SELECT name, seq FROM sqlite_sequence ORDER BY name")).all())
    counts = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}"
    found = {
        table.name: session.scalar(text(counts.format(sequence)))
        for table in tables
        if (sequence := _sequence(session, table.name))
    }
    return {name: last for name, last in sorted(found.items()) if last}


def set_last_ids(session: Session, last: Mapping[str, int]) -> None:
    """Let each table go on after the last id that it gave."""
    for name, number in last.items():
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            row = {"name": name, "seq": number}
            session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), row)
        else:
            given = {"sequence": _sequence(session, name), "last": number}
            session.execute(text("SELECT setval(:sequence, :last)"), given)


def _sequence(session: Session, table: str) -> str | None:
    """The name of the sequence that a PostgreSQL table takes its ids from; None where it has none."""
    owns = text("SELECT 1 FROM information_schema.columns WHERE table_name = :name AND column_name = 'id'")
    if session.scalar(owns, {"name": table}) is None:
        return None
    found: str | None = session.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table})
    return found
