"""The process that reads mutated files: `python -m tests.fuzzing.host`, a path a line, a line of JSON each.

It reads as the service does, but forks the child that reads one file in place of starting it, which takes a
hundredth of the time. It tells the seconds of processor time that a file took, and each promise it broke.
"""

import json
import os
import re
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace

from nlp.answers import LANGUAGES
from nlp.errors import InputError
from nlp.states import find_state, get_state
from service.intake import (
    child,
    json_files,  # noqa: F401 - these four, so that no child has to import them
    pdf,  # noqa: F401
    process,
    read_questionnaires,
    word,  # noqa: F401
    xlsx,  # noqa: F401
)
from service.intake.items import LONGEST
from service.intake.kinds import shown

MEMORY = 400_000_000
"""Bytes that this process may need for one file beyond what it has; its child has limits of its own."""

_OWN = str(Path(child.__file__).parent)
_LONGEST_SENTENCE = 1_000
_STATUS = Path("/proc/self/status")
_problem_of = child._problem


class Forked:
    """What `subprocess.Popen` gives, for a child that is a fork of this process."""

    def __init__(self, command, *, stdin, **_):
        reading, writing = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            os.dup2(stdin.fileno(), 0)
            sys.stdin, sys.stdout = os.fdopen(0), SimpleNamespace(buffer=os.fdopen(writing, "wb"))
            sys.argv = ["child", *command[-2:]]
            try:
                child.main()
            finally:
                os._exit(0)
        os.close(writing)
        self.stdout = os.fdopen(reading, "rb")
        self.code = None

    def kill(self):
        if self.code is None:
            os.kill(self.pid, 9)

    def wait(self):
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code


def noted(error):
    """Mark an exception that a reader's own code raised, and not a library on what is damaged."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    is_limit = isinstance(error, MemoryError | RecursionError)
    if frame.filename.startswith(_OWN) and type(error).__module__ == "builtins" and not is_limit:
        return f"FAULT {frame.filename}:{frame.lineno} raises {error!r}"[:_LONGEST_SENTENCE]
    return _problem_of(error)


def broken(path):
    """Read a file, and yield what breaks a promise."""
    found = list(read_questionnaires(path))
    if not found:
        yield "neither an answer nor an error"
    for one in found:
        if isinstance(one, InputError):
            yield from _broken_by_error(one, path)
        else:
            yield from _broken_by_questionnaire(one)


def _broken_by_error(error, path):
    sentence = str(error)
    if not sentence.startswith(shown(path)):
        yield f"an error that does not name the file: {sentence[:200]!r}"
    if "FAULT" in sentence:
        yield sentence
    if len(sentence) > _LONGEST_SENTENCE or not sentence.isprintable():
        yield f"an error that is no sentence: {sentence[:300]!r}"


def _broken_by_questionnaire(one):
    answers = one.answers
    if not answers or len({each.id for each in answers}) < len(answers):
        yield "no answers, or two with the same id"
    if any(len(each.text) > LONGEST for each in answers):
        yield "an answer that is too long"
    texts = [one.external_id, one.replaces, one.cycle]
    texts += [text for each in answers for text in (each.id, each.text, each.question, each.cycle)]
    if any("\0" in text or not _is_whole(text) for text in filter(None, texts)):
        yield "a text that cannot be stored"
    if {one.language, *(each.language for each in answers)} - {*LANGUAGES, None}:
        yield "a language that is none"
    for state in {one.state, *(each.state for each in answers)} - {None}:
        get_state(state)


def _is_whole(text):
    return text.encode("utf-8", "replace").decode() == text


def _peak():
    return int(re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text())[1]) * 1_000


def tell(path):
    """Read a file; gives the seconds of processor time that it took, and the promises broken."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before, started = _peak(), sum(os.times()[:4])
    try:
        faults = list(broken(path))
    except Exception:  # noqa: BLE001 - whatever it is, it is a fault
        faults = [traceback.format_exc()]
    if (needed := _peak() - before) > MEMORY:
        faults.append(f"{needed:,} bytes of memory")
    return {"seconds": sum(os.times()[:4]) - started, "faults": faults}


def main():
    child._problem = noted
    process.subprocess = SimpleNamespace(Popen=Forked, PIPE=None, DEVNULL=None)
    find_state("Kenya")  # loads the list of States
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(tell(Path(line.rstrip("\n")))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
