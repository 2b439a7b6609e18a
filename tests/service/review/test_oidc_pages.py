"""Signing in by OpenID Connect, over real HTTP: who comes in, who does not, and what the pages say."""

import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import httpx
import lxml.html
import pytest
from playwright.sync_api import expect
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient

from service import oidc
from service.api.app import create_app
from service.api.limits import FAILURES
from service.sessions import COOKIE
from service.store import users
from service.store.tables import Audit
from tests.service.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Provider,
    running_mock,
    unsigned,
)
from tests.service.review.browser import Visits, serving

RITA = "rita@office.example"
PASSWORD = "four words that join"
FLOW = "needtag_oidc"
BEGIN, CALLBACK = "/sign-in/oidc/begin", "/sign-in/oidc/callback"


@pytest.fixture(scope="module")
def mock():
    """The issuer of a provider from elsewhere that knows Rita, and Sam whose address is not verified."""
    people = [
        {"sub": "rita", "email": RITA, "email_verified": True},
        {"sub": "sam", "email": "sam@office.example", "email_verified": False},
    ]
    with running_mock(*people) as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def _rita(database):
    """Her account, which has no password."""
    with database.writing() as session:
        users.add_user(session, RITA, role="lead", languages=["en"], password=None, actor="test")


@pytest.fixture
def with_oidc(settings):
    """Settings that name a provider."""

    def make(issuer, **more):
        named = {
            "oidc_issuer": issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(CLIENT_SECRET),
            "oidc_name": "Office",
            "base_url": "https://needtag.example",
        }
        return settings.model_copy(update=named | more)

    return make


@pytest.fixture
def needtag(with_oidc, database):
    """Serves needtag with a provider; gives its address."""

    @contextmanager
    def serve(issuer, **more):
        apps = []

        async def app(scope, receive, send):
            await apps[0](scope, receive, send)

        # Its own address is one of its settings, and is known only when it is served.
        with serving(app) as address:
            apps.append(create_app(with_oidc(issuer, base_url=address, **more), database))
            yield address

    return serve


@pytest.fixture
def browse(needtag):
    """Opens a browser on needtag with a provider."""

    @contextmanager
    def begin(issuer, lang="en", **more):
        with (
            needtag(issuer, **more) as address,
            httpx.Client(
                base_url=address, trust_env=False, timeout=60, headers={"Accept-Language": lang}
            ) as browser,
        ):
            yield browser

    return begin


@pytest.fixture
def browser(browse, provider):
    """A browser on needtag with the provider of our own."""
    with browse(provider.issuer) as opened:
        yield opened


def depart(browser, **query):
    """Set out; gives where needtag sends the browser."""
    answer = browser.get(BEGIN, params=query)
    assert answer.status_code == 303
    return answer.headers["location"]


def at_provider(browser, **query):
    """Set out, and be let in there; gives where the provider sends the browser."""
    return browser.get(depart(browser, **query)).headers["location"]


def come_in(browser, **query):
    """Go the whole way; gives what needtag answers at its end."""
    return browser.get(at_provider(browser, **query))


def is_signed_in(browser):
    return browser.get("/account").status_code == 200


def problem_of(answer):
    return lxml.html.fromstring(answer.text).xpath("string(//*[@role='alert'])")


def assert_refused(browser, answer, status, words):
    assert (answer.status_code, COOKIE in answer.cookies) == (status, False)
    assert words in problem_of(answer)
    assert not is_signed_in(browser)
    # The form for name and password is there, and another attempt begins anew.
    assert lxml.html.fromstring(answer.text).xpath("//input[@name='password']")
    assert FLOW not in browser.cookies


def audited(database):
    with database.reading() as session:
        return [(each.actor, each.action) for each in session.scalars(select(Audit).order_by(Audit.id))]


