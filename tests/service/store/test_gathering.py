"""Rows of many threads that are written in one transaction."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import func, insert, select

from service.errors import UnavailableError
from service.store.gathering import Gathering
from service.store.tables import Question

INSERT = insert(Question)


def row(number):
    return {"digest": str(number), "text": "Which assistance does your State need?"}


def count(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Question))


def test_each_thread_finds_its_row_kept_when_it_goes_on(database):
    def write(number):
        database.insert(INSERT, row(number))
        with database.reading() as session:
            return session.scalar(select(Question.id).where(Question.digest == str(number)))

    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(write, range(100)))
    assert count(database) == 100


def test_rows_that_came_while_others_were_written_take_one_transaction(database):
    transactions = 0
    gathering = None

    @contextmanager
    def writing():
        nonlocal transactions
        transactions += 1
        if transactions == 1:
            # Until the others have come.
            while len(gathering._waiting) < 7:
                pass
        with database.writing() as session:
            yield session

    gathering = Gathering(writing)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: gathering.insert(INSERT, row(number)), range(8)))
    assert transactions == 2
    assert count(database) == 8


def test_a_database_that_cannot_be_reached_is_told_to_each_and_the_next_ones_are_written(database):
    fails = True

    @contextmanager
    def writing():
        if fails:
            raise UnavailableError("the database", "is busy; try again later")
        with database.writing() as session:
            yield session

    gathering = Gathering(writing)

    def refused(number):
        with pytest.raises(UnavailableError, match="try again later"):
            gathering.insert(INSERT, row(number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(refused, range(8)))
    fails = False
    gathering.insert(INSERT, row(8))
    assert count(database) == 1
