"""Receivers that fail, hang, redirect, answer late or lie about where they are; senders that are killed."""

import asyncio
import base64
import datetime as dt
import hashlib
import hmac
import json
import re
import shutil
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from nlp.errors import InputError
from service import webhooks
from service.settings import Settings
from service.store import deliveries
from service.store.deliveries import Claim, claim, send_again, state_of, write_outcome
from service.store.events import tell_if_tagged
from service.store.opening import open_database
from service.store.tables import Delivery, Questionnaire
from service.store.webhooks import add_webhook, remove_webhook
from service.webhook_targets import read_networks
from service.webhooks import Sender
from tests.service.receiver import receiving
from tests.service.running import running

TAGGED, REVIEWED = "questionnaire.tagged", "questionnaire.reviewed"
HERE = "127.0.0.0/8"
PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Nobody waits for long."""
    monkeypatch.setattr(webhooks, "PAUSE", 0.02)
    monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 2.0)
    monkeypatch.setattr(webhooks, "LAST_SECONDS", 0.1)
    monkeypatch.setattr(deliveries, "SHORTEST", 0.05)
    monkeypatch.setattr(deliveries, "LONGEST", 0.2)


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def allowing(settings, networks=HERE):
    return settings.model_copy(update={"webhook_networks": networks, "lease_seconds": 1.0})


@contextmanager
def sending(database, settings, **options):
    stop = threading.Event()
    thread = threading.Thread(target=Sender(database, settings, **options).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def hook(database, url, networks=HERE):
    with database.writing() as session:
        return add_webhook(session, url, [TAGGED], networks=read_networks(networks), actor="test")


def happen(database, name="one"):
    """Let something happen to a questionnaire; it has no answers, so none waits."""
    with database.writing() as session:
        now = dt.datetime.now(dt.UTC)
        stored = Questionnaire(external_id=name, content="", received_at=now, received_from="test")
        session.add(stored)
        session.flush()
        tell_if_tagged(session, [stored.id])


def rows(database):
    with database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def wait_until(happened, seconds=180):
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)
    return found


def arrived(database, count=1):
    wait_until(lambda: sum(each.delivered_at is not None for each in rows(database)) == count)


def signature(secret, got):
    """As https://www.standardwebhooks.com says, worked out anew."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode()
    return "v1," + base64.b64encode(hmac.new(key, head + got.body, hashlib.sha256).digest()).decode()


def test_a_message_is_signed_and_says_what_happened_to_what(database, settings, receiver):
    made = hook(database, receiver.url("/well?to=archive", "receiver.test"))

    async def resolve(name, port):
        assert (name, port) == ("receiver.test", receiver.port)
        return ["127.0.0.1"]

    happen(database)
    with sending(database, allowing(settings), resolve=resolve):
        arrived(database)
    (got,) = receiver.got["/well?to=archive"]
    (row,) = rows(database)
    assert got.headers["Host"] == f"receiver.test:{receiver.port}"
    assert got.headers["webhook-id"] == row.message
    assert got.headers["webhook-signature"] == signature(made.secret, got)
    assert abs(int(got.headers["webhook-timestamp"]) - time.time()) < 300
    body = json.loads(got.body)
    assert body == {
        "type": TAGGED,
        "timestamp": row.at.isoformat(),
        "data": {
            "questionnaire": {
                "id": str(row.questionnaire_id),
                "external_id": "one",
                "state": None,
                "instrument": [],
                "cycle": None,
                "language": None,
            }
        },
    }
    assert (row.status, row.error, row.attempts, state_of(row)) == (204, None, 1, "delivered")


@pytest.mark.parametrize(
    ("path", "error"), [("/broken", "answered 500"), ("/closing", "no answer (RemoteProtocolError)")]
)
def test_a_receiver_that_fails_gets_the_message_again_under_the_same_id(
    database, settings, receiver, monkeypatch, path, error
):
    errors = []
    noted = webhooks.deliveries.write_outcome

    def note(session, claimed, **outcome):
        errors.append(outcome["error"])
        noted(session, claimed, **outcome)

    monkeypatch.setattr(webhooks.deliveries, "write_outcome", note)
    hook(database, receiver.url(path))
    happen(database)
    with sending(database, allowing(settings)):
        arrived(database)
    assert len(receiver.got[path]) == 3
    assert len(set(receiver.ids(path))) == 1
    assert errors == [error, error, None]