class TestWhoMayComeIn:
    def test_begins_a_session_where_one_was_going(self, browser, database):
        asked = browser.get("/search?words=a b&tag=legal")
        page = lxml.html.fromstring(browser.get(asked.headers["location"]).text)
        (button,) = page.xpath("//a[normalize-space()='Sign in with Office']/@href")
        back = browser.get(browser.get(browser.get(button).headers["location"]).headers["location"])
        assert (back.status_code, back.headers["location"]) == (303, "/search?words=a%20b&tag=legal")
        assert is_signed_in(browser)
        assert FLOW not in browser.cookies
        assert audited(database)[-1] == (RITA, "sign in")

    def test_has_the_role_that_needtag_gave(self, browser, provider):
        provider.claims |= {"role": "admin", "roles": ["admin"], "groups": ["admin"]}
        come_in(browser)
        assert browser.get("/second-readings").status_code == 200
        assert browser.get("/admin/users").status_code == 403

    def test_goes_out_again_by_signing_out(self, browser):
        come_in(browser)
        token = browser.cookies[COOKIE]
        csrf = re.search(r'name="csrf" content="([^"]+)"', browser.get("/account").text)[1]
        browser.post("/sign-out", data={"csrf": csrf})
        browser.cookies.set(COOKIE, token)
        assert not is_signed_in(browser)

    def test_may_write_the_address_in_capitals(self, browser, provider):
        provider.claims["email"] = "Rita@Office.Example"
        assert come_in(browser).status_code == 303

    def test_may_be_known_by_another_claim(self, browse, provider):
        provider.claims = {"preferred_username": RITA}
        with browse(provider.issuer, oidc_claim="preferred_username") as browser:
            assert come_in(browser).status_code == 303

    def test_is_sent_nowhere_else(self, browser):
        assert come_in(browser, next="/answers/3").headers["location"] == "/answers/3"
        # The browser would drop so long a cookie as the last one would need.
        for wanted in (
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            f"/search?words={'é' * 1900}",
        ):
            assert come_in(browser, next=wanted).headers["location"] == "/"

    def test_is_sent_nowhere_else_by_a_cookie_that_was_changed(self, browser):
        back = at_provider(browser)
        kept = browser.cookies[FLOW].strip('"')
        browser.cookies.clear()
        browser.cookies.set(FLOW, kept.replace("next=%2F", "next=%2F%2Fevil.example"))
        assert browser.get(back).headers["location"] == "/"


class TestProviderFromElsewhere:
    def test_lets_in(self, browse, mock):
        with browse(mock) as browser:
            back = browser.post(depart(browser), data={"sub": "rita"}).headers["location"]
            assert browser.get(back).headers["location"] == "/"
            assert is_signed_in(browser)

    def test_has_not_verified_an_address(self, browse, mock, database):
        with database.writing() as session:
            users.add_user(
                session, "sam@office.example", role="reader", languages=["en"], password=None, actor="test"
            )
        with browse(mock) as browser:
            back = browser.post(depart(browser), data={"sub": "sam"}).headers["location"]
            assert_refused(browser, browser.get(back), 401, "Your e-mail address is not verified at Office.")

    def test_did_not_let_in(self, browse, mock):
        with browse(mock) as browser:
            back = browser.post(depart(browser), data={"action": "deny"}).headers["location"]
            assert "error=access_denied" in back
            # It forgets the state, without which nothing is believed.
            assert_refused(browser, browser.get(back), 401, "Office did not confirm who you are.")

    def test_in_a_real_browser(self, needtag, mock, chromium, database):
        with needtag(mock) as address:
            visits = Visits(chromium, address, database)
            # The provider's own page fetches its style sheet from elsewhere.
            visits.expect("Failed to load resource")
            page = visits(None, lang="fr")
            page.goto("/team")
            page.get_by_role("link", name="Se connecter avec Office").press("Enter")
            page.get_by_role("button", name="rita").click()
            page.wait_for_url("**/team")
            expect(page.get_by_role("link", name=RITA)).to_be_attached()
            kept = {each["name"] for each in page.context.cookies(address)}
            assert COOKIE in kept
            assert FLOW not in kept
            visits.close()


