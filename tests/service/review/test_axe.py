"""What axe-core finds on every page and in every state that a page can be in: nothing, in light and dark."""

import pytest
from playwright.sync_api import expect

from service.store import holds, second_readings, users
from tests.service.review import desk_examples
from tests.service.review.browser import WIDE, violations

TRAINING = {"code": "training", "stance": "requested"}
SUBTYPE = {"code": "training.criminal-justice", "stance": "requested"}
DATA = {"code": "data", "stance": "received"}
LAW = {"code": "legal.drafting", "stance": "offered", "note": "The law is offered."}
FILE = "id,question,answer\n1,Needs?,Kenya needs judges.\n2,,\n"


@pytest.fixture
def look(visit):
    """Opens somebody's window and gives a function that looks at a page there: at an address, or as it is."""
    # Addresses that are wrong on purpose, and a connection that is cut.
    visit.expect("status of 4|ERR_INTERNET_DISCONNECTED")
    found = {}

    def begin(name, **options):
        # axe-core is no script of ours.
        page = visit(name, bypass_csp=True, **options)

        def look_at(what):
            if what.startswith("/"):
                page.goto(what)
            found[what] = violations(page)
            width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if width > 0:
                found[what].append(f"{width} px are cut off at the side")
            page.set_viewport_size(WIDE)

        return page, look_at

    yield begin
    assert {what: lines for what, lines in found.items() if lines} == {}


@pytest.fixture
def answers(database):
    """Those of a questionnaire with every kind of tag."""
    return desk_examples.fill(database)


@pytest.fixture
def read_twice(answers, database, decided, add_person):
    """All answers reviewed by rita; sam has read the first a second time, and the second is begun."""
    states = ("state-remove", {"state": "GHA"}), ("state-add", {"state": "KEN"})
    for each in answers:
        decided(each, ("accept", TRAINING), ("accept", SUBTYPE), ("undo", {"undoes": 2}), *states, "done")
    add_person("sam")
    with database.writing() as session:
        sam = users.get_user(session, "sam")
        second_readings.ask(session, second_readings.AnswerFilter(), 1, "lea", seed=1)
        first = second_readings.next_for(session, sam).answer_id
    decided(first, ("accept", TRAINING), ("add", LAW), "done", person="sam", reading=2)
    with database.writing() as session:
        second = second_readings.next_for(session, users.get_user(session, "sam")).answer_id
    return first, second


def test_signing_in(look, database, add_person):
    add_person("rita")
    with database.writing() as session:
        token = users.make_link(session, users.get_user(session, "rita"), actor="ada")
    page, look_at = look(None)
    look_at("/sign-in")
    page.get_by_label("Name").fill("rita")
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look_at("a wrong password")
    look_at(f"/sign-in/{token}")
    page.get_by_role("button", name="Sign in").click()
    look_at("/account")
    page.get_by_label("New password").evaluate("field => { field.value = 'short'; field.form.submit(); }")
    expect(page.get_by_role("alert")).to_be_visible()
    look_at("a password too short")


def test_finding_answers(look, add_person, questionnaires):
    add_person("rita", languages=["es"])
    page, look_at = look("rita")
    here = questionnaires["MDG tip"]
    for address in (
        *("/", "/?mine=1", "/?status=nonsense", "/?status=reviewed"),
        *("/search", "/search?words=a", "/search?words=nowhere", "/search?tag=nonsense"),
        *(f"/questionnaires/{here}", f"/questionnaires/{here}?print=1", "/questionnaires/999999"),
        *("/admin/users", "/second-readings", "/team", "/overview"),
    ):
        look_at(address)
    page.goto("/")
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    look_at("all unfolded")


def test_nothing_left(look, database, add_person, questionnaires):
    with database.writing() as session:
        for each in questionnaires.values():
            holds.hold(session, each, "carla")
    add_person("rita")
    page, look_at = look("rita")
    page.goto("/")
    page.get_by_role("button", name="Next for me").click()
    expect(page.get_by_role("heading", name="Nothing is left for you")).to_be_visible()
    look_at("nothing left")


def test_the_desk(look, answers, decided, add_person):
    here = answers[-1]
    add_person("rita")
    note = "note", {"note": "See the annex."}
    decided(here, ("accept", DATA), ("reject", {"code": "untoc"}), note, person="carla")
    page, look_at = look("rita")
    look_at(f"/answers/{here}")
    for key in "ti?":
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        look_at(f"the dialog of {key}")
        page.keyboard.press("Escape")
    page.keyboard.press("0")
    expect(page.get_by_role("alertdialog")).to_be_visible()
    look_at("the question before tags are rejected")
    page.keyboard.press("Escape")
    decided(here, "done", person="carla")
    page.keyboard.press("r")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("Done by carla")).to_be_visible()
    look_at("done, and something refused")
    page.goto(f"/answers/{answers[0]}")
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator("#unsent")).to_be_visible()
    look_at("something unsent")
    page.context.set_offline(False)
    expect(page.locator("#unsent")).to_be_hidden()


def test_two_readers(look, read_twice, add_person):
    first, second = read_twice
    _, look_at = look("sam")
    look_at("/second-readings")
    look_at(f"/second-readings/{second}")
    add_person("lea", role="lead")
    lead, look_at = look("lea")
    look_at("/second-readings?asked=2")
    look_at("/second-readings?readers=rita&readers=sam")
    lead.get_by_label("Share of the reviewed answers, in %").fill("many")
    lead.keyboard.press("Enter")
    expect(lead.get_by_role("alert")).to_be_visible()
    look_at("a share that cannot be")
    settle = f"/second-readings/{first}/settle"
    look_at(settle)
    lead.locator("form.settling").evaluate("form => { form[0].elements[0].checked = true; form.submit(); }")
    expect(lead.get_by_role("alert")).to_be_visible()
    look_at("a choice left out")
    for choice in lead.get_by_role("radio", name="take it").all():
        choice.check()
    lead.get_by_role("button", name="Save: settled").click()
    lead.wait_for_url("**/second-readings*")
    look_at(f"{settle}?settled")
    for address in (f"/answers/{first}/history", f"/answers/{first}/history?at=4&reading=2", "/team"):
        look_at(address)
    lead.goto(f"/answers/{first}")
    lead.get_by_role("link", name="Togo").click()
    look_at("a questionnaire that is reviewed")


def test_administration(look, database, add_person):
    add_person("ada", role="admin")
    page, look_at = look("ada")
    look_at("/admin/users")
    page.get_by_label("Name").fill("rita")
    page.get_by_role("button", name="Add, and show a link to sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at("a person without a language")
    page.get_by_label("Name").fill("rita")
    page.get_by_role("checkbox", name="Français").check()
    page.get_by_role("button", name="Add, and show a link to sign in").click()
    expect(page.get_by_label("Link to sign in")).to_be_visible()
    look_at("a link to sign in")
    look_at("/admin/keys")
    page.get_by_label("Who is to have the key").fill("statistics")
    page.get_by_label("Read answers and exports").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("Key", exact=True)).to_be_visible()
    look_at("a key")
    look_at("/admin/models")
    look_at("/admin/models/1")
    look_at("/admin/import")
    page.get_by_label("File with questionnaires").set_input_files(
        {"name": "kenya.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    page.get_by_role("button", name="Show what is understood").click()
    page.wait_for_load_state()
    look_at("the preview of a file")
    page.get_by_role("button", name="Store", exact=True).click()
    page.wait_for_load_state()
    look_at("what was stored")
    look_at("/admin/audit")