def test_receivers_that_hang_or_drip_are_left_and_hold_up_nobody_else(database, settings, receiver):
    for path in ("/hanging", "/dripping", "/well"):
        hook(database, receiver.url(path))
    with sending(database, allowing(settings)):
        for number in range(20):
            happen(database, f"number {number}")
        wait_until(lambda: len(receiver.got["/well"]) == 20)
        assert len(receiver.got["/hanging"]) <= 2 * webhooks.AT_ONCE
        wait_until(lambda: len(receiver.got["/hanging"]) > 2 * webhooks.AT_ONCE)
        wait_until(lambda: len(receiver.got["/dripping"]) > 2 * webhooks.AT_ONCE)
    failed = {each.error for each in rows(database) if each.error}
    assert failed == {"no answer within 2 seconds (5 to connect)"}


@pytest.mark.parametrize("path", ["/late", "/flood"])
def test_a_receiver_that_answers_late_or_without_end_gets_the_message_once(
    database, settings, receiver, path
):
    hook(database, receiver.url(path))
    happen(database)
    with sending(database, allowing(settings)):
        arrived(database)
    assert len(receiver.got[path]) == 1


def test_a_redirect_is_a_failure_and_is_not_followed(database, settings, receiver):
    receiver.elsewhere = receiver.url("/well")
    hook(database, receiver.url("/moved"))
    happen(database)
    with sending(database, allowing(settings)):
        wait_until(lambda: len(receiver.got["/moved"]) > 1)
    assert receiver.got["/well"] == []
    assert rows(database)[0].error == "answered 307; redirects are not followed"


@pytest.mark.parametrize("name", ["localhost", "127.1", "0x7f000001", "2130706433"])
def test_a_name_that_leads_to_this_machine_is_refused_unless_its_network_is_allowed(
    database, settings, receiver, name
):
    hook(database, receiver.url("/well", name))
    happen(database)
    with sending(database, allowing(settings, "")):
        wait_until(lambda: rows(database)[0].error)
    assert "is not public; NEEDTAG_WEBHOOK_NETWORKS may allow it" in rows(database)[0].error
    assert receiver.got["/well"] == []
    with sending(database, allowing(settings)):
        arrived(database)


def test_a_name_that_changes_its_address_is_sent_to_the_one_that_was_checked(database, settings):
    """As if 127.0.0.2 were public and 127.0.0.1 not: whoever owns the name says the one, then the other."""
    looked_up = []

    async def rebinding(name, port):
        looked_up.append(name)
        return ["127.0.0.2" if len(looked_up) == 1 else "127.0.0.1"]

    with receiving("127.0.0.2") as checked, receiving("127.0.0.1", checked.port) as inside:
        hook(database, checked.url("/broken", "rebinding.test"))
        happen(database)
        with sending(database, allowing(settings, "127.0.0.2/32"), resolve=rebinding):
            wait_until(lambda: "127.0.0.1" in (rows(database)[0].error or ""))
        assert len(checked.got["/broken"]) == 1
        assert inside.got == {}
    # One look for each attempt.
    assert len(looked_up) in {rows(database)[0].attempts, rows(database)[0].attempts + 1}


def test_a_name_with_any_address_that_is_not_open_is_refused(database, settings, receiver):
    async def resolve(name, port):
        return ["127.0.0.1", "10.0.0.1"]

    hook(database, receiver.url("/well", "both.test"))
    happen(database)
    with sending(database, allowing(settings), resolve=resolve):
        wait_until(lambda: rows(database)[0].error)
    assert receiver.got == {}


def test_the_next_address_is_tried_where_one_takes_no_connection(database, settings, receiver):
    async def resolve(name, port):
        return ["127.0.0.2", "127.0.0.1"]

    hook(database, receiver.url("/well", "both.test"))
    happen(database)
    with sending(database, allowing(settings), resolve=resolve):
        arrived(database)
    assert rows(database)[0].attempts == 1


