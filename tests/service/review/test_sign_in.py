"""Signing in and out: by password, by a link that works once; what begins a session, and what ends it."""

import datetime as dt
import html
import re
from concurrent.futures import ThreadPoolExecutor

import lxml.html
import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from nlp.errors import InputError
from service.api.limits import FAILURES
from service.errors import ConflictError, NotFoundError
from service.review.sign_in import local
from service.sessions import COOKIE
from service.store import users
from service.store.tables import SignInLink, UserSession

PASSWORD = "four words that join"
OTHER_PASSWORD = "four other words that join"


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    """Hashes that cost little: what they cost is no matter here."""
    monkeypatch.setattr(users, "_HASHER", users.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    users._nobody.cache_clear()
    yield
    users._nobody.cache_clear()


@pytest.fixture
def rita(database):
    """The name of a reviewer with a password."""
    with database.writing() as session:
        users.add_user(session, "rita", role="reviewer", languages=["en"], password=PASSWORD, actor="test")
    return "rita"


@pytest.fixture
def link(database, rita):
    """The token of a link for her."""
    with database.writing() as session:
        return users.make_link(session, users.get_user(session, rita), actor="test")


def enter(browser, password=PASSWORD, name="rita", **more):
    """Send the form, and follow it nowhere."""
    fields = {"name": name, "password": password, **more}
    return browser.post("/sign-in", data=fields, follow_redirects=False)


def next_of(answer):
    """Where the form for signing in leads; the one before it switches the language."""
    return html.unescape(re.findall(r'name="next" value="([^"]*)"', answer.text)[-1])


def is_signed_in(browser):
    return browser.get("/account", follow_redirects=False).status_code == 200


def sessions(database):
    with database.reading() as session:
        return len(list(session.scalars(select(UserSession.digest))))


@pytest.mark.usefixtures("rita")
def test_with_name_and_password_one_comes_where_one_was_going(visitor):
    asked = visitor.get("/search?words=a b&tag=legal", follow_redirects=False)
    assert asked.status_code == 303
    wanted = next_of(visitor.get(asked.headers["location"]))
    answer = enter(visitor, next=wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?words=a%20b&tag=legal")
    assert is_signed_in(visitor)


@pytest.mark.usefixtures("rita")
@pytest.mark.parametrize("name", ["Rita", " rita "])
def test_a_name_may_be_written_as_telephones_do(visitor, name):
    assert enter(visitor, name=name).status_code == 303


@pytest.mark.usefixtures("rita")
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("rita", "four words that joined"),
        ("rita", ""),
        ("rita", PASSWORD.upper()),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("rita\0", PASSWORD),
        ("rita", PASSWORD + "\0"),
        ("é" * 64, PASSWORD),
    ],
)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_does_not_belong_together_is_refused_in_the_same_words(visitor, name, password):
    answer = enter(visitor, password, name)
    assert answer.status_code == 401
    assert "Name and password do not belong together." in answer.text
    assert COOKIE not in answer.cookies


def test_the_cursor_is_where_one_has_to_type_next(visitor, rita):
    focus = "//input[@autofocus]/@name"
    assert lxml.html.fromstring(visitor.get("/sign-in").text).xpath(focus) == ["name"]
    assert lxml.html.fromstring(enter(visitor, "wrong", rita).text).xpath(focus) == ["password"]


def test_the_account_names_the_languages_that_one_is_given(visitor, rita, database):
    with database.writing() as session:
        users.get_user(session, rita).languages = ["fr", "es"]
    enter(visitor)
    assert "Français, Español" in visitor.get("/account").text


def test_the_page_of_a_refused_password_leads_on_to_where_one_was_going(visitor, rita):
    answer = enter(visitor, "wrong", rita, next="/search?words=a")
    assert next_of(answer) == "/search?words=a"
    # The form that switches the language comes back to the same page.
    assert 'value="/sign-in?next=%2Fsearch%3Fwords%3Da"' in answer.text


