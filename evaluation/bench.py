"""Speed, memory and start of needtag on this machine, beside PyTorch; run by `make bench`, never by tests.

All models tag the same answers in turns, each in a process of its own, so that a machine that slows down or
speeds up does so for all of them. This process loads nothing large: a child's peak memory, as the system
counts it, is never less than its parent's.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

# Answers that the whole command tags; that are tagged in a turn, together and one by one.
ANSWERS, TURN, SINGLES = 2_000, 96, 40
ROUNDS = 5
STARTS = 5
# Answers that PyTorch reads together: with 32 it took longer.
BATCH = 8
NEEDTAG, LINEAR = "needtag, int8", "linear model"

# spaCy loads torch where that is installed, and who serves has none.
_WITHOUT_TORCH = """
import sys
class NoTorch:
    def find_spec(name, *_):
        if name == "torch":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NoTorch)
"""


def python(code: str) -> list[str]:
    """A command that runs some Python, to be followed by its arguments."""
    return [sys.executable, "-c", code]


class Contestant:
    """A model in a process of its own, which times what it is asked for.

    Attributes:
        rates: for each task the answers a second in each round.
        singles: the seconds of answers that were tagged one by one.
    """

    def __init__(self, command: Sequence[str], tasks: Iterable[str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.rates: dict[str, list[float]] = {task: [] for task in tasks}
        self.singles: list[float] = []

    def take_turn(self, texts: Sequence[str]) -> None:
        """Do every task once."""
        for task, rates in self.rates.items():
            rates.append(len(texts) / sum(self._seconds(task, texts)))
        self.singles += self._seconds("single", texts[:SINGLES])

    def _seconds(self, task: str, texts: Sequence[str]) -> list[float]:
        question, answer = self._process.stdin, self._process.stdout
        assert question
        assert answer
        print(json.dumps([task, texts]), file=question, flush=True)
        seconds: list[float] = json.loads(answer.readline())
        return seconds

    def close(self) -> float:
        """End the process; gives the most memory that it took, in MB."""
        assert self._process.stdin
        self._process.stdin.close()
        return _reap(self._process)


def measure(console: Console, model: str = "default") -> None:
    """Measure whole commands, then the contestants, and print both."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        material = python("from evaluation.bench_contestant import write_material as run; run()")
        subprocess.run([*material, name], check=True)  # noqa: S603 - our own command
        texts: list[str] = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        linear = str(folder / "linear")
        console.print(measure_commands(texts, folder, {NEEDTAG: model, LINEAR: linear}))
        contestants = enter(model, linear)
        for number in range(ROUNDS):
            # Other answers each time: words that were met before are remembered.
            turn = [texts[(number * TURN + place) % len(texts)] for place in range(TURN)]
            for contestant in contestants.values():
                contestant.take_turn(turn)
    memory = {name: contestant.close() for name, contestant in contestants.items()}
    console.print(contestants_table(contestants, memory))
    for line in comparisons({name: each.rates for name, each in contestants.items()}):
        console.print(line)


def enter(model: str, linear: str) -> dict[str, Contestant]:
    """Start all contestants; two of needtag's, and PyTorch in two precisions and two ways."""
    line = "from evaluation.bench_contestant import main; main()"
    served, tasks = python(_WITHOUT_TORCH + line), ("encoder", "tagging")
    return {
        NEEDTAG: Contestant([*served, model], tasks),
        **{
            f"PyTorch {precision}, {way}": Contestant([*python(line), model, precision, str(batch)], tasks)
            for precision in ("fp32", "bf16")
            for way, batch in (("one by one", 1), (f"batches of {BATCH}", BATCH))
        },
        LINEAR: Contestant([*served, linear], ("tagging",)),
    }