def test_proxies_of_the_environment_are_not_asked(database, settings, receiver, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, receiver.url("/well"))
    hook(database, "http://127.0.0.1:1/well")
    happen(database)
    with sending(database, allowing(settings)):
        wait_until(lambda: rows(database)[0].error)
    assert receiver.got == {}
    assert rows(database)[0].error.startswith("no connection")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate by openssl")
def test_a_certificate_must_be_of_the_name_though_an_address_is_connected_to(
    sqlite_template, tmp_path, monkeypatch
):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    names = ["-subj", "/CN=receiver.test", "-addext", "subjectAltName=DNS:receiver.test"]
    kind = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate]
    subprocess.run(["openssl", "req", "-x509", *kind, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def resolve(name, port):
        return ["127.0.0.1"]

    def attempt(port, name):
        settings = Settings(home=tmp_path, webhook_networks=HERE, _env_file=None)
        url = f"https://{name}:{port}/well"
        claimed = Claim(1, 1, 1, url, "whsec_c2VjcmV0", "msg_1", b"{}")
        return asyncio.run(Sender(None, settings, resolve)._attempt(claimed))

    with receiving("127.0.0.1", context=context) as receiver:
        status, error = attempt(receiver.port, "receiver.test")
        assert status is None
        assert "CERTIFICATE_VERIFY_FAILED" in error
        # Where an office keeps its own authority.
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert attempt(receiver.port, "receiver.test") == (204, None)
        status, error = attempt(receiver.port, "another.test")
        assert status is None
        assert "not valid for 'another.test'" in error


def test_a_message_whose_sender_fell_silent_is_sent_by_another_under_the_same_id(
    database, settings, receiver
):
    made = hook(database, receiver.url("/well"))
    happen(database)
    with database.writing() as session:
        (taken,) = claim(session, made.id, most=4, seconds=0.5)
    with database.writing() as session:
        assert claim(session, made.id, most=4, seconds=0.5) == []
    with sending(database, allowing(settings)):
        arrived(database)
    assert receiver.ids("/well") == [taken.message]
    with database.writing() as session:
        # It comes back: what the other did stays.
        write_outcome(session, taken, status=500, error="answered 500")
    assert state_of(rows(database)[0]) == "delivered"


def test_senders_beside_each_other_take_each_message_once(database, settings, receiver):
    hook(database, receiver.url("/well"))
    for number in range(30):
        happen(database, f"number {number}")
    with sending(database, allowing(settings)), sending(database, allowing(settings)):
        arrived(database, 30)
    assert len(receiver.ids("/well")) == len(set(receiver.ids("/well"))) == 30


def test_a_message_is_given_up_after_a_day_of_ever_longer_pauses(database, monkeypatch):
    monkeypatch.undo()
    clock = [1_000_000.0]
    monkeypatch.setattr(deliveries, "database_seconds", lambda _: clock[0])
    monkeypatch.setattr("service.store.events.database_seconds", lambda _: clock[0])
    made = hook(database, "https://example.org", "")
    happen(database)
    pauses = []
    while True:
        with database.writing() as session:
            (taken,) = claim(session, made.id, most=4, seconds=75)
            write_outcome(session, taken, status=None, error="no answer")
        (row,) = rows(database)
        if row.due is None:
            break
        pauses.append(row.due - clock[0])
        clock[0] = row.due
    assert state_of(row) == "failed"
    assert sum(pauses) == deliveries.PATIENCE
    assert 15 < row.attempts < 60
    assert 2.5 <= pauses[0] <= 7.5
    assert max(pauses) <= 1.5 * deliveries.LONGEST
    with database.writing() as session:
        send_again(session, made.id, row.id, "test")
    with database.writing() as session:
        (again,) = claim(session, made.id, most=4, seconds=75)
        assert again.message == taken.message
        write_outcome(session, again, status=200, error=None)
    assert state_of(rows(database)[0]) == "delivered"


def test_a_webhook_that_is_removed_while_a_message_is_under_way_harms_nobody(database, settings, receiver):
    made = hook(database, receiver.url("/late"))
    happen(database)
    with sending(database, allowing(settings)):
        wait_until(lambda: receiver.got["/late"])
        with database.writing() as session:
            remove_webhook(session, made.id, actor="test")
        hook(database, receiver.url("/well"))
        happen(database, "two")
        arrived(database)
    assert len(rows(database)) == 1


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "//example.org",
        "example.org",
        "https://",
        "https://user:password@example.org",
        "https://example.org:99999",
        "https://exa mple.org",
        "https://example.org/" + "x" * 2000,
        "https://127.0.0.1",
        "https://[::1]:8000/",
        "http://169.254.169.254/latest/meta-data",
        "https://\udce9.org",
    ],
)
def test_a_url_that_may_not_be_sent_to_is_refused_when_it_is_added(database, url):
    with pytest.raises(InputError, match=r"^url: "):
        hook(database, url, "")


