"""A worker: claims answers that wait, tags them with the active model, writes what was found, until stopped.

Several may run beside each other on one database, on one machine or many. A worker may be killed at any
moment: what it had in hand is done by another once its leases run out.
"""

import logging
import os
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nlp.errors import NeedtagError
from nlp.tagging import TaggedAnswer, Tagger
from service.modelling import load_known
from service.settings import Settings
from service.store import work
from service.store.database import Database
from service.store.models import active_model

log = logging.getLogger(__name__)

BATCH = 16
"""Answers claimed at once: so many that claiming costs little, so few that a killed worker loses little."""

PAUSE = 0.5
"""Seconds between two looks for work where there is none."""


class Worker:
    """Tags what waits.

    Args:
        database: where the answers are.
        settings: of this needtag.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.tagger: Tagger | None = None
        self.model_version_id: int | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; a fault of the database or a missing model is logged and waited out."""
        while not stop.is_set():
            try:
                worked = self.work_once()
            except NeedtagError as error:
                log.warning("cannot work now: %s", error)
                worked = 0
            except SQLAlchemyError as error:
                log.warning("cannot work now", extra={"fault": type(error).__name__})
                worked = 0
            if not worked:
                stop.wait(PAUSE)
        with suppress(NeedtagError, SQLAlchemyError), self._writing() as session:
            work.give_back(session, self.owner)

    def work_once(self) -> int:
        """Claim, tag and write once; gives how many answers were claimed.

        Raises:
            ModelError: the active model is not on this machine.
        """
        tagger, model_version_id = self._active()
        if tagger is None or model_version_id is None:
            return 0
        claims = self._claim()
        if not claims:
            return 0
        with self._renewing():
            tagged = [(claim.answer_id, found) for claim, found in self._tagged(tagger, claims)]
            with self._writing() as session:
                work.write(session, model_version_id, tagged)
        return len(claims)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """As the database's, and ended with the leases: a worker that is cut off must keep nobody waiting."""
        with self.database.writing() as session:
            work.end_if_silent(session, self.settings.lease_seconds)
            yield session

    def _claim(self) -> Sequence[work.Claim]:
        with self.database.reading() as session:
            # More than are taken: other workers look at the same.
            waiting = work.find_waiting(session, BATCH * 8)
        if not waiting:
            return []
        with self._writing() as session:
            seconds = self.settings.lease_seconds
            return work.claim(session, self.owner, waiting, most=BATCH, seconds=seconds)

    def _active(self) -> tuple[Tagger | None, int | None]:
        """The tagger of the active model, loaded anew where another was activated."""
        with self.database.reading() as session:
            active = active_model(session)
        if active is not None and active.id != self.model_version_id:
            self.tagger = Tagger(load_known(self.settings, active.name, active.version))
            self.model_version_id = active.id
            log.info("works with a model", extra={"model": active.name, "model_version": active.version})
        return (self.tagger, self.model_version_id) if active else (None, None)

    def _tagged(
        self, tagger: Tagger, claims: Sequence[work.Claim]
    ) -> Iterator[tuple[work.Claim, TaggedAnswer | str]]:
        """Give each claim with what was found in it, or with the error for which it is set aside."""
        if claims[0].attempts > work.MOST_ATTEMPTS:
            log.error("an answer is set aside", extra={"answer": claims[0].answer_id})
            yield claims[0], f"{work.MOST_ATTEMPTS} workers ended while they tagged it"
            return
        try:
            yield from zip(claims, list(tagger.tag_all(claim.answer for claim in claims)), strict=True)
        except Exception:  # noqa: BLE001 - one answer may break a model in any way; the others go on
            for claim in claims:
                yield claim, self._tagged_alone(tagger, claim)

    @staticmethod
    def _tagged_alone(tagger: Tagger, claim: work.Claim) -> TaggedAnswer | str:
        try:
            return tagger.tag(claim.answer)
        except Exception as error:  # noqa: BLE001 - likewise; the message may hold its text, the kind does not
            fault = type(error).__name__
            log.error("an answer is set aside", extra={"answer": claim.answer_id, "fault": fault})  # noqa: TRY400
            return f"the model failed on it ({type(error).__name__})"

    @contextmanager
    def _renewing(self) -> Iterator[None]:
        """Keep the leases while a long answer is tagged."""
        finished = threading.Event()

        def renew() -> None:
            while not finished.wait(self.settings.lease_seconds / 3):
                try:
                    with self._writing() as session:
                        work.renew(session, self.owner, self.settings.lease_seconds)
                except (NeedtagError, SQLAlchemyError) as error:
                    log.warning("cannot renew leases now", extra={"fault": type(error).__name__})

        thread = threading.Thread(target=renew, daemon=True)
        thread.start()
        try:
            yield
        finally:
            finished.set()
            thread.join()
