"""Makes the screenshots of the pages, with the examples reviewed: python -m docs.make_screenshots."""

import datetime as dt
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import event, select

from nlp.errors import NeedtagError
from service.api.app import create_app
from service.intake import read_questionnaires
from service.modelling import adopt_default
from service.settings import Settings
from service.store import second_readings, users
from service.store.answers import AnswerFilter
from service.store.database import Database
from service.store.decisions import Wish, decide, version_of
from service.store.opening import open_database
from service.store.questionnaires import receive
from service.store.records import answer_records
from service.store.tables import Answer, Decision, Questionnaire
from service.worker import Worker
from tests.service.review.browser import NARROW, WIDE, Visits, serving, started_chromium

ROOT = Path(__file__).parent.parent
FILES = (
    "madagascar-tip-2008.json",
    "ghana-firearms-2010.jsonl",
    "guatemala-migrantes-2012.csv",
    "asia-pacific-2013.xlsx",
    "tchad-convention-2009.docx",
)
COLOURS = 128
FIRST, OTHER, SECOND, LEAD = "reviewer", "colleague", "second-reader", "lead"


def main() -> None:
    """Fill a database, and take each page at both widths."""
    with tempfile.TemporaryDirectory() as home, started_chromium() as chromium:
        settings = Settings(home=Path(home), requests_per_minute=10**9, _env_file=None)
        database = open_database(settings)
        addresses = fill(database, settings)
        with serving(create_app(settings, database)) as address:
            visits = Visits(chromium, address, database)
            for name, (person, path) in addresses.items():
                for size in (WIDE, NARROW):
                    page = visits(person, size=size, color_scheme="light", has_touch=size == NARROW)
                    page.goto(path)
                    save(page, ROOT / "docs" / f"{name}-{size['width']}.png")
            visits.close()
        database.dispose()


def save(page: Page, path: Path) -> None:
    """Take what the window shows, in as few colours as do."""
    # The words that a tag rests on come a moment after the page.
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def fill(database: Database, settings: Settings) -> dict[str, tuple[str, str]]:
    """Receive, tag and review the examples; gives for each picture whose page it shows, and which."""
    adopt_default(database)
    with database.writing() as session:
        for name, role in {FIRST: "reviewer", OTHER: "reviewer", SECOND: "reviewer", LEAD: "lead"}.items():
            spoken = ["en", "fr", "es"]
            users.add_user(session, name, role=role, languages=spoken, password=None, actor=LEAD)
        for file in FILES:
            for each in read_questionnaires(ROOT / "examples" / file):
                if isinstance(each, NeedtagError):
                    raise each
                receive(session, each, LEAD)
    worker = Worker(database, settings)
    while worker.work_once():
        pass
    ghana, reviewed = answers_of(database, "GHA"), answers_of(database, "MDG")
    for place, answer in enumerate(reviewed + ghana[:-3]):
        read(database, answer, (FIRST, OTHER)[place % 2], reading=1)
    disputed = read_again(database)
    return {
        "queue": (FIRST, "/"),
        "desk": (FIRST, f"/answers/{ghana[-3]}"),
        "adjudication": (LEAD, f"/second-readings/{disputed}/settle"),
        "team": (LEAD, "/team"),
    }


def answers_of(database: Database, state: str) -> list[int]:
    """Find the answers of a State, in order."""
    found = select(Answer.id).join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
    with database.reading() as session:
        return list(session.scalars(found.where(Questionnaire.state == state).order_by(Answer.id)))


def read(database: Database, answer: int, person: str, reading: int) -> None:
    """Let somebody review an answer: the first reader takes all that is likely, the second what is sure."""
    taken = {"safe", "suggest"} if reading == 1 else {"safe"}
    with database.writing() as session:
        tags = answer_records(session, [answer])[0]["tags"]
        wishes = [
            Wish("accept" if tag["band"] in taken else "reject", code=tag["code"], stance=tag["stance"] or "")
            for tag in tags
        ]
        if reading == 2:
            note = "The staff who come later are to be trained too."
            wishes.append(Wish("add", code="training.law-enforcement", stance="requested", note=note))
        version = version_of(session, answer, reading)
        decide(session, answer, version, [*wishes, Wish("done")], person, may_reopen=False, reading=reading)


@event.listens_for(Decision, "before_insert")
def take_time(_mapper: object, _connection: object, decision: Decision) -> None:
    """Let made-up readers take the time that people do: nobody decides everything in one moment."""
    decision.at += decision.number * dt.timedelta(seconds=5 + decision.answer_id % 7)


def read_again(database: Database) -> int:
    """Let answers be read a second time; gives the one on which the readers differ most."""
    with database.writing() as session:
        second_readings.ask(session, AnswerFilter(), 0.8, LEAD, seed=1)
        reader = users.get_user(session, SECOND)
        waiting = [each.answer_id for each in second_readings.waiting_for(session, reader)]
    for answer in waiting:
        with database.writing() as session:
            second_readings.begin(session, answer, SECOND)
        read(database, answer, SECOND, reading=2)
    with database.reading() as session:
        pairs = second_readings.pairs(session)
    return max(pairs, key=lambda pair: len(pair.disputed)).reading.answer_id


if __name__ == "__main__":
    main()
