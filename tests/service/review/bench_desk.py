"""How fast the desk is on this machine, measured in the browser."""

import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import select

from service.api.app import create_app
from service.modelling import adopt_default
from service.settings import Settings
from service.store import users
from service.store.opening import open_database
from service.store.tables import Answer
from tests.service.review.browser import Visits, serving, started_chromium
from tests.service.review.desk_examples import fill

ANSWERS = 150
ROUNDS = 15
KEYS = "a", "j", "r", "k", "u", "i", "Escape", "t", "Escape"
# From the moment the key reaches the page until what it changed is painted.
PAINTED = """key => new Promise(resolve => {
    addEventListener('keydown', event => {
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp)));
    }, { capture: true, once: true });
})"""
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def opened(page, address):
    """Milliseconds until a page is there."""
    page.goto(address)
    return page.evaluate(LOADED)


def painted(page, key):
    """Milliseconds until what a key does is seen."""
    waiting = page.evaluate_handle(f"() => {{ globalThis.painted = ({PAINTED})(); }}")
    page.keyboard.press(key)
    milliseconds = page.evaluate("() => globalThis.painted")
    waiting.dispose()
    return milliseconds


def gone_on(page):
    """Milliseconds from a key to the next answer."""
    start = time.perf_counter()
    with page.expect_navigation():
        page.keyboard.press("n")
    return 1000 * (time.perf_counter() - start)


def report(what, milliseconds, limit):
    """Print a median beside the time it may take."""
    middle, most = statistics.median(milliseconds), max(milliseconds)
    print(f"{what:48} median {middle:6.0f} ms, longest {most:6.0f} ms; may take {limit} ms")  # noqa: T201


def main():
    """Measure on a new home."""
    with tempfile.TemporaryDirectory() as home, started_chromium() as chromium:
        settings = Settings(home=Path(home), requests_per_minute=10**9, _env_file=None)
        database = open_database(settings)
        adopt_default(database)
        ids = fill(database, ANSWERS)
        with database.writing() as session:
            users.add_user(session, "rita", role="reviewer", languages=["en"], password=None, actor="bench")
            questionnaire = session.scalar(select(Answer.questionnaire_id).where(Answer.id == ids[0]))
        with serving(create_app(settings, database)) as address:
            visits = Visits(chromium, address, database)
            page = visits("rita")
            page.goto(f"/answers/{ids[0]}")
            page.wait_for_timeout(5000)  # The model is loaded, and gives evidence.
            overview = [opened(page, f"/questionnaires/{questionnaire}") for _ in range(ROUNDS)]
            answers = [opened(page, f"/answers/{each}") for each in ids[:ROUNDS]]
            keys = [painted(page, key) for _ in range(ROUNDS) for key in KEYS]
            steps = [gone_on(page) for _ in range(ROUNDS)]
            visits.close()
        database.dispose()
    report(f"opening a questionnaire of {ANSWERS} answers", overview, 1000)
    report("opening an answer of it", answers, 1000)
    report("from a key to what it changes on the page", keys, 100)
    report("from a key to the next answer", steps, 1000)


if __name__ == "__main__":
    main()
