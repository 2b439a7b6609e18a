"""A worker that is cut off from the database loses nothing: others do what it had, and it comes back."""

import contextlib
import itertools
import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import select

from nlp.answers import Answer as Given
from service.errors import UnavailableError
from service.intake import Questionnaire
from service.modelling import adopt_default
from service.settings import environment_of
from service.store import work
from service.store.questionnaires import receive
from service.store.tables import Answer, Lease, Suggestion, Tagging
from tests.service.running import COMMAND, SOON, wait_until
from tests.service.scaling.ways import Broken, Silent, Unplugged, may_make_networks, network
from tests.service.watching import added_only, rows, waiting

LEASE_SECONDS = 3
SOCKET = ".s.PGSQL.5432"


@pytest.fixture
def kind():
    return "postgresql"


SOAK = [pytest.param(each, marks=pytest.mark.soak) for each in ("broken", "unplugged")]


@pytest.fixture
def unplugged(postgresql):
    """A way that leads through a cable, if there may be one."""
    if not may_make_networks():
        pytest.skip("this user may not make networks here")
    with network() as (name, host):
        found = Unplugged(f"{postgresql.socket}/{SOCKET}", name, host)
        yield found
        found.close()


@pytest.fixture(params=["silent", *SOAK])
def way(request, postgresql):
    """How the worker that will be cut off reaches the database."""
    if request.param == "unplugged":
        yield request.getfixturevalue("unplugged")
        return
    found = {"silent": Silent, "broken": Broken}[request.param](f"{postgresql.socket}/{SOCKET}")
    yield found
    found.close()


@contextlib.contextmanager
def worker(settings, log, url=None, within=()):
    """A worker of its own; killed at the end."""
    environment = os.environ | environment_of(settings) | {"NEEDTAG_LEASE_SECONDS": str(LEASE_SECONDS)}
    environment |= {"NEEDTAG_DATABASE_URL": url} if url else {}
    command = [*within, *COMMAND, "worker"]
    with log.open("a") as errors, subprocess.Popen(command, env=environment, stderr=errors) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def send(database, few_answers):
    """Puts answers into the database; gives how many."""
    adopt_default(database)
    numbers = itertools.count()
    texts = itertools.cycle(each.answer.text for each in few_answers if len(each.answer.text) < 300)

    def put(answers):
        given = tuple(Given(f"q{place}", next(texts)) for place in range(answers))
        questionnaire = Questionnaire(f"sent-{next(numbers)}", None, None, (), None, None, given)
        with database.writing() as session:
            receive(session, questionnaire, "test")
        return answers

    return put


def held_by(database, process):
    """The ids of the answers that a worker has in hand."""
    with database.reading() as session:
        return set(session.scalars(select(Lease.answer_id).where(Lease.owner.like(f"%:{process.pid}:%"))))


def cut_with_work_in_hand(way, database, process, send):
    """Cut a worker off, wherever it is; gives how many answers that took, and which it has in hand."""
    sent = 0
    while True:
        if waiting(database) < 20:
            sent += send(40)
        if not held_by(database, process):
            continue
        way.cut()
        # What was on its way arrives.
        time.sleep(0.3)
        if held := held_by(database, process):
            return sent, held
        way.mend()


def tagged_ids(database):
    return [row[1] for row in rows(database, Tagging).values()]


def test_a_worker_that_is_cut_off_loses_nothing(way, settings, database, send, tmp_path):
    name = database.url.database
    log = tmp_path / "cut-off.log"
    with worker(settings, log, way.url(name), way.within) as cut_off:
        sent = send(1)
        wait_until(lambda: waiting(database) == 0)
        more, held = cut_with_work_in_hand(way, database, cut_off, send)
        sent += more
        with worker(settings, tmp_path / "other.log"):
            # The lease has the other wait; what nobody has in hand is done meanwhile.
            wait_until(lambda: waiting(database) == 0)
        before = {table: rows(database, table) for table in (Tagging, Suggestion)}
        assert sorted(tagged_ids(database)) == sorted(rows(database, Answer))
        assert len(before[Tagging]) == sent
        assert held <= set(tagged_ids(database))
        way.mend()
        # What it takes up now comes after what it had in hand.
        sent += send(20)
        wait_until(lambda: waiting(database) == 0)
        assert cut_off.poll() is None, log.read_text()
    assert all(added_only(before[table], rows(database, table)) for table in before)
    assert sorted(tagged_ids(database)) == sorted(rows(database, Answer))
    assert len(rows(database, Answer)) == sent
    assert not any(row[-1] for row in rows(database, Tagging).values())


def claimed(database, owner, *, seconds):
    with database.reading() as session:
        found = work.find_waiting(session, 100)
    with database.writing() as session:
        return {each.answer_id for each in work.claim(session, owner, found, most=5, seconds=seconds)}


def test_a_worker_that_falls_silent_while_it_renews_keeps_nobody_waiting(database, send):
    send(10)
    held = claimed(database, "silent", seconds=-1)
    silent = database.writing()
    session = silent.__enter__()
    work.end_if_silent(session, 1)
    work.renew(session, "silent", -1)
    # Its leases are locked; what nobody has is free.
    others = claimed(database, "second", seconds=60)
    assert len(others) == 5
    assert not held & others
    # And then they are not locked any longer.
    wait_until(lambda: claimed(database, "third", seconds=60))
    with pytest.raises(UnavailableError):
        silent.__exit__(None, None, None)


WAIT = """
import sys
from sqlalchemy import text
from service.errors import UnavailableError
from service.store.database import Database
with Database(sys.argv[1]).reading() as session:
    session.scalar(text("SELECT 1"))
    print("connected", flush=True)
    try:
        session.scalar(text("SELECT pg_sleep(900)"))
    except Exception as error:
        print(type(error).__name__, flush=True)
"""


@pytest.mark.soak
def test_a_database_whose_network_is_gone_is_not_waited_for(unplugged, postgresql):
    command = [*unplugged.within, sys.executable, "-c", WAIT, unplugged.url("postgres")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "connected\n"
            unplugged.cut()
            # Without limits of its own, it would wait for two hours.
            assert process.communicate(timeout=SOON)[0] == "OperationalError\n"
        finally:
            process.kill()
