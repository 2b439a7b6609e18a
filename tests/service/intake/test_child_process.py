import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.intake import process, read_answers

EXAMPLES = Path(__file__).parents[3] / "examples"


def children():
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


@pytest.fixture
def child_runs(monkeypatch):
    """Let the child run this code in place of the reader."""

    def patch(code):
        popen = subprocess.Popen
        monkeypatch.setattr(
            process.subprocess, "Popen", lambda _, **kw: popen([sys.executable, "-c", code], **kw)
        )

    return patch


@pytest.fixture
def answers_file(save):
    return save("a.json", json.dumps([{"text": str(n)} for n in range(20_000)]))


def test_a_child_is_gone_when_its_file_is_read(answers_file):
    before = children()
    assert sum(1 for _ in read_answers(answers_file)) == 20_000
    assert children() == before


def test_a_child_is_gone_when_nobody_reads_on(answers_file):
    before = children()
    answers = read_answers(answers_file)
    assert next(answers).text == "0"
    assert len(children()) == len(before) + 1
    answers.close()
    assert children() == before


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import os; os.abort()", "broke its reader (exit -6); save it again from an office program"),
        ("pass", "broke its reader (exit 0); save it again from an office program"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)",
         "took more than 60 seconds to read; send fewer answers a file"),
        ("import time; time.sleep(60)", "gave nothing for 0 seconds, so reading stopped; save it again"),
        ("print('x' * 2000, end='')", "holds an answer that is too long; part it"),
    ],
)  # fmt: skip
def test_whatever_becomes_of_a_child_is_one_sentence(
    answers_file, read, child_runs, monkeypatch, code, problem
):
    monkeypatch.setattr(process, "STALLED", 0.3)
    monkeypatch.setattr(process, "_LONGEST_LINE", 1000)
    child_runs(code)
    assert read(answers_file) == [f"a.json: {problem}"]


def test_what_a_child_gave_before_it_died_is_kept(answers_file, read, child_runs):
    child_runs("""print('{"where": "item 1", "record": {"text": "x"}}', flush=True); import os; os.abort()""")
    answer, problem = read(answers_file)
    assert answer.text == "x"
    assert problem.startswith("a.json: broke its reader")


def test_a_child_has_its_limits(child_runs, answers_file, read):
    code = (
        "import resource as r; from service.intake import child; child._limit(); "
        "print([r.getrlimit(x)[0] for x in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE)])"
    )
    environment = {"PYTHONPATH": str(EXAMPLES.parent)}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert run.stdout == "[1000000000, 60, 0]\n"


def test_modules_in_the_working_directory_are_not_run(tmp_path, monkeypatch, read, answers_file):
    (tmp_path / "json.py").write_text("raise SystemExit")
    monkeypatch.chdir(tmp_path)
    assert len(read(answers_file)) == 20_000


TEXT = "The authorities request training of prosecutors and judges in mutual legal assistance, case {}."
ROWS = [["id", "question", "text"], *([f"q{n}", "Needs?", TEXT.format(n)] for n in range(50_000))]
# A process inherits the peak that its parent had before it, in getrusage but not in VmHWM.
COUNT = """
import re, resource, sys
from pathlib import Path
from service.intake import read_answers
print(sum(not isinstance(one, Exception) for one in read_answers(Path(sys.argv[1]))))
own = int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".jsonl"])
def test_fifty_thousand_rows_take_bounded_memory(save_xlsx, save, suffix):
    if suffix == ".xlsx":
        path = save_xlsx({"A": ROWS})
    elif suffix == ".csv":
        path = save("a.csv", "\n".join(",".join(f'"{cell}"' for cell in row) for row in ROWS))
    else:
        path = save(
            "a.jsonl", "\n".join(json.dumps(dict(zip(ROWS[0], row, strict=True))) for row in ROWS[1:])
        )
    run = subprocess.run(
        [sys.executable, "-c", COUNT, path],
        capture_output=True, text=True, env={"PYTHONPATH": str(EXAMPLES.parent)}, check=True,
    )  # fmt: skip
    count, kilobytes = map(int, run.stdout.split())
    assert count == 50_000
    assert kilobytes < 300_000
