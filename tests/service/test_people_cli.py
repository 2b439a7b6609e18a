"""The commands for people who sign in, and the link that a demo prints."""

import os
import pty
import re
import signal
import subprocess
import sys

import httpx
import pytest

from service.settings import Settings, address_of
from service.store import users
from service.store.opening import open_database
from tests.service.running import COMMAND, Service

PASSWORD = "four words that join"
ADD = ("user", "add", "rita", "--role", "reviewer", "--languages", "en, fr")


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """Nothing of the machine's own settings; a home that is not there yet."""
    for name in [each for each in os.environ if each.startswith("NEEDTAG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NEEDTAG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def typed(monkeypatch):
    """Types passwords on a terminal, one after the other."""

    def types(*passwords):
        waiting = iter(passwords)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("getpass.getpass", lambda _: next(waiting))

    return types


@pytest.fixture
def stored(home):
    """Gives what a function of the store gives on the home's database."""

    def ask(function, *arguments):
        database = open_database(Settings(home=home, _env_file=None))
        with database.writing() as session:
            found = function(session, *arguments)
        database.dispose()
        return found

    return ask


def test_a_password_is_typed_twice_and_lets_in(needtag, typed, stored):
    typed(PASSWORD, PASSWORD)
    assert needtag(*ADD) == (0, "", "")
    rita = stored(users.find_user, "rita")
    assert (rita.role, rita.languages) == ("reviewer", ["en", "fr"])
    assert users.check_password(rita, PASSWORD)


@pytest.mark.parametrize(
    ("passwords", "sentence"),
    [
        (("eleven char",), "password: must have 12 characters at least; "),
        (("x" * 1025,), "password: must have 1024 characters at most"),
        ((PASSWORD, PASSWORD + "s"), "password: was not the same twice; nothing was stored"),
    ],
)
class TestAPasswordThatCannotBe:
    def test_is_asked_for_once_more(self, needtag, typed, stored, passwords, sentence):
        typed(*passwords, PASSWORD, PASSWORD)
        code, out, err = needtag(*ADD)
        assert (code, out) == (0, "")
        assert err.startswith(f"needtag: {sentence}")
        assert users.check_password(stored(users.find_user, "rita"), PASSWORD)

    def test_makes_no_account_where_the_second_is_no_better(
        self, needtag, typed, stored, passwords, sentence
    ):
        typed(*passwords, *passwords)
        code, out, err = needtag(*ADD)
        assert (code, out) == (2, "")
        assert [line.startswith(f"needtag: {sentence}") for line in err.splitlines()] == [True, True]
        assert stored(users.list_users) == []


def test_without_a_terminal_no_password_is_asked_for(needtag, monkeypatch):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    code, _, err = needtag(*ADD)
    assert (code, err) == (
        2,
        "needtag: password: is asked for on a terminal, and there is none; make a link instead\n",
    )


def test_what_is_typed_is_not_shown(home):
    ours, theirs = pty.openpty()
    environment = os.environ | {"NEEDTAG_HOME": str(home)}
    with subprocess.Popen(
        [*COMMAND, *ADD],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen = b""
        for prompt in (b"Password: ", b"Once more: "):
            while prompt not in seen:
                seen += os.read(ours, 1000)
            os.write(ours, f"{PASSWORD}\n".encode())
    assert process.returncode == 0, seen
    assert PASSWORD.encode() not in seen
    os.close(ours)


def test_what_is_wrong_is_said_before_a_password_is_asked_for(needtag, typed):
    typed()
    assert needtag("user", "add", "Rita", "--role", "reader", "--languages", "en")[2].startswith(
        "needtag: name: must be small letters"
    )
    assert needtag("user", "add", "rita", "--role", "owner", "--languages", "en")[2] == (
        "needtag: role: must be one of reader, reviewer, lead, admin\n"
    )
    assert needtag("user", "add", "rita", "--role", "reader", "--languages", "de")[2] == (
        "needtag: languages: must be some of en, fr, es\n"
    )
    assert needtag("user", "password", "rita") == (
        2,
        "",
        "needtag: rita: is nobody's name; 'needtag user list' shows all\n",
    )


def test_a_link_begins_with_the_address_that_is_set(needtag, monkeypatch):
    monkeypatch.setenv("NEEDTAG_BASE_URL", "https://needtag.example/")
    assert needtag(*ADD, "--link")[1].splitlines()[-1].startswith("https://needtag.example/sign-in/")
    link = needtag("user", "link", "rita", "--base-url", "https://other.example")[1].splitlines()[-1]
    assert link.startswith("https://other.example/sign-in/")


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ((), "http://127.0.0.1:8000"),
        (("--base-url", "https://needtag.example/"), "https://needtag.example"),
    ],
)
def test_a_link_stands_alone_on_the_last_line_and_works_once(needtag, stored, more, base):
    code, out, err = needtag(*ADD, "--link", *more)
    assert (code, err) == (0, "")
    token = re.fullmatch(re.escape(base) + r"/sign-in/([\w-]{43})\?next=/account", out.splitlines()[-1])[1]
    assert stored(users.use_link, token).name == "rita"
    assert stored(users.use_link, token) is None
    another = needtag("user", "link", "rita", *more)[1].splitlines()[-1]
    assert another.startswith(f"{base}/sign-in/")
    assert token not in another


def test_another_password_counts_alone(needtag, typed, stored):
    typed(PASSWORD, PASSWORD)
    needtag(*ADD)
    typed("four other words that join", "four other words that join")
    assert needtag("user", "password", "rita") == (0, "", "")
    rita = stored(users.find_user, "rita")
    assert users.check_password(rita, "four other words that join")
    assert not users.check_password(rita, PASSWORD)


def test_who_is_disabled_gets_no_link_until_enabled(needtag):
    needtag(*ADD, "--link")
    assert needtag("user", "disable", "rita") == (0, "", "")
    code, out, err = needtag("user", "link", "rita")
    assert (code, out) == (2, "")
    assert err == "needtag: rita: is disabled; enable the account first\n"
    assert needtag("user", "enable", "rita") == (0, "", "")
    assert needtag("user", "link", "rita")[0] == 0


def test_the_list_shows_names_roles_and_languages(needtag):
    needtag(*ADD, "--link")
    needtag("user", "add", "ada", "--role", "admin", "--languages", "es", "--link")
    needtag("user", "disable", "rita")
    code, out, _ = needtag("user", "list")
    ada, rita = (line.split() for line in out.splitlines()[1:])
    assert code == 0
    assert (ada[:3], ada[-1]) == (["ada", "admin", "es"], "no")
    assert (rita[:4], rita[-1] == "no") == (["rita", "reviewer", "en", "fr"], False)


def test_a_demo_is_for_the_own_machine_alone(needtag, home):
    code, out, err = needtag("serve", "--demo", "--host", "0.0.0.0", "--port", "0")
    assert (code, out) == (2, "")
    assert err == "needtag: --demo: is for this machine alone, not for 0.0.0.0; give --host 127.0.0.1\n"
    assert not home.exists()


def test_a_demo_prints_a_link_that_lets_a_reviewer_in(home):
    service = Service(home)
    with service.spawn("serve", "--demo", "--port", "0", "--workers", "0", stdout=subprocess.PIPE) as process:
        try:
            url = process.stdout.readline().split()[-1]
            link = process.stdout.readline().split()[-1]
            assert link.startswith(f"{url}/sign-in/")
            with httpx.Client(trust_env=False, timeout=60) as browser:
                assert browser.post(link).status_code == 303
                assert "demo" in browser.get(f"{url}/account").text
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("host", "address"), [("127.0.0.1", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")]
)
def test_an_address_of_ipv6_stands_in_brackets(host, address):
    assert address_of(host, 80) == address
