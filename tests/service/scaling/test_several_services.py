"""Several services on one PostgreSQL are one service, whichever of them is asked."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest
from sqlalchemy import select

from service.api.dependencies import KEY_SECONDS
from service.sessions import COOKIE
from service.store import users
from service.store.database import Database
from service.store.tables import Lease
from tests.service.running import running, wait_until
from tests.service.watching import waiting

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def url(postgresql, postgresql_template):
    name = postgresql.create(postgresql_template)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(scope="module")
def services(url, tmp_path_factory):
    """Two services, each with a home and a worker of its own, as on two machines."""
    folder = tmp_path_factory.mktemp("homes")
    with ExitStack() as stack:
        yield [stack.enter_context(running(folder / name, url)) for name in ("east", "west")]


@pytest.fixture(scope="module")
def database(url, services):
    found = Database(url)
    yield found
    found.dispose()


@pytest.fixture(scope="module")
def clients(services):
    """A client of each, with the same key."""
    with ExitStack() as stack:
        yield [stack.enter_context(each.client(services[0].key)) for each in services]


def send(client, texts, **headers):
    given = [{"id": f"q{place}", "text": text} for place, text in enumerate(texts)]
    sent = {"external_id": f"sent-{next(NUMBERS)}", "answers": given}
    return client.post("/v1/questionnaires", json=sent, headers=headers), sent


@pytest.fixture(scope="module")
def texts(few_answers):
    return [each.answer.text for each in few_answers]


def at_work(database):
    """The process ids of the workers that have answers in hand."""
    with database.reading() as session:
        return {int(owner.split(":")[1]) for owner in session.scalars(select(Lease.owner))}


def test_the_workers_of_both_share_what_comes_in_to_either(services, clients, database, texts):
    workers = {pid for each in services for pid in each.workers()}
    assert len(workers) == 2
    seen = set()

    def both_work():
        if waiting(database) < 50:
            for client in clients:
                assert send(client, texts)[0].status_code == 202
        seen.update(at_work(database))
        return workers <= seen

    wait_until(both_work)
    wait_until(lambda: waiting(database) == 0)


def test_both_give_the_same_answers(clients, database, texts):
    sent = [send(client, texts[:10])[0].json()["id"] for client in clients]
    wait_until(lambda: waiting(database) == 0)
    paths = [f"/v1/questionnaires/{each}{part}" for each in sent for part in ("", "/answers?limit=200")]
    for path in (*paths, "/v1/questionnaires?limit=100", "/v1/exports/answers?format=jsonl", "/v1/models"):
        first, second = (client.get(path) for client in clients)
        assert first.status_code == second.status_code == 200, path
        assert first.content == second.content, path
    asked = {"answers": [{"id": str(place), "text": text} for place, text in enumerate(texts[:10])]}
    first, second = (client.post("/v1/tag", json=asked) for client in clients)
    assert first.status_code == 200
    assert first.content == second.content


def test_what_is_sent_again_to_the_other_is_stored_once(clients, texts):
    repeat = {"Idempotency-Key": "the same"}
    first, sent = send(clients[0], texts[:3], **repeat)
    second = clients[1].post("/v1/questionnaires", json=sent, headers=repeat)
    assert (first.status_code, first.content) == (second.status_code, second.content)


class Person:
    """Somebody who is signed in; the browser may be sent to either service."""

    def __init__(self, database, role):
        name = f"{role}.{next(NUMBERS)}"
        with database.writing() as session:
            every = ["en", "fr", "es"]
            user = users.add_user(session, name, role=role, languages=every, password=None, actor="test")
            token = users.sign_in(session, user)
        with database.reading() as session:
            self._csrf = users.find_session(session, token).csrf
        self._cookie = f"{COOKIE}={token}"

    def get(self, service, path):
        return httpx.get(
            f"{service.url}{path}", headers={"Cookie": self._cookie}, trust_env=False, timeout=60
        )

    def submit(self, service, path, **fields):
        return httpx.post(
            f"{service.url}{path}",
            data={"csrf": self._csrf, **fields},
            headers={"Cookie": self._cookie},
            trust_env=False,
            timeout=60,
        )


def test_next_for_me_never_gives_two_people_the_same_questionnaire(services, clients, database, texts):
    for client in clients * 6:
        send(client, texts[:2])
    people = [Person(database, "reviewer") for _ in range(12)]
    start = threading.Barrier(len(people))

    def take(number):
        start.wait()
        return people[number].submit(services[number % 2], "/next")

    with ThreadPoolExecutor(len(people)) as threads:
        answers = list(threads.map(take, range(len(people))))
    assert {each.status_code for each in answers} == {303}, [each.text[:200] for each in answers]
    given = [each.headers["location"] for each in answers]
    assert len(set(given)) == len(people)
    # It stays theirs, whichever of the two they ask next.
    again = [person.submit(services[1 - number % 2], "/next") for number, person in enumerate(people)]
    assert [each.headers["location"] for each in again] == given


def test_a_key_revoked_through_one_is_refused_by_the_other(services, database):
    east, west = services
    with west.client(east.add_key("read", name="short-lived")) as client:
        assert client.get("/v1/questionnaires").status_code == 200
        assert Person(database, "admin").submit(east, "/admin/keys/revoke", name="short-lived").is_redirect
        time.sleep(KEY_SECONDS)
        assert client.get("/v1/questionnaires").status_code == 401


def test_who_signs_out_of_one_is_out_of_the_other(services, database):
    east, west = services
    person = Person(database, "reader")
    assert person.get(west, "/account").status_code == 200
    assert person.submit(east, "/sign-out").is_redirect
    assert person.get(west, "/account").headers["location"].startswith("/sign-in")
