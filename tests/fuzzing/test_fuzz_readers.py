"""Whatever a file holds, reading it soon ends in answers and in sentences that name it, in little memory."""

import json
import select
import subprocess
import sys
from pathlib import Path

import pytest

from service.intake import SUFFIXES
from tests.fuzzing.mutations import changed, drawn

ROOT = Path(__file__).parents[2]
SECONDS = 10
"""Seconds of processor time that a file may take, none of which is larger than a few megabytes."""
HANGS = 120
"""Seconds after which it has surely taken them, however busy the machine."""


class Host:
    """A process that reads files; started again after it hung or died."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.fuzzing.host"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert self.process.stdout.readline() == "ready\n"

    def stop(self):
        if self.process:
            with self.process:
                self.process.kill()
            self.process = None

    def read(self, name, content):
        """Read a file of this content; what it says of it."""
        path = self.folder / name
        path.write_bytes(content)
        if self.process is None:
            self.start()
        print(path, file=self.process.stdin, flush=True)
        said = ""
        if select.select([self.process.stdout], [], [], HANGS)[0]:
            said = self.process.stdout.readline()
        if not said:
            self.stop()
        assert said, "the process hangs or died"
        return json.loads(said)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("files"))
    yield host
    host.stop()


@pytest.mark.parametrize("ending", SUFFIXES)
def test_a_mutated_file_costs_only_itself(host, tried, ending):
    def check(case):
        said = host.read(f"a{ending}", changed(ending, case))
        assert said["faults"] == []
        assert said["seconds"] < SECONDS

    tried(f"readers {ending[1:]}", drawn(ending), check, seconds=15, few=4)
