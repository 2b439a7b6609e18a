"""The whole way through the desk, in a browser on a service that runs as it does in use: by keys alone."""

import csv
import io
import re
import shutil

import pytest
from playwright.sync_api import expect

from service.settings import Settings
from service.store import users
from service.store.opening import FILE, open_database
from tests.service.review import desk_examples
from tests.service.review.browser import Visits
from tests.service.review.desk_window import Desk
from tests.service.running import running

PASSWORD = "a long enough one"
PEOPLE = {"rita": "reviewer", "sam": "reviewer", "lea": "lead"}
# A questionnaire of six answers, and how its language calls the queue, the way in, the end and what is left.
WORDS = {
    "en": ("GHA-firearms-2", "Queue", "Begin", "Done", "5 answers are not done."),
    "fr": (
        "2008-MDG-tip-2",
        "File d'attente",
        "Commencer",
        "Terminé",
        "5 réponses ne sont pas terminées.",
    ),
    "es": (
        "GTM-som-2",
        "Lista de trabajo",
        "Comenzar",
        "Terminada",
        "5 respuestas no están terminadas.",
    ),
}


@pytest.fixture(scope="module")
def served(sqlite_template, small_model_folder, tmp_path_factory):
    """A service with the examples and a questionnaire whose tags a test knows; gives it with its database."""
    home = tmp_path_factory.mktemp("walk") / "home"
    (home / "models").mkdir(parents=True, mode=0o700)
    (home / "models" / "small").symlink_to(small_model_folder)
    shutil.copy(sqlite_template, home / FILE)
    database = open_database(Settings(home=home, database_url=None, _env_file=None))
    desk_examples.fill(database, answers=2)
    with database.writing() as session:
        for name, role in PEOPLE.items():
            spoken = ["en", "fr", "es"]
            users.add_user(session, name, role=role, languages=spoken, password=PASSWORD, actor="test")
    with running(home) as service:
        yield service, database
    database.dispose()


@pytest.fixture
def enter(chromium, served):
    """Opens a window for somebody who signs in there."""
    service, database = served
    visits = Visits(chromium, service.url, database)
    # What the cut connection leaves in the console.
    visits.expect("ERR_INTERNET_DISCONNECTED")

    def begin(name, lang="en"):
        page = visits(None, lang=lang)
        page.goto("/")
        page.locator("[name=name]").fill(name)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name=name)).to_be_attached()
        return page

    yield begin
    visits.close()


def press(page, role, name):
    """Press a button or follow a link by the Enter key."""
    page.get_by_role(role, name=name, exact=True).press("Enter")


def find_and_open(page):
    """Filter the queue, and open the first answer of what is found."""
    page.get_by_role("combobox", name="State", exact=True).focus()
    page.keyboard.type("Togo")
    press(page, "button", "Show")
    page.wait_for_url("**/?state=TGO*")
    expect(page.get_by_text("1 questionnaire", exact=True)).to_be_visible()
    press(page, "link", "Togo")
    press(page, "link", "Begin")
    page.wait_for_url("**/answers/*")


def decide_in_every_way(desk):
    """Accept, reject, add a sub-type, change a stance, undo; and accept once more without a connection."""
    desk.expect_focus("data", "received")
    desk.press("a", "r")
    desk.expect_saved("accept data received", "reject data.database received")
    desk.press("t")
    desk.page.keyboard.type("drafting")
    desk.press("Enter")
    desk.expect_focus("legal.drafting")
    desk.chip("training").focus()
    desk.press("c", "ArrowDown", "Enter")
    said = [
        "accept data received",
        "reject data.database received",
        "add legal.drafting requested",
        "restance training requested offered",
    ]
    desk.expect_saved(*said)
    desk.press("u")
    desk.expect_saved(*said, "undo")
    desk.expect_status("training", "open")
    desk.page.context.set_offline(True)
    desk.chip("untoc", "").focus()
    desk.press("a")
    expect(desk.page.locator("#unsent")).to_contain_text("Not sent yet: ✓ ")
    desk.page.context.set_offline(False)
    desk.expect_saved(*said, "undo", "accept untoc")


def finish(page, database):
    """Say of the open answer that it is done, and of the last one too."""
    first = page.url
    page.keyboard.press("d")
    page.wait_for_url(lambda url: "/answers/" in url and url != first)
    Desk(page, database).press("s", "d")
    page.wait_for_url("**/questionnaires/*")
    expect(page.get_by_text("All 2 answers are done.")).to_be_visible()


def ask_for_second_readings(page):
    press(page, "link", "Second readings")
    page.get_by_label("Share of the reviewed answers, in %").fill("100")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 answers were chosen for a second reading.")).to_be_visible()


def read_again(page, database):
    """Read both answers without seeing anything of the first reading."""
    press(page, "link", "Second readings")
    press(page, "button", "Read the next answer")
    page.wait_for_url("**/second-readings/*")
    desk = Desk(page, database)
    desk.expect_status("data", "open", "received")
    expect(desk.chip("legal.drafting")).to_have_count(0)
    desk.press("s", "d")
    following = page.get_by_role("button", name="Read the next answer")
    expect(following).to_be_focused()
    following.press("Enter")
    page.wait_for_url("**/second-readings/*")
    Desk(page, database).press("s", "d")
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def settle(page):
    """Take all on which the readers differ."""
    page.reload()
    page.get_by_role("link", name=re.compile("Answer q0")).press("Enter")
    page.wait_for_url("**/settle")
    for choice in page.get_by_role("radio", name="take it").all():
        choice.press("Space")
    press(page, "button", "Save: settled")
    expect(page.get_by_text("No two readers disagree on anything that is not settled.")).to_be_visible()


def export(page):
    """Search, and fetch what was found; gives its rows."""
    press(page, "link", "Search")
    page.get_by_label("Words in the answer").fill("special investigative")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 answers found")).to_be_visible()
    with page.expect_download() as download:
        press(page, "link", "Tags, one a row, as CSV")
    text = download.value.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_from_signing_in_to_the_export(enter, served):
    _, database = served
    reviewer, lead, second = enter("rita"), enter("lea"), enter("sam")
    find_and_open(reviewer)
    decide_in_every_way(Desk(reviewer, database))
    finish(reviewer, database)
    ask_for_second_readings(lead)
    read_again(second, database)
    settle(lead)
    taken = {row["code"] for row in export(reviewer) if row["taken"] == "yes"}
    # What the first reader left out and the second did not take either is missing: data.database.
    assert taken == {"data", "legal", "legal.drafting", "training", "training.criminal-justice", "untoc"}


@pytest.mark.parametrize("lang", WORDS)
def test_an_answer_is_finished_in_each_language(enter, served, lang):
    questionnaire, queue, go_on, done, left = WORDS[lang]
    page = enter("rita", lang)
    expect(page.get_by_role("heading", level=1)).to_have_text(queue)
    page.get_by_role("row").filter(has_text=questionnaire).get_by_role("link").press("Enter")
    press(page, "link", go_on)
    page.wait_for_url("**/answers/*")
    expect(page.get_by_role("button", name=done, exact=True)).to_be_visible()
    desk = Desk(page, served[1])
    first = page.url
    desk.press("0")
    page.wait_for_url(lambda url: "/answers/" in url and url != first)
    page.locator(".where a").press("Enter")
    expect(page.get_by_text(left)).to_be_visible()
