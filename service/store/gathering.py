"""Rows that many threads write at the same time, in one transaction: twenty take as long as one."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Insert
from sqlalchemy.orm import Session


class Gathering:
    """Rows to insert, each for a thread that waits until it is kept.

    Args:
        writing: gives a session whose changes are kept at its end.
    """

    def __init__(self, writing: Callable[[], AbstractContextManager[Session]]) -> None:
        self._writing = writing
        self._waiting: deque[tuple[Insert, dict[str, Any], Future[None]]] = deque()
        self._turn = threading.Lock()

    def insert(self, statement: Insert, row: dict[str, Any]) -> None:
        """Insert a row, together with those that came while others were written.

        Raises:
            UnavailableError: the database cannot be reached now; none of those rows is kept.
        """
        kept: Future[None] = Future()
        self._waiting.append((statement, row, kept))
        with self._turn:
            # Whoever had the turn before may have taken it along.
            if not kept.done():
                self._insert_all()
        kept.result()

    def _insert_all(self) -> None:
        rows = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with self._writing() as session:
                for statement, row, _ in rows:
                    session.execute(statement, row)
        except BaseException as error:  # noqa: BLE001 - raised in each thread that waits
            for *_, kept in rows:
                kept.set_exception(error)
        else:
            for *_, kept in rows:
                kept.set_result(None)
