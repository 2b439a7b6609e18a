"""Runs the reader of one file in a child process and watches over it."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from nlp.errors import InputError
from service.intake.child import END, SECONDS
from service.intake.items import Items, from_line
from service.intake.table import Columns

STALLED = 60.0
"""Seconds that the child may go without writing while somebody waits for it."""

_LONGEST_LINE = 32_000_000  # bytes; a line holds one record, of which no field has more than LONGEST signs
_ROOT = Path(__file__).parents[2]
# No secret of the parent's reaches the child, but some interpreters do not start without this.
_KEPT = {name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}


def read_apart(stream: BinaryIO, ending: str, columns: Columns) -> Items:
    """Yield the items of a file that a child process reads; the child never outlives the iteration.

    Raises:
        InputError: the child wrote nothing for too long, or died.
    """
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        # -P: no module in the working directory takes the place of a library's.
        [sys.executable, "-P", "-m", "service.intake.child", ending, json.dumps(dict(columns))],
        stdin=stream,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # One thread: numpy's would take address space by the number of cores.
        env=_KEPT | {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
    )
    assert child.stdout
    try:
        for line in _lines(child.stdout.fileno()):
            if line == END:
                return
            yield from_line(line)
        raise _death(child.wait())
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def _lines(pipe: int) -> Iterator[bytes]:
    rest = b""
    waiting = select.poll()
    waiting.register(pipe)
    while True:
        if not waiting.poll(STALLED * 1000):
            raise InputError("", f"gave nothing for {STALLED:.0f} seconds, so reading stopped; save it again")
        chunk = os.read(pipe, 1 << 16)
        if not chunk:
            return
        *lines, rest = (rest + chunk).splitlines(keepends=True)
        if rest.endswith(b"\n"):
            lines, rest = [*lines, rest], b""
        if len(rest) > _LONGEST_LINE:
            raise InputError("", "holds an answer that is too long; part it")
        yield from lines


def _death(code: int) -> InputError:
    if code == -signal.SIGXCPU:
        return InputError("", f"took more than {SECONDS} seconds to read; send fewer answers a file")
    return InputError("", f"broke its reader (exit {code}); save it again from an office program")
