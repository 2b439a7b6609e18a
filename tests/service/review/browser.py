"""A real browser on pages that are really served."""

import os
import re
import shutil
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect, sync_playwright

from service.sessions import COOKIE
from service.store import users

# A busy machine is no fault.
WAIT_SECONDS = 20
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LOOKS = {"light": WIDE, "dark": NARROW}
RUN_AXE = """async () => {
    const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await axe.run({ runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""
expect.set_options(timeout=WAIT_SECONDS * 1000)


@contextmanager
def serving(app):
    """Serve an application on a free port; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def started_chromium():
    """Start the system's Chromium; without one a test is skipped, but not in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium is here")
    with sync_playwright() as playwright:
        # In a container it runs as root, where it has no sandbox.
        yield playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])


class Visits:
    """People's browser windows; `troubles` are what they wrote to the console and nobody expected."""

    def __init__(self, chromium, address, database):
        self.chromium = chromium
        self.address = address
        self.database = database
        self.expected = []
        self.troubles = []
        self._contexts = ExitStack()

    def __call__(self, name, *, lang="en", size=WIDE, **options):
        """Open a window for somebody who has an account, signed in; for a stranger without a name."""
        context = self.chromium.new_context(base_url=self.address, locale=lang, viewport=size, **options)
        self._contexts.callback(context.close)
        context.set_default_timeout(WAIT_SECONDS * 1000)
        context.on("console", lambda message: self._hear(message.type, message.text))
        context.on("weberror", lambda error: self._hear("error", str(error.error)))
        if name:
            with self.database.writing() as session:
                token = users.sign_in(session, users.get_user(session, name))
            host = urlsplit(self.address).hostname
            context.add_cookies([{"name": COOKIE, "value": token, "domain": host, "path": "/"}])
        return context.new_page()

    def _hear(self, kind, text):
        if kind in {"error", "warning"}:
            self.troubles.append(text)

    def expect(self, pattern):
        """Say that the console may show this."""
        self.expected.append(pattern)

    def close(self):
        self._contexts.close()
        found = [each for each in self.troubles if not any(re.search(known, each) for known in self.expected)]
        assert found == []


@pytest.fixture(scope="module")
def chromium():
    """The browser, one for a module's tests."""
    with started_chromium() as browser:
        yield browser


@pytest.fixture
def visit(chromium, app, database):
    """Opens windows on the pages; the test fails if one of them shows an error in its console."""
    with serving(app) as address:
        visits = Visits(chromium, address, database)
        yield visits
        visits.close()


@pytest.fixture
def add_person(database):
    """Makes an account."""

    def add(name, role="reviewer", languages=("en", "fr", "es"), password=None):
        with database.writing() as session:
            users.add_user(
                session, name, role=role, languages=list(languages), password=password, actor="test"
            )

    return add


def until(page, condition):
    """Wait for what the page cannot be asked to wait for; its policy for scripts forbids the usual way."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def violations(page):
    """What axe-core finds wrong with a page as it stands, wide in light and narrow in dark, a line each."""
    page.evaluate(f"() => {{ if (globalThis.axe) return; {AXE_SCRIPT} }}")
    found = []
    for scheme, size in LOOKS.items():
        page.emulate_media(color_scheme=scheme)
        # What sticks to the edge of a low window hides nothing for good.
        page.set_viewport_size(size | {"height": 2000})
        found += [f"{scheme}: {each}" for each in page.evaluate(RUN_AXE)]
    return found
