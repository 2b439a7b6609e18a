"""The commands for webhooks."""

import pytest
from sqlalchemy import select

from service.settings import Settings
from service.store.opening import open_database
from service.store.tables import Audit, Webhook

URL = "https://archive.example.org/needtag"


@pytest.fixture
def home(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NEEDTAG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def stored(home, table):
    database = open_database(Settings(home=home, _env_file=None))
    with database.reading() as session:
        found = list(session.scalars(select(table)))
    database.dispose()
    return found


def test_a_webhook_is_added_listed_and_removed(needtag, home):
    code, output, _ = needtag("webhook", "add", "--url", URL, "--event", "questionnaire.tagged")
    (webhook,) = stored(home, Webhook)
    assert (code, output.splitlines()[-1]) == (0, webhook.secret)
    code, output, _ = needtag("webhook", "list")
    assert URL in output
    assert webhook.secret not in output
    assert needtag("webhook", "remove", "1")[0] == 0
    assert stored(home, Webhook) == []
    noted = [(each.actor, each.action, each.subject_id) for each in stored(home, Audit)]
    assert noted == [("command line", "add", "1"), ("command line", "revoke", "1")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "--url", "ftp://a.org", "--event", "questionnaire.tagged"), "url: must begin with https://"),
        (("add", "--url", "http://10.0.0.1", "--event", "questionnaire.tagged"), "which is not public"),
        (("add", "--url", URL, "--event", "questionnaire.lost"), "event: must be some of"),
        (("remove", "7"), "webhook 7: is not here"),
    ],
)
def test_what_cannot_be_done_is_said(needtag, home, arguments, said):
    stored(home, Webhook)
    code, _, errors = needtag("webhook", *arguments)
    assert (code, said in errors) == (2, True), errors