def test_a_service_that_is_killed_sends_again_what_was_not_acknowledged(kind, request, tmp_path):
    """The whole round by the API: told, refused, killed under way, sent once more when asked to."""
    url = request.getfixturevalue("database_url") if kind == "postgresql" else None
    environment = {"NEEDTAG_WEBHOOK_NETWORKS": "127.0.0.2/32", "NEEDTAG_LEASE_SECONDS": "0.1"}
    answers = [{"id": "1", "text": "Kenya asks for the training of its prosecutors."}]
    with (
        receiving("127.0.0.2") as receiver,
        running(tmp_path / "service", url, environment) as service,
    ):
        with service.client() as client:
            told = {"url": receiver.url("/well"), "events": [TAGGED, REVIEWED]}
            made = client.post("/v1/webhooks", json=told).json()
            client.post("/v1/webhooks", json=told | {"url": receiver.url("/hanging")})
            inside = client.post("/v1/webhooks", json=told | {"url": receiver.url("/well", "localhost")})
            assert client.post("/v1/webhooks", json=told | {"url": "http://127.0.0.1"}).status_code == 422
            assert client.post("/v1/questionnaires", json={"external_id": "q", "answers": answers}).is_success
            path = f"/v1/webhooks/{made['id']}/deliveries"
            delivered = {"status": "delivered"}
            (first,) = wait_until(lambda: client.get(path, params=delivered).json()["items"])
            assert receiver.ids("/well") == [first["message"]]
            wait_until(lambda: receiver.got["/hanging"])
        service.kill()
        before = len(receiver.got["/hanging"])
        settings = Settings(home=tmp_path / "service", database_url=url, _env_file=None)
        database = open_database(settings)
        with database.writing() as session:
            # The leases of the killed service run out.
            session.execute(update(Delivery).where(Delivery.due.is_not(None)).values(due=0))
        database.dispose()
        service.start()
        with service.client() as client:
            wait_until(lambda: len(receiver.got["/hanging"]) > before)
            assert len(set(receiver.ids("/hanging"))) == 1
            decisions = {"version": 0, "decisions": [{"act": "done"}]}
            assert client.post("/v1/answers/1/decisions", json=decisions).status_code == 201
            wait_until(lambda: len(receiver.got["/well"]) == 2)
            assert [json.loads(each.body)["type"] for each in receiver.got["/well"]] == [TAGGED, REVIEWED]
            assert client.post(f"{path}/{first['id']}/send").status_code == 202
            wait_until(lambda: receiver.ids("/well").count(first["message"]) == 2)
            refused = client.get(f"/v1/webhooks/{inside.json()['id']}/deliveries").json()["items"]
            assert {each["status"] for each in refused} == {"waiting"}
            assert all("is not public" in (each["error"] or "is not public") for each in refused)
            wait_until(lambda: "needtag_deliveries_waiting 4" in client.get("/metrics").text)
        verify_as_the_page_says(made["secret"], receiver.got["/well"][-1])
        said = service.log.read_text()
        assert '"could not tell a webhook"' in said
        assert made["secret"] not in said
        assert receiver.url("") not in said


def verify_as_the_page_says(secret, got):
    """The example of docs/api.md takes what is genuine, and nothing else."""
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    page = {}
    exec(example, page)  # the page's own text
    assert page["is_genuine"](secret, got.headers, got.body)
    assert not page["is_genuine"](secret, got.headers, got.body + b" ")
    assert not page["is_genuine"]("whsec_c2VjcmV0", got.headers, got.body)
    old = {**got.headers, "webhook-timestamp": str(int(time.time()) - 3600)}
    assert not page["is_genuine"](secret, old, got.body)