@pytest.mark.parametrize("case", ["nobody", "no password", "disabled"])
def test_who_cannot_sign_in_is_refused_after_as_much_work_as_others(visitor, database, monkeypatch, case):
    if case != "nobody":
        with database.writing() as session:
            password = None if case == "no password" else PASSWORD
            user = users.add_user(
                session, "rita", role="reader", languages=["en"], password=password, actor="test"
            )
            if case == "disabled":
                users.disable_user(session, user, actor="test")
    verified = []

    class Counting(users.PasswordHasher):
        def verify(self, hash, password):  # noqa: A002 - as the library has it
            verified.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(users, "_HASHER", Counting(time_cost=1, memory_cost=8, parallelism=1))
    assert enter(visitor).status_code == 401
    assert len(verified) == 1
    assert verified[0].startswith("$argon2id$")


def test_a_password_is_kept_as_an_argon2id_hash(database, rita):
    with database.reading() as session:
        kept = users.get_user(session, rita).password
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.usefixtures("rita")
def test_no_script_sees_the_cookie_and_no_other_site_sends_it(app):
    for scheme in ("http", "https"):
        with TestClient(app, base_url=f"{scheme}://testserver") as browser:
            kept = enter(browser).headers["set-cookie"]
        name, *parts = (each.strip().lower() for each in kept.split(";"))
        assert name.startswith(f"{COOKIE}=")
        assert {"httponly", "samesite=lax", "path=/"} <= set(parts)
        assert ("secure" in parts) is (scheme == "https")
        assert not any(each.startswith("domain") for each in parts)


def test_the_database_holds_neither_tokens_nor_the_links(database, visitor, rita, link):
    enter(visitor)
    with database.reading() as session:
        digests = [*session.scalars(select(UserSession.digest)), *session.scalars(select(SignInLink.digest))]
    assert len(digests) == 2
    assert not {visitor.cookies[COOKIE], link} & set(digests)
    assert rita


@pytest.mark.usefixtures("rita")
def test_a_session_gets_a_token_of_its_own_and_the_one_before_ends(visitor, database):
    visitor.cookies.set(COOKIE, "chosen-by-somebody-else")
    enter(visitor)
    visitor.cookies.delete(COOKIE, domain="")
    first = visitor.cookies[COOKIE]
    assert first != "chosen-by-somebody-else"
    enter(visitor)
    assert visitor.cookies[COOKIE] != first
    assert sessions(database) == 1
    with database.reading() as session:
        assert users.find_session(session, first) is None


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        "https://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "evil.example",
        "//[",
        "/" + "a" * 2000,
        "/\udcff",
        "",
    ],
)
def test_nobody_is_sent_elsewhere(address):
    assert local(address) == "/"


@pytest.mark.parametrize("address", ["/", "/answers/3", "/search?words=formación y más&x=//y", "/a#b"])
def test_addresses_of_this_service_are_kept(address):
    assert local(address) == address


@pytest.mark.usefixtures("rita")
def test_a_form_that_another_site_wrote_sends_nobody_elsewhere(visitor):
    assert enter(visitor, next="//evil.example").headers["location"] == "/"
    switched = visitor.post(
        "/language", data={"language": "fr", "next": "/\\evil.example"}, follow_redirects=False
    )
    assert switched.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_signs_nobody_in(visitor, link, headers):
    fields = {"name": "rita", "password": PASSWORD}
    for address in ("/sign-in", f"/sign-in/{link}"):
        answer = visitor.post(address, data=fields, headers=headers, follow_redirects=False)
        assert answer.status_code == 403
        assert "The form came from another site. Sign in here." in answer.text
    assert COOKIE not in visitor.cookies


@pytest.mark.usefixtures("rita")
@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}, {}])
def test_the_own_form_signs_in_without_any_cookie(visitor, headers):
    assert visitor.get("/sign-in").headers["referrer-policy"] == "same-origin"
    assert not visitor.cookies
    fields = {"name": "rita", "password": PASSWORD}
    assert visitor.post("/sign-in", data=fields, headers=headers, follow_redirects=False).status_code == 303


