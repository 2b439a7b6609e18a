"""Texts that are no texts to a browser, in every place where somebody may write one, on every page."""

import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from nlp.answers import Answer
from service.intake import Questionnaire
from service.sessions import COOKIE
from service.store import users
from service.store.decisions import Wish, decide
from service.store.keys import add_key
from service.store.questionnaires import receive

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>{{7*7}} Guinea law"
IN_ADDRESS = quote(HOSTILE[:90])
PAGES = [
    "/",
    "/search?words=script",
    "/answers/1",
    "/answers/1/panel",
    "/answers/1/history",
    "/answers/1/history?at=1",
    "/questionnaires/1",
    "/questionnaires/1?print=1",
    "/second-readings",
    "/team",
    "/overview",
    "/account",
    "/admin/users",
    "/admin/users/ada",
    "/admin/keys",
    "/admin/models",
    "/admin/import",
    "/admin/audit",
]
ASKED = [
    "/",
    "/?cycle=",
    "/?state=",
    "/?order=",
    "/search?words=",
    "/search?tag=",
    "/second-readings?readers=a&readers=",
    "/overview?cycle=",
    "/overview/answers?key=",
    "/overview/figures/",
    "/admin/users/",
    "/admin/audit?who=",
    "/sign-in?next=/",
    "/sign-in/",
    "/answers/1/history?at=",
]


class Watch(HTMLParser):
    """Gathers what in a page would run, or load something from elsewhere."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        addresses = [given.get(name) or "" for name in ("href", "src", "action", "formaction")]
        if any(re.match(r"\s*(javascript:|data:|//|https?:)", each, re.IGNORECASE) for each in addresses):
            self.found.append((tag, addresses))
        if any(name.startswith("on") or name in {"style", "srcdoc"} for name in given):
            self.found.append((tag, attrs))
        own = (given.get("src") or "").startswith(("/static/", "/overview/figures/"))
        if tag in {"script", "img", "svg", "iframe", "object", "embed", "base"} and not own:
            self.found.append((tag, attrs))
        if tag == "meta" and "http-equiv" in given:
            self.found.append((tag, attrs))


@pytest.fixture
def kind():
    """SQLite alone: what is written on a page does not depend on the database."""
    return "sqlite"


@pytest.fixture
def browser(served):
    """An administrator's, where every text that others write is hostile."""
    client = served()
    del client.headers["Authorization"]
    with client.app.state.database.writing() as session:
        ada = users.add_user(session, "ada", role="admin", languages=["en"], password=None, actor=HOSTILE)
        client.cookies.set(COOKIE, users.sign_in(session, ada))
        add_key(session, HOSTILE[:100], ["intake"], expires_at=None, actor=HOSTILE)
        given = (Answer(HOSTILE, HOSTILE, HOSTILE), Answer("2", HOSTILE, HOSTILE))
        receive(
            session,
            Questionnaire(
                external_id=HOSTILE, replaces=None, state="MDG", instrument=("tip",), cycle=HOSTILE,
                language="fr", answers=given,
            ),
            HOSTILE,
        )  # fmt: skip
        add = Wish("add", "legal.drafting", "requested", note=HOSTILE)
        decide(session, 1, 0, [add, Wish("done", note=HOSTILE)], HOSTILE, may_reopen=False)
    return client


def test_nothing_that_somebody_wrote_runs_on_any_page(browser):
    shown = 0
    for address in (*PAGES, *(f"{each}{IN_ADDRESS}" for each in ASKED)):
        page = browser.get(address)
        assert page.status_code < 500, address
        watch = Watch()
        watch.feed(page.text)
        assert watch.found == [], address
        assert "{{7*7}}" in page.text or "49 Guinea" not in page.text, address
        assert "script-src 'self'" in page.headers["Content-Security-Policy"], address
        assert page.headers["Cache-Control"] == "no-store", address
        shown += "&lt;script&gt;" in page.text
    assert shown > 15


def test_an_import_shows_hostile_names_as_they_are(browser):
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/account").text)[1]
    content = b"id,text,<script>alert(8)</script>\n<b>x</b>,<script>alert(7)</script>,<img src=x>\n"
    files = {"file": ("<img src=x onerror=alert(9)>.csv", content)}
    page = browser.post("/admin/import", data={"csrf": csrf}, files=files)
    watch = Watch()
    watch.feed(page.text)
    assert (page.status_code, watch.found) == (200, [])
    assert "&lt;script&gt;alert(7)" in page.text


@pytest.mark.parametrize(
    "path", ["..%2f..%2fsettings.py", "%2e%2e/pages.py", "..%5cpages.py", "....//pages.py"]
)
def test_only_files_of_the_pages_are_static(browser, path):
    assert browser.get(f"/static/{path}").status_code == 404
