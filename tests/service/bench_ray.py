"""What tagging by Ray costs and gains on this machine, beside the plain command, in turn."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus.reader import read_corpus
from tests.service.running import COMMAND

ANSWERS = 5000
ROUNDS = 3
ENGINES = ("here", "ray")


def write(path, answers):
    known = [each.answer.text for each in read_corpus("train")]
    given = ({"id": f"q{place}", "text": known[place % len(known)]} for place in range(answers))
    path.write_text("\n".join(map(json.dumps, given)), "utf-8")
    return path


def seconds(path, engine):
    output = path.with_suffix(f".{engine}.jsonl")
    start = time.monotonic()
    command = [*COMMAND, "tag", path, "-o", output, "--engine", engine]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main():
    with tempfile.TemporaryDirectory(prefix="needtag-bench-") as folder:
        one, many = (write(Path(folder) / f"{count}.txt.jsonl", count) for count in (1, ANSWERS))
        taken = {engine: {one: [], many: []} for engine in ENGINES}
        for _ in range(ROUNDS):
            for engine in ENGINES:
                for path in (one, many):
                    taken[engine][path].append(seconds(path, engine))
        say(f"needtag tag, {os.cpu_count()} cores, medians of {ROUNDS} rounds in turn:")
        for engine in ENGINES:
            alone, whole = (statistics.median(taken[engine][path]) for path in (one, many))
            rate = (ANSWERS - 1) / (whole - alone)
            say(
                f"--engine {engine}: one answer in {alone:.1f} s, {ANSWERS} in {whole:.1f} s; "
                f"{rate:.0f} answers/s once it runs"
            )


if __name__ == "__main__":
    main()
