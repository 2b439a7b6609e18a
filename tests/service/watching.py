"""What tests see of the background's work in its database."""

import contextlib
import sqlite3

from sqlalchemy import func, select

from service.errors import UnavailableError
from service.store import work
from service.store.tables import Answer, Questionnaire


def waiting(database):
    """How many answers wait to be tagged."""
    with database.reading() as session:
        return _waiting(session)


def _waiting(session):
    return session.scalar(select(func.count()).select_from(Answer).join(Questionnaire).where(work.waiting()))


def rows(database, table):
    """Every row of a table by its id, to the last byte."""
    with database.reading() as session:
        return {each.id: tuple(each) for each in session.execute(select(*table.__table__.columns))}


def added_only(before, after):
    """Whether all rows are still there as they were."""
    return all(after.get(each) == row for each, row in before.items())


def has_work_in_hand(session):
    """Whether a worker has some answers in hand, while others wait."""
    return 0 < work.count_leases(session) < _waiting(session)


def is_between_transactions(database):
    """Whether a worker that cannot go on has work in hand and no lock."""
    if database.is_sqlite and _is_locked(database):
        return False
    with contextlib.suppress(UnavailableError), database.writing() as session:
        if not database.is_sqlite:
            session.execute(select(Answer.id).with_for_update(nowait=True))
        return has_work_in_hand(session)
    return False


def _is_locked(database):
    with contextlib.closing(
        sqlite3.connect(database.url.database, timeout=0.1, isolation_level=None)
    ) as file:
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        file.execute("ROLLBACK")
        return False
