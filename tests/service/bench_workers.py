"""How much several workers on one PostgreSQL tag on this machine, and what one that is cut off costs.

One worker reads two texts at a time: on two cores more workers share the work, and are hardly faster.
"""

import contextlib
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
from sqlalchemy import func, select

from corpus.reader import read_corpus
from nlp.answers import Answer as Given
from service.intake import Questionnaire
from service.modelling import adopt_default
from service.settings import Settings, environment_of
from service.store.opening import open_database
from service.store.questionnaires import receive
from service.store.tables import Lease, Tagging
from tests.service.running import COMMAND
from tests.service.scaling.ways import Silent
from tests.service.watching import waiting

SERVER = Path(__file__).parents[1] / "postgresql_server.py"
NAME = "bench"
WORKERS = (1, 2, 4)
ROUNDS = 3
SECONDS = 10
QUEUE = 4000
"""More than is tagged in a round."""
LEFT = 2000
"""Answers that wait when a worker is cut off."""


class Bench:
    """A database with answers in it, and workers on it."""

    def __init__(self, folder, server):
        self.server = server
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {NAME}")
        self.settings = Settings(home=folder / "home", database_url=self.url(NAME), _env_file=None)
        self.database = open_database(self.settings)
        adopt_default(self.database)
        self.texts = itertools.cycle(each.answer.text for each in read_corpus("train"))
        self.numbers = itertools.count()

    def url(self, name):
        return f"postgresql://needtag@/{name}?host={self.server}"

    def fill(self, answers):
        """Put in questionnaires of 50 answers until so many wait."""
        while waiting(self.database) < answers:
            with self.database.writing() as session:
                for number in itertools.islice(self.numbers, 10):
                    given = tuple(Given(f"q{place}", next(self.texts)) for place in range(50))
                    receive(session, Questionnaire(f"{number}", None, None, (), None, None, given), "bench")
        self.database.analyse()

    @contextlib.contextmanager
    def workers(self, number, url=None):
        """So many workers, all of them at work; killed at the end."""
        environment = os.environ | environment_of(self.settings) | {"NEEDTAG_LOG_LEVEL": "ERROR"}
        environment |= {"NEEDTAG_DATABASE_URL": url} if url else {}
        started = [subprocess.Popen([*COMMAND, "worker"], env=environment) for _ in range(number)]
        try:
            # Whoever takes a second batch has written the first, and loaded all that it needs.
            batches = {str(each.pid): set() for each in started}
            while any(len(each) < 2 for each in batches.values()):
                for pid, first in self.in_hand():
                    batches.get(pid, set()).add(first)
                time.sleep(0.02)
            yield
        finally:
            for each in started:
                each.terminate()
            for each in started:
                each.wait()

    def in_hand(self):
        """Of each worker, its process and the first answer that it has in hand."""
        with self.database.reading() as session:
            found = session.execute(select(Lease.owner, func.min(Lease.answer_id)).group_by(Lease.owner))
            return [(owner.split(":")[1], first) for owner, first in found]

    def tagged(self):
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(Tagging))

    def rate(self, number):
        """Answers a second that so many workers tag."""
        self.fill(QUEUE)
        with self.workers(number):
            before, start = self.tagged(), time.monotonic()
            time.sleep(SECONDS)
            rate = (self.tagged() - before) / (time.monotonic() - start)
            assert waiting(self.database), "the queue ran empty: give it more"
        return rate

    def seconds_until_tagged(self, *, cut):
        """Of two workers, one is cut off in the midst of its work, or not; how long until nothing waits."""
        way = Silent(f"{self.server}/.s.PGSQL.5432")
        try:
            self.fill(QUEUE)
            with self.workers(1), self.workers(1, way.url(NAME)):
                while waiting(self.database) > LEFT:
                    time.sleep(0.02)
                if cut:
                    way.cut()
                start = time.monotonic()
                while waiting(self.database):
                    time.sleep(0.1)
                way.mend()
                return time.monotonic() - start
        finally:
            way.close()


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="needtag-bench-")))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        server = stack.enter_context(subprocess.Popen([sys.executable, SERVER], **pipes))
        bench = Bench(folder, server.stdout.readline().strip())
        rates = {number: [] for number in WORKERS}
        for _ in range(ROUNDS):
            for number in WORKERS:
                rates[number].append(bench.rate(number))
        say(f"Workers on one PostgreSQL, {os.cpu_count()} cores, {ROUNDS} rounds in turn, answers a second:")
        for number, each in rates.items():
            rounds = ", ".join(f"{rate:.0f}" for rate in each)
            say(f"{number} workers: {statistics.median(each):.0f} ({rounds})")
        lease = bench.settings.lease_seconds
        say(f"Two workers, {LEFT} answers waiting, leases of {lease:.0f} s; seconds until all are tagged:")
        for cut in (False, True):
            said = "one is cut off from the database" if cut else "nothing happens"
            say(f"{said}: {bench.seconds_until_tagged(cut=cut):.1f}")
        bench.database.dispose()


if __name__ == "__main__":
    main()