def test_many_wrong_passwords_close_a_name_for_everybody_but_not_its_links(visitor, link):
    statuses = [enter(visitor, "wrong").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert enter(visitor).status_code == 429
    assert enter(visitor, "wrong", "another").status_code == 401
    assert visitor.post(f"/sign-in/{link}", follow_redirects=False).status_code == 303


def test_an_address_that_guesses_names_or_links_is_refused(visitor, rita):
    for number in range(FAILURES // 2):
        assert enter(visitor, name=f"guess{number}").status_code == 401
        assert visitor.post(f"/sign-in/guess{number}").status_code == 401
    refused = enter(visitor, name=rita)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_a_link_lets_in_once_and_not_by_being_looked_at(visitor, link):
    assert "This link lets you in once." in visitor.get(f"/sign-in/{link}?next=/account").text
    assert not is_signed_in(visitor)
    first = visitor.post(f"/sign-in/{link}", data={"next": "/account"}, follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (303, "/account")
    assert is_signed_in(visitor)
    again = visitor.post(f"/sign-in/{link}")
    assert again.status_code == 401
    assert "This link was used before" in again.text


def test_a_link_sends_nobody_elsewhere(visitor, link):
    shown = visitor.get(f"/sign-in/{link}?next=https://evil.example")
    assert next_of(shown) == "/"
    used = visitor.post(f"/sign-in/{link}", data={"next": "//evil.example"}, follow_redirects=False)
    assert used.headers["location"] == "/"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_many_who_use_a_link_at_once_one_comes_in(database, link):
    def use(_):
        with database.writing() as session:
            return users.use_link(session, link)

    with ThreadPoolExecutor(8) as pool:
        found = [each.name for each in pool.map(use, range(8)) if each]
    assert found == ["rita"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_links_and_sessions_end_with_their_time(database, visitor, link):
    enter(visitor)
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with database.writing() as session:
        session.execute(update(UserSession).values(expires_at=past))
        session.execute(update(SignInLink).values(expires_at=past))
    assert not is_signed_in(visitor)
    assert visitor.post(f"/sign-in/{link}").status_code == 401
    enter(visitor)
    with database.writing() as session:
        users.make_link(session, users.get_user(session, "rita"), actor="test")
        # What has ended is forgotten when the next begins.
        assert len(list(session.scalars(select(UserSession)))) == 1
        assert len(list(session.scalars(select(SignInLink)))) == 1


def test_disabling_ends_sessions_and_links_and_enabling_lets_in_again(visitor, database, link):
    enter(visitor)
    assert is_signed_in(visitor)
    with database.writing() as session:
        users.disable_user(session, users.get_user(session, "rita"), actor="test")
    assert not is_signed_in(visitor)
    assert visitor.get("/v1/questionnaires").status_code == 401
    assert enter(visitor).status_code == 401
    assert visitor.post(f"/sign-in/{link}").status_code == 401
    with database.writing() as session, pytest.raises(ConflictError, match="is disabled"):
        users.make_link(session, users.get_user(session, "rita"), actor="test")
    with database.writing() as session:
        users.enable_user(session, users.get_user(session, "rita"), actor="test")
    assert not is_signed_in(visitor)
    assert enter(visitor).status_code == 303


def test_another_password_ends_the_other_sessions_and_the_links(app, visitor, database, link):
    enter(visitor)
    visitor.csrf = csrf_of(visitor)
    with TestClient(app) as other:
        enter(other)
        changed = visitor.submit("/account/password", password=OTHER_PASSWORD)
        assert changed.status_code == 200
        assert "Your password is set" in changed.text
        assert '<a class="button main" href="/">' in changed.text
        assert "Account of " in changed.text
        assert is_signed_in(visitor)
        assert not is_signed_in(other)
        assert enter(other).status_code == 401
        assert enter(other, OTHER_PASSWORD).status_code == 303
    assert visitor.post(f"/sign-in/{link}").status_code == 401
    assert sessions(database) == 2


@pytest.mark.usefixtures("rita")
def test_a_short_password_is_refused_and_changes_nothing(visitor):
    enter(visitor)
    visitor.csrf = csrf_of(visitor)
    refused = visitor.submit("/account/password", password="eleven char")
    assert refused.status_code == 422
    assert "12 characters at least" in refused.text
    # The form that switches the language comes back to a page that there is.
    assert 'name="next" value="/account"' in refused.text
    assert enter(visitor).status_code == 303


@pytest.mark.usefixtures("rita")
def test_signing_out_ends_the_session_and_everywhere_all(app, visitor, database):
    enter(visitor)
    visitor.csrf = csrf_of(visitor)
    token = visitor.cookies[COOKIE]
    out = visitor.post("/sign-out", data={"csrf": visitor.csrf}, follow_redirects=False)
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    assert COOKIE not in visitor.cookies
    with database.reading() as session:
        assert users.find_session(session, token) is None
    enter(visitor)
    visitor.csrf = csrf_of(visitor)
    with TestClient(app) as other:
        enter(other)
        visitor.submit("/account/sign-out-everywhere")
        assert not is_signed_in(other)
    assert sessions(database) == 0


@pytest.mark.usefixtures("rita")
@pytest.mark.parametrize("address", ["/sign-out", "/account/password", "/account/sign-out-everywhere"])
@pytest.mark.parametrize("csrf", [{}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "é"}])
def test_a_form_without_the_sessions_token_changes_nothing(visitor, address, csrf):
    enter(visitor)
    refused = visitor.post(address, data={"password": OTHER_PASSWORD, **csrf}, follow_redirects=False)
    assert refused.status_code == 403
    assert is_signed_in(visitor)
    assert enter(visitor).status_code == 303


@pytest.mark.usefixtures("rita")
def test_the_token_of_another_session_is_none(app, visitor):
    enter(visitor)
    with TestClient(app) as other:
        enter(other)
        foreign = csrf_of(other)
    assert visitor.post("/sign-out", data={"csrf": foreign}, follow_redirects=False).status_code == 403


def test_without_a_session_pages_lead_to_the_form_and_the_api_refuses(visitor):
    assert visitor.get("/account", follow_redirects=False).headers["location"] == "/sign-in?next=/account"
    assert visitor.post("/sign-out", follow_redirects=False).headers["location"] == "/sign-in"
    visitor.cookies.set(COOKIE, "made-up")
    assert visitor.get("/account", follow_redirects=False).status_code == 303
    assert visitor.get("/v1/questionnaires").status_code == 401


@pytest.mark.usefixtures("rita")
def test_what_is_secret_is_in_no_cache_and_no_log(visitor, link, caplog):
    with caplog.at_level("DEBUG", "service"):
        shown = visitor.get(f"/sign-in/{link}")
        enter(visitor)
        visitor.post(f"/sign-in/{link}")
    assert shown.headers["cache-control"] == "no-store"
    logged = " ".join(str(vars(each)) for each in caplog.records if each.name.startswith("service"))
    assert "/sign-in/{token}" in logged
    assert not re.search(f"{link}|{PASSWORD}|{visitor.cookies[COOKIE]}", logged)


@pytest.mark.parametrize(
    ("fields", "concerns"),
    [
        ({"name": "Rita"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"name": "../x"}, "name"),
        ({"role": "owner"}, "role"),
        ({"languages": []}, "languages"),
        ({"languages": ["de"]}, "languages"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 1025}, "password"),
    ],
)
def test_an_account_that_cannot_be_is_refused(database, fields, concerns):
    given = {"name": "sam", "role": "reader", "languages": ["en"], "password": PASSWORD} | fields
    name = given.pop("name")
    with database.writing() as session, pytest.raises(InputError) as refused:
        users.add_user(session, name, **given, actor="test")
    assert refused.value.concerns == concerns


@pytest.mark.usefixtures("rita")
def test_a_name_belongs_to_one_account(database):
    with database.writing() as session, pytest.raises(ConflictError):
        users.add_user(session, "rita", role="lead", languages=["fr"], password=None, actor="test")


@pytest.mark.parametrize("name", ["nobody", "\0"])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nobodys_name_is_not_found(database, name):
    with database.reading() as session, pytest.raises(NotFoundError):
        users.get_user(session, name)


def test_the_demo_link_works_anew_each_time(visitor, database):
    for _ in range(2):
        with database.writing() as session:
            token = users.demo_link(session)
        assert visitor.post(f"/sign-in/{token}", follow_redirects=False).headers["location"] == "/"
        assert is_signed_in(visitor)
    with database.reading() as session:
        demo = users.get_user(session, users.DEMO)
    assert (demo.role, demo.languages, demo.password) == ("reviewer", ["en", "fr", "es"], None)


def csrf_of(browser):
    return re.search(r'name="csrf" content="([^"]+)"', browser.get("/account").text)[1]