class TestWhatIsNotBelieved:
    @pytest.mark.parametrize("state", ["", "&state=wrong"])
    def test_another_state(self, browser, provider, state):
        back = re.sub("&state=.*", state, at_provider(browser))
        assert_refused(browser, browser.get(back), 401, "Office did not confirm who you are.")
        assert provider.token_requests == 0

    @pytest.mark.parametrize("cookie", [None, "state=a&nonce=b"])
    def test_a_browser_that_did_not_set_out(self, browser, provider, cookie):
        back = at_provider(browser)
        browser.cookies.clear()
        if cookie is not None:
            browser.cookies.set(FLOW, cookie)
        answer = browser.get(back)
        assert (answer.status_code, provider.token_requests) == (400, 0)
        assert "This was not begun in this browser" in problem_of(answer)
        assert not is_signed_in(browser)

    def test_a_code_that_was_used(self, browser):
        back = at_provider(browser)
        kept = browser.cookies[FLOW]
        assert browser.get(back).status_code == 303
        browser.cookies.clear()
        browser.cookies.set(FLOW, kept)
        answer = browser.get(back)
        browser.cookies.delete(FLOW)
        assert_refused(browser, answer, 401, "Office did not confirm who you are.")

    def test_a_code_of_another_way(self, browser):
        """One that somebody put in, as their own state is known to them: its challenge is another's."""
        foreign = dict(parse_qsl(urlsplit(at_provider(browser)).query))["code"]
        back = re.sub("code=[^&]*", f"code={foreign}", at_provider(browser))
        assert_refused(browser, browser.get(back), 401, "Office did not confirm who you are.")

    def test_an_id_token_that_the_provider_did_not_sign(self, browser, provider):
        provider.sign = unsigned
        assert_refused(browser, come_in(browser), 401, "Office did not confirm who you are.")

    @pytest.mark.parametrize("disabled", [False, True])
    def test_somebody_who_has_no_account_or_may_not_come_in(self, browser, provider, database, disabled):
        if disabled:
            with database.writing() as session:
                users.disable_user(session, users.get_user(session, RITA), actor="test")
        name = RITA if disabled else "eve@office.example"
        provider.claims["email"] = name
        before = audited(database)
        answer = come_in(browser, next="/search?words=a")
        assert_refused(browser, answer, 401, f"Nobody with the name {name} may sign in here.")
        # Signed in by a password, one still comes where one was going.
        assert 'name="next" value="/search?words=a"' in answer.text
        assert audited(database) == before
        with database.reading() as session:
            assert [each.name for each in users.list_users(session)] == [RITA]

    def test_counts_as_a_wrong_password(self, browser, provider):
        provider.claims = {}
        statuses = [come_in(browser).status_code for _ in range(FAILURES)]
        assert set(statuses) == {401}
        assert browser.get("/sign-in").status_code == 429


class TestProviderThatFails:
    def test_is_said_to_and_a_password_still_signs_in(self, browse, database, provider):
        with database.writing() as session:
            users.add_user(session, "sam", role="reader", languages=["en"], password=PASSWORD, actor="test")
        with socket.create_server(("127.0.0.1", 0)) as closed:
            issuer = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with browse(issuer) as browser:
            answer = browser.get(BEGIN, params={"next": "/search?words=a"})
            assert_refused(browser, answer, 503, "Office does not answer now.")
            entered = browser.post(
                "/sign-in", data={"name": "sam", "password": PASSWORD, "next": "/search?words=a"}
            )
            assert (entered.status_code, entered.headers["location"]) == (303, "/search?words=a")
            assert is_signed_in(browser)

    def test_in_the_midst_of_it(self, browse):
        started = Provider()
        with started.running():
            issuer = started.issuer
            with browse(issuer) as browser:
                back = at_provider(browser)
                started.publish = lambda _: 1 / 0
                assert_refused(browser, browser.get(back), 503, "Office does not answer now.")

    def test_holds_up_nobody_else(self, browse, monkeypatch):
        many = 50  # more than there are threads
        monkeypatch.setattr(oidc, "_SECONDS", 60)
        with (
            ThreadPoolExecutor(many) as pool,
            socket.create_server(("127.0.0.1", 0), backlog=many) as silent,
            browse(f"http://127.0.0.1:{silent.getsockname()[1]}") as browser,
        ):
            waiting = [pool.submit(browser.get, BEGIN) for _ in range(many)]
            connections = [silent.accept()[0] for _ in range(many)]
            assert browser.get("/sign-in").status_code == 200
            for each in connections:
                each.close()
            assert {each.result().status_code for each in waiting} == {503}


