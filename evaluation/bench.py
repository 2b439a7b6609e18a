"""Speed and memory of the needtag command on this machine; run by `make bench`, never by tests."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from corpus.reader import read_whole_corpus

ANSWERS = 10_000
# Words of the answers that are tagged: 30, as answers mostly have.
WORDS = range(25, 36)


def measure(console: Console) -> None:
    """Time the command from its start to its end, with all that it loads, and take its peak memory."""
    needtag = str(Path(sys.executable).with_name("needtag"))
    with tempfile.TemporaryDirectory() as folder:
        data, output = Path(folder, "answers.jsonl"), Path(folder, "tagged.jsonl")
        write_answers(data, ANSWERS)
        runs = {"needtag --help": [needtag, "--help"]}
        for model in ("dummy", "default"):
            runs[f"needtag tag --model {model}"] = [
                needtag,
                "tag",
                str(data),
                "-o",
                str(output),
                "--model",
                model,
            ]
        table = Table(title=f"{ANSWERS:,} answers of {WORDS[0]} to {WORDS[-1]} words", title_justify="left")
        for column in ("command", "seconds", "answers a second", "peak memory, MB"):
            table.add_column(column, justify="left" if column == "command" else "right")
        for name, command in runs.items():
            seconds, megabytes = run(command)
            rate = f"{ANSWERS / seconds:,.0f}" if "tag" in command else ""
            table.add_row(name, f"{seconds:.2f}", rate, f"{megabytes:,.0f}")
    console.print(table)


def write_answers(path: Path, number: int) -> None:
    """Write that many answers of the corpus, each as often as needed."""
    texts = [labelled.answer.text for labelled in read_whole_corpus()]
    texts = [text for text in texts if len(text.split()) in WORDS]
    lines = (json.dumps({"id": f"a{n}", "text": texts[n % len(texts)]}) for n in range(number))
    path.write_text("\n".join(lines), encoding="utf-8")


def run(command: list[str]) -> tuple[float, float]:
    """Run a command; gives its seconds and the most memory, in MB, that it or a command before it took."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000


if __name__ == "__main__":
    measure(Console())
