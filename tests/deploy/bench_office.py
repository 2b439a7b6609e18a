"""What a needtag of an office takes on this machine: start, memory, disk, backup; on both databases.

In an environment with needtag alone, where no library for training is loaded:
`pip install --constraint constraints.txt '.[postgresql]'`, then `python -m tests.deploy.bench_office`.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

import psycopg

from corpus.reader import read_corpus
from tests.service.running import Service

ANSWERS, EACH, STARTS = 2_000, 25, 3
SERVER = Path(__file__).parents[1] / "postgresql_server.py"


def main():
    """Measure on SQLite, then on PostgreSQL."""
    # Cut short, it ends what it started and removes what it wrote.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("cut short"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, words = questionnaires()
        (folder / "answers.jsonl").write_text(lines, "utf-8")
        say(f"{ANSWERS} answers of the corpus, {words:.0f} words on average, {EACH} a questionnaire")
        say("SQLite")
        measure(folder, folder / "home", None)
        say("PostgreSQL")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([sys.executable, SERVER], **pipes) as server:
            url = f"postgresql://needtag@/postgres?host={server.stdout.readline().strip()}"
            measure(folder, folder / "other", url)
            server.stdin.close()


def say(words):
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def questionnaires():
    given = [each.answer for each in read_corpus("train")[:ANSWERS]]
    lines = [
        {"id": str(n), "text": one.text, "language": one.language, "state": "KEN", "cycle": str(n // EACH)}
        for n, one in enumerate(given)
    ]
    return "\n".join(map(json.dumps, lines)), mean(len(one.text.split()) for one in given)


def measure(folder, home, url):
    service = Service(home, url)
    try:
        say(f"  first start {seconds(service.start):.1f} s, until it is ready")
        empty = size(home, url)
        started = time.monotonic()
        service.command("import", folder / "answers.jsonl")
        say(f"  import {time.monotonic() - started:.0f} s")
        with service.client() as client:
            wait(client)
            say(f"  all tagged after {time.monotonic() - started:.0f} s, with one worker")
            tell_memory("all tagged", service)
            for path in ("/v1/answers?words=training", "/v1/exports/tags?format=xlsx"):
                client.get(path, timeout=600).raise_for_status()
            tell_memory("answers searched and exported", service)
        service.stop()
        grown = size(home, url) - empty
        say(f"  database {empty / 1e6:.1f} MB, and {grown / 1e6 / ANSWERS * 1000:.1f} MB per 1,000 answers")
        backup = folder / f"{home.name}.zip"
        say(f"  backup {seconds(lambda: service.command('backup', backup)):.0f} s")
        say(f"  backup {backup.stat().st_size / 1e6 / ANSWERS * 1000:.1f} MB per 1,000 answers")
        say(f"  later starts {', '.join(f'{each:.1f}' for each in later_starts(service))} s")
    finally:
        service.kill()


def later_starts(service):
    for _ in range(STARTS):
        yield seconds(service.start)
        service.stop()


def seconds(act):
    started = time.monotonic()
    act()
    return time.monotonic() - started


def wait(client):
    while True:
        figures = client.get("/metrics").text.splitlines()
        if "needtag_answers_waiting 0.0" in figures and f"needtag_answers {ANSWERS:.1f}" in figures:
            return
        time.sleep(0.5)


def tell_memory(when, service):
    for name, pid in [("serve", service.pid), *(("worker", pid) for pid in service.workers())]:
        status = Path(f"/proc/{pid}/status").read_text()
        now, most = (int(status.split(f"{each}:")[1].split()[0]) / 1024 for each in ("VmRSS", "VmHWM"))
        say(f"  {when}: {name} has {now:.0f} MB, at most {most:.0f} MB so far")


def size(home, url):
    if url is None:
        # With the journal, which is written into the file when the service ends.
        return sum(each.stat().st_size for each in home.glob("needtag.db*"))
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]


if __name__ == "__main__":
    main()