class TestTheWay:
    def test_leads_back_to_the_address_that_is_set_whatever_the_request_says(self, browser):
        headers = {
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
            "Forwarded": "host=evil.example",
        }
        sent = browser.get(BEGIN, headers=headers).headers["location"]
        query = dict(parse_qsl(urlsplit(sent).query))
        assert query["redirect_uri"] == str(browser.base_url.join(CALLBACK))
        assert {"state", "nonce", "code_challenge"} <= set(query)
        assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")

    def test_is_another_each_time(self, browser):
        ways = [dict(parse_qsl(urlsplit(depart(browser)).query)) for _ in range(2)]
        for name in ("state", "nonce", "code_challenge"):
            assert ways[0][name] != ways[1][name]
            assert len(ways[0][name]) >= 20

    def test_is_kept_in_a_cookie_that_nobody_else_can_read_or_set(self, with_oidc, database, provider):
        for scheme, name in (("http", FLOW), ("https", f"__Host-{FLOW}")):
            settings = with_oidc(provider.issuer, base_url=f"{scheme}://needtag.example")
            with TestClient(
                create_app(settings, database), base_url=f"{scheme}://needtag.example"
            ) as browser:
                answer = browser.get(BEGIN, follow_redirects=False)
                kept, *parts = (each.strip().lower() for each in answer.headers["set-cookie"].split(";"))
                assert kept.startswith(f"{name.lower()}=")
                assert {"httponly", "samesite=lax", "path=/", "max-age=600"} <= set(parts)
                assert ("secure" in parts) is (scheme == "https")
                assert not any(each.startswith("domain") for each in parts)
                back = browser.get(CALLBACK, follow_redirects=False)
                assert "max-age=0" in back.headers["set-cookie"].lower()
                assert name not in browser.cookies

    def test_leaves_no_secret_in_the_log(self, browser, provider, caplog):
        with caplog.at_level("DEBUG", "service"):
            back = at_provider(browser)
            kept = dict(parse_qsl(browser.cookies[FLOW].strip('"')))
            come_in(browser)
            provider.spoil = lambda claims: claims | {"nonce": "another"}
            come_in(browser)
        logged = " ".join(
            str(vars(each)) for each in caplog.records if each.levelno >= 30 or "service" in each.name
        )
        assert CALLBACK in logged
        assert "'fault': 'InvalidClaimError: nonce'" in logged
        query = dict(parse_qsl(urlsplit(back).query))
        secrets = [
            *query.values(),
            kept["nonce"],
            kept["code_verifier"],
            CLIENT_SECRET,
            "eyJ",
            browser.cookies[COOKIE],
        ]
        assert [each for each in secrets if each in logged] == []

    @pytest.mark.parametrize(
        ("lang", "button", "words"),
        [
            ("fr", "Se connecter avec Office", "Office n'a pas confirmé votre identité."),
            ("es", "Iniciar sesión con Office", "Office no confirmó quién es usted."),
        ],
    )
    def test_is_shown_in_the_language_of_the_visitor(self, browse, provider, lang, button, words):
        provider.claims = {}
        with browse(provider.issuer, lang) as browser:
            assert button in browser.get("/sign-in").text
            assert_refused(browser, come_in(browser), 401, words)


def test_without_a_provider_there_is_no_way_and_nothing_of_it_is_loaded(visitor):
    assert BEGIN not in visitor.get("/sign-in").text
    assert {visitor.get(BEGIN).status_code, visitor.get(CALLBACK).status_code} == {404}
    code = """
import sys
import service.serve
service.serve.create_app(service.serve.Settings(_env_file=None), None)
print({"authlib", "joserfc", "service.oidc"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
