"""A needtag service that runs for real: processes of its own, killed and started again as a test likes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import httpx

COMMAND = (sys.executable, "-P", "-m", "service.cli")
START_SECONDS = 120
SOON = 180
"""Seconds in which what must happen has happened on the slowest machine."""
# A test asks more often than any sender may.
USUAL = {"NEEDTAG_REQUESTS_PER_MINUTE": "1000000"}


def wait_until(happened, seconds=SOON):
    """Wait for something to happen; gives what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)
    return found


class Service:
    """`needtag serve` on a home and a database, in a process group of its own.

    `url` is where it listens: another port after each start. `log` holds what its processes wrote to stderr.
    """

    def __init__(self, home, database_url=None, environment=None):
        self.home = Path(home)
        self.log = self.home.with_name(f"{self.home.name}.log")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEEDTAG_")}
        database = {"NEEDTAG_DATABASE_URL": database_url} if database_url else {}
        self.environment = inherited | USUAL | {"NEEDTAG_HOME": str(home)} | database | (environment or {})
        self.url = None
        self._process = None

    def start(self):
        """Start it, and wait until it is ready."""
        with self.log.open("a") as log:
            self._process = self.spawn(
                "serve", "--home", self.home, "--port", "0", stdout=subprocess.PIPE, stderr=log
            )
        line = self._process.stdout.readline()
        assert line, self.log.read_text()
        self.url = line.split()[-1]
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            assert time.monotonic() < deadline, self.log.read_text()
            assert self._process.poll() is None, self.log.read_text()
            time.sleep(0.02)

    def _is_ready(self):
        try:
            return httpx.get(f"{self.url}/readyz", timeout=START_SECONDS, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self):
        """Of the process that serves, and of the group with its workers."""
        return self._process.pid

    def kill(self, *, workers=True):
        """Kill the service where it stands, and its workers too unless they are to find out by themselves."""
        self._end(lambda: (os.killpg if workers else os.kill)(self.pid, signal.SIGKILL))

    def stop(self):
        """Let it end in good order; gives its exit code."""
        return self._end(self._process.terminate)

    def _end(self, send):
        process = self._process
        if process is None:
            return None
        send()
        process.wait()
        process.stdout.close()
        self._process = None
        return process.returncode

    def workers(self):
        """The process ids of the workers that it started."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/children")
        children = [int(pid) for each in tasks for pid in each.read_text().split()]
        return [
            pid for pid in children if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        ]

    def spawn(self, *arguments, **options):
        """Start a needtag command with the same settings, in a process group of its own."""
        command = [*COMMAND, *map(str, arguments)]
        folder = self.home.parent
        return subprocess.Popen(
            command, env=self.environment, cwd=folder, text=True, start_new_session=True, **options
        )

    def command(self, *arguments):
        """Run a needtag command with the same settings; gives what it prints."""
        with self.spawn(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            output, errors = process.communicate()
        assert process.returncode == 0, errors
        return output

    def add_key(self, *scopes, name=None):
        """Make a key for these scopes, named after them unless said otherwise."""
        name = name or "-".join(scopes)
        return self.command("key", "add", "--name", name, "--scope", ",".join(scopes)).splitlines()[-1]

    @cached_property
    def key(self):
        """A key that may do everything."""
        return self.add_key("admin", name="tests")

    def client(self, key=None, **options):
        """A client of the service where it listens now; with a key that may do everything, or another."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return httpx.Client(
            **{"base_url": self.url, "headers": headers, "timeout": 60, "trust_env": False} | options
        )


@contextmanager
def running(home, database_url=None, environment=None):
    """Run a service on a home, on another database than the home's if a URL is given; killed at the end.

    Args:
        home: its folder, made if it is missing; beside it lies HOME.log.
        database_url: as NEEDTAG_DATABASE_URL; None for SQLite in the home.
        environment: other NEEDTAG_ variables.
    """
    service = Service(home, database_url, environment)
    try:
        service.start()
        yield service
    finally:
        service.kill()
