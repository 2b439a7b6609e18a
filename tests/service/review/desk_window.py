"""The desk as a person works with it in a browser, beside what is written of it."""

from playwright.sync_api import expect

from service.store import second_readings
from tests.service.review.browser import until

DECISIONS = "**/v1/answers/*/decisions"


class Desk:
    """An answer on the desk in somebody's window: opened there, or the one that is open."""

    def __init__(self, page, database, answer_id=None):
        self.page = page
        self.database = database
        if answer_id:
            self.open(answer_id)
        else:
            # Its script puts the focus somewhere once it is there.
            page.wait_for_selector("#panel :focus")
            self.answer_id = int(page.locator("#desk").get_attribute("data-answer"))

    def open(self, answer_id):
        self.answer_id = answer_id
        self.page.goto(f"/answers/{answer_id}")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def chip(self, code, stance="requested"):
        return self.page.locator(f'.chip[data-code="{code}"][data-stance="{stance}"]')

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def expect_focus(self, code, stance="requested"):
        expect(self.chip(code, stance)).to_be_focused()

    def expect_status(self, code, status, stance="requested"):
        expect(self.chip(code, stance)).to_have_attribute("data-status", status)

    def expect_saved(self, *decisions):
        """Wait until these decisions are written, and the page knows."""
        expect(self.page.locator("#panel")).to_have_attribute("data-version", str(len(decisions)))
        expect(self.page.locator("#unsent")).to_be_hidden()
        assert self.written() == list(decisions)

    def hold_sending(self):
        return Held(self.page)

    def written(self):
        with self.database.reading() as session:
            return [_in_words(each) for each in second_readings.decisions_of(session, self.answer_id)]


class Held:
    """Decisions on their way, which the service gets only when they are let go."""

    def __init__(self, page):
        self.page = page
        self.routes = []
        self.open = False
        page.route(DECISIONS, self._hold)

    def _hold(self, route):
        if self.open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self):
        until(self.page, lambda: self.routes)
        self.open = True
        for route in self.routes:
            route.continue_()


def _in_words(decision):
    about = (decision.code, decision.stance, decision.new_stance, decision.state, decision.undoes and "")
    return " ".join([decision.act, *(each for each in about if each)])
