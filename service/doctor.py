"""Whether a needtag is well: home, disk, database, clock, models and work; and what to do where not."""

import datetime as dt
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.errors import NeedtagError
from service.modelling import load_known
from service.settings import Settings
from service.store.database import Database, database_seconds
from service.store.homes import left_behind, open_existing
from service.store.models import active_model
from service.store.progress import count_answers, waiting
from service.store.tables import Activation, Answer, Audit, Questionnaire, Tagging
from service.store.work import count_leases

LEAST_FREE = 1e9
"""Bytes of free disk: a backup and a large export need some hundred million."""
MOST_APART = 60
"""Seconds that the clocks of this machine and of the database may differ."""
PATIENCE = dt.timedelta(minutes=10)
"""Answers may wait so long while nothing is tagged: a worker starts, or loads another model."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and what is to be said of it."""

    subject: str
    well: bool
    said: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other; where the database cannot be opened, nothing after it can."""
    yield _home(settings)
    yield _disk(settings)
    try:
        database = open_existing(settings)
    except NeedtagError as error:
        yield Finding("database", well=False, said=str(error))
        return
    looks: tuple[Callable[[], Finding], ...] = (
        lambda: _database(settings, database),
        lambda: _clock(database),
        lambda: _model(settings, database),
        lambda: _work(database),
    )
    for look in looks:
        try:
            yield look()
        except NeedtagError as error:
            yield Finding(error.concerns, well=False, said=error.problem)
    database.dispose()


def _home(settings: Settings) -> Finding:
    home = settings.home.absolute()
    if not home.is_dir():
        said = (
            f"{home} is no folder; name the home by --home or NEEDTAG_HOME, or begin one with needtag serve"
        )
        return Finding("home", well=False, said=said)
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return Finding("home", well=False, said=f"{home} cannot be read and written; give its owner's rights")
    others = home.stat().st_mode & 0o077
    if others:
        said = f"{home} can be read by others on this machine; run chmod 700 {home}"
        return Finding("home", well=False, said=said)
    return Finding("home", well=True, said=str(home))


def _disk(settings: Settings) -> Finding:
    place = next(
        each for each in (settings.home.absolute(), *settings.home.absolute().parents) if each.exists()
    )
    free = shutil.disk_usage(place).free
    said = f"{free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        return Finding("disk", well=False, said=f"{said}; make room, or move the home")
    return Finding("disk", well=True, said=said)


def _database(settings: Settings, database: Database) -> Finding:
    with database.reading() as session:
        empty = session.scalar(select(Questionnaire.id).limit(1)) is None
    if empty and (warning := left_behind(settings)):
        return Finding("database", well=False, said=warning)
    return Finding("database", well=True, said=f"{database}, its tables are this needtag's")


def _clock(database: Database) -> Finding:
    with database.reading() as session:
        apart = abs(database_seconds(session) - time.time())
        latest = session.scalar(select(func.max(Audit.at)))
    if apart > MOST_APART:
        said = f"is {apart:.0f} seconds from the database's; let both take the time from a server"
        return Finding("clock", well=False, said=said)
    if latest and latest > dt.datetime.now(dt.UTC) + dt.timedelta(seconds=MOST_APART):
        said = f"is behind the last entry of the audit ({latest:%Y-%m-%d %H:%M}); set it right"
        return Finding("clock", well=False, said=said)
    return Finding("clock", well=True, said=f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC")


def _model(settings: Settings, database: Database) -> Finding:
    with database.reading() as session:
        active = active_model(session)
    if active is None:
        return Finding(
            "model", well=True, said="none is active yet; the first needtag serve takes the default"
        )
    load_known(settings, active.name, active.version)
    return Finding("model", well=True, said=f"{active.name} {active.version}, its files are whole")


def _work(database: Database) -> Finding:
    with database.reading() as session:
        counts, in_hand = count_answers(session), count_leases(session)
        silent = _silent_since(session)
    said = f"{counts['waiting']} answers wait, {in_hand} are in hand, {counts['failed']} were set aside"
    if silent and not in_hand and silent < dt.datetime.now(dt.UTC) - PATIENCE:
        said += "; nobody works: start needtag serve or needtag worker, and look at its log"
        return Finding("work", well=False, said=said)
    return Finding("work", well=True, said=said)


def _silent_since(session: Session) -> dt.datetime | None:
    """Since when an answer waits, no model was made active and nothing was tagged; None where none waits."""
    arrivals = select(func.min(Questionnaire.received_at)).select_from(Answer).join(Questionnaire)
    oldest: dt.datetime | None = session.scalar(arrivals.where(waiting()))
    if oldest is None:
        return None
    moments: list[dt.datetime] = [oldest]
    for column in (Tagging.at, Activation.at):
        moments += filter(None, [session.scalar(select(func.max(column)))])
    return max(moments)