def measure_commands(texts: Sequence[str], folder: Path, models: Mapping[str, str]) -> Table:
    """Time commands from their start to their end, with all that they load."""
    many, one = folder / "many.jsonl", folder / "one.jsonl"
    write_answers(many, [texts[number % len(texts)] for number in range(ANSWERS)])
    write_answers(one, texts[:1])
    needtag = python(_WITHOUT_TORCH + "from service.cli import main; main()")
    load = python(_WITHOUT_TORCH + "from nlp.models import load_model; load_model(sys.argv[1], trust=True)")
    table = Table(title="Whole commands, in processes without torch", title_justify="left")
    for column in ("command", "seconds", "answers/s", "peak memory, MB"):
        table.add_column(column, justify="left" if column == "command" else "right")

    def add(name: str, command: list[str], *, answers: int = 0) -> None:
        # A start is short, and measured several times.
        runs = [run(command) for _ in range(1 if answers else STARTS)]
        seconds, memory = median(each for each, _ in runs), max(each for _, each in runs)
        table.add_row(name, f"{seconds:.2f}", f"{answers / seconds:.0f}" if answers else "", f"{memory:.0f}")

    add("needtag --help", [*needtag, "--help"])
    for name, model in models.items():
        tag = [*needtag, "tag", "--model", model, "--trust", "-o", str(folder / "tagged.jsonl")]
        add(f"{name}: load", [*load, model])
        add(f"{name}: tag 1 answer", [*tag, str(one)])
        add(f"{name}: tag {ANSWERS:,} answers", [*tag, str(many)], answers=ANSWERS)
    return table


def write_answers(path: Path, texts: Sequence[str]) -> None:
    """Write answers as JSON Lines."""
    lines = (json.dumps({"id": f"a{number}", "text": text}) for number, text in enumerate(texts))
    path.write_text("\n".join(lines), encoding="utf-8")


def run(command: Sequence[str]) -> tuple[float, float]:
    """Run a command; gives its seconds and the most memory that it took, in MB."""
    start = time.perf_counter()
    memory = _reap(subprocess.Popen(command, stdout=subprocess.DEVNULL))  # noqa: S603 - our own command
    return time.perf_counter() - start, memory


def _reap(process: "subprocess.Popen[Any]") -> float:
    """Wait for a process to end well; gives the most memory that it took, in MB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return usage.ru_maxrss / 1000


def contestants_table(contestants: Mapping[str, Contestant], memory: Mapping[str, float]) -> Table:
    """What the contestants did: rates are the medians of all rounds."""
    table = Table(title=f"Answers of about 30 words, 2 threads, {ROUNDS} rounds", title_justify="left")
    columns = ("encoder alone,\nanswers/s", "end to end,\nanswers/s", "one answer:\np50, ms", "\np99, ms")
    for column in ("model, loaded", *columns, "peak memory,\nMB"):
        table.add_column(column, justify="left" if column == "model, loaded" else "right")
    for name, each in contestants.items():
        encoder = f"{median(each.rates['encoder']):.0f}" if "encoder" in each.rates else ""
        hundredths = quantiles(each.singles, n=100)
        single = (f"{1000 * hundredths[place - 1]:.1f}" for place in (50, 99))
        table.add_row(name, encoder, f"{median(each.rates['tagging']):.0f}", *single, f"{memory[name]:.0f}")
    return table


def comparisons(rates: Mapping[str, Mapping[str, Sequence[float]]]) -> list[str]:
    """How many times as fast needtag is as the faster of PyTorch's ways: the median over rounds."""
    lines = []
    for task, title in (("encoder", "Encoder alone"), ("tagging", "End to end")):
        for precision in ("fp32", "bf16"):
            ways = {name: each[task] for name, each in rates.items() if precision in name}
            best = max(ways, key=lambda name: median(ways[name]))
            times = median(own / other for own, other in zip(rates[NEEDTAG][task], ways[best], strict=True))
            lines.append(f"{title}: {NEEDTAG} is {times:.1f} times as fast as {best}.")
    return lines


if __name__ == "__main__":
    measure(Console())
