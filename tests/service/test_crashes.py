"""Processes are killed at any moment: nothing that was acknowledged is lost, nothing is done twice."""

import contextlib
import datetime as dt
import itertools
import multiprocessing
import os
import random
import shutil
import signal
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import httpx
import pytest
from sqlalchemy import exists, func, select, text
from starlette.testclient import TestClient

from nlp.models import default_id, save_model
from nlp.tagging import Tagger
from service.api.app import create_app
from service.api.given import QuestionnaireGiven
from service.store.database import Database
from service.store.decisions import Wish, decide
from service.store.keys import add_key
from service.store.models import activate, active_model, find_model, register
from service.store.questionnaires import receive
from service.store.tables import (
    Answer,
    Base,
    Decision,
    Lease,
    ModelVersion,
    Questionnaire,
    Suggestion,
    Tagging,
)
from service.store.views import reviewed_answers
from service.store.work import MOST_ATTEMPTS, claim, find_waiting
from service.worker import Worker
from tests.service.running import SOON, Service, running, wait_until
from tests.service.watching import added_only, has_work_in_hand, is_between_transactions, rows, waiting

ROOMS = ("nlp", "corpus", "evaluation", "service")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def texts(few_answers):
    return [each.answer.text for each in few_answers if len(each.answer.text) < 300][:24]


@pytest.fixture
def small(settings, database, small_model):
    """A home with two small models, `first` being active; the package's is known, so it does not step in."""
    for name in ("first", "second"):
        save_model(small_model, settings.home / "models" / name, corpus="few")
    with database.writing() as session:
        version = default_id().version
        session.add(
            ModelVersion(name="default", version=version, bands={}, first_seen=dt.datetime.now(dt.UTC))
        )
        activate(session, register(session, home_model(settings, "first")), "test")
        register(session, home_model(settings, "second"))
    return small_model


def home_model(settings, name):
    from service.modelling import load_named

    return load_named(settings, name)


@pytest.fixture
def service(settings, small):
    """A service at rest, whose leases run out soon."""
    service = Service(settings.home, settings.database_url.get_secret_value(), {"NEEDTAG_LEASE_SECONDS": "3"})
    yield service
    service.kill()


@contextlib.contextmanager
def worker(service):
    """A worker of its own, beside those of the service; killed at the end, also when it is stopped."""
    with service.log.open("a") as log, service.spawn("worker", stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


def questionnaire(name, texts):
    return {"external_id": name, "answers": [{"id": f"q{i}", "text": each} for i, each in enumerate(texts)]}


class Office:
    """An intake system and its reviewers: each sends until it is told that it was taken, then goes on.

    `sent` holds the questionnaires by external_id and id, `decided` the notes of decisions by answer's id, in
    order; both only what was acknowledged. `replaced` are pairs of ids.
    """

    def __init__(self, service, texts, seed):
        self.service = service
        self.texts = texts
        self.seed = seed
        self.stopped = threading.Event()
        self.sent = {}
        self.replaced = []
        self.decided = defaultdict(dict)
        self.refused = []
        self.faults = []
        people = [self.send] * 2 + [self.review] * 3
        self.threads = [threading.Thread(target=self.work, args=each) for each in enumerate(people)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self.threads:
            thread.join()

    def work(self, number, act):
        chance = random.Random(f"{self.seed} {number}")
        with httpx.Client(trust_env=False, timeout=60) as client:
            for turn in itertools.count():
                if self.stopped.is_set() or self.faults:
                    return
                try:
                    act(client, chance, f"{number}-{turn}")
                except Exception as error:  # noqa: BLE001 - shown by the test, which fails
                    self.faults.append(repr(error))
                self.stopped.wait(chance.uniform(0, 0.1))

    def insist(self, client, method, path, allowed, **options):
        """Ask until there is an answer, whatever happens to the service meanwhile."""
        headers = {"Authorization": f"Bearer {self.service.key}", "Idempotency-Key": uuid.uuid4().hex}
        deadline = time.monotonic() + SOON
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                answer = client.request(method, f"{self.service.url}{path}", headers=headers, **options)
                if answer.status_code != 503:
                    assert answer.status_code in allowed, (method, path, answer.status_code, answer.text)
                    return answer
            time.sleep(0.05)
        raise TimeoutError(path)

    def send(self, client, chance, name):
        given = questionnaire(name, chance.choices(self.texts, k=chance.randint(1, 4)))
        post = ("POST", "/v1/questionnaires", (202,))
        questionnaire_id = int(self.insist(client, *post, json=given).json()["id"])
        self.sent[questionnaire_id] = given
        if chance.random() < 0.2:
            assert int(self.insist(client, *post, json=given).json()["id"]) == questionnaire_id
        if chance.random() < 0.2:
            # Somebody may be deciding on it.
            time.sleep(chance.uniform(0, 0.5))
            later = given | {"replaces": name, "answers": [*given["answers"], {"id": "more", "text": name}]}
            later_id = int(self.insist(client, *post, json=later).json()["id"])
            self.sent[later_id] = later
            self.replaced.append((questionnaire_id, later_id))

    def review(self, client, chance, name):
        if not self.sent:
            return
        latest = list(self.sent)[-20:]
        path = f"/v1/questionnaires/{chance.choice(latest)}/answers"
        answer = chance.choice(self.insist(client, "GET", path, (200,)).json()["items"])
        if answer["status"] != "reviewed":
            self.decide(client, chance, answer, name)

    def decide(self, client, chance, answer, name):
        acts = [
            {"act": chance.choice(["accept", "reject"]), "code": tag["code"], "stance": tag["stance"]}
            for tag in answer["tags"][:2]
        ]
        acts.append({"act": "add", "code": "legal.drafting", "stance": "requested"})
        if chance.random() < 0.3:
            acts.append({"act": "done"})
        given = [{**each, "note": f"{name} {place}"} for place, each in enumerate(acts)]
        path = f"/v1/answers/{answer['id']}/decisions"
        body = {"version": answer["version"], "decisions": given}
        # Another reviewer may have been there first, or the questionnaire have been replaced.
        answered = self.insist(client, "POST", path, (201, 409), json=body)
        notes = [each["note"] for each in given]
        if answered.status_code == 409:
            self.refused += notes
            return
        written = answered.json()
        assert [each["note"] for each in written["decisions"]] == notes
        assert written["version"] == answer["version"] + len(given)
        self.decided[int(answer["id"])] |= {each["number"]: each["note"] for each in written["decisions"]}


class Killer:
    """Kills what works for a service, and starts it again."""

    def __init__(self, service, chance):
        self.service = service
        self.chance = chance
        self.beside = None

    def __enter__(self):
        self._start_beside()
        return self

    def __exit__(self, *_):
        self._kill_beside()

    def _start_beside(self):
        with self.service.log.open("a") as log:
            self.beside = self.service.spawn("worker", stderr=log)

    def _kill_beside(self):
        self.beside.kill()
        self.beside.wait()

    def everything(self):
        self._kill_beside()
        self.service.kill()
        self.service.start()
        self._start_beside()

    def service_with_its_worker(self):
        self.service.kill()
        self.service.start()

    def service_without_its_worker(self):
        self.service.kill(workers=False)
        self.service.start()

    def its_worker(self):
        # It may be gone since it was listed, or wait to be started again.
        for pid in self.service.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def worker_beside(self):
        self._kill_beside()
        self._start_beside()

    def plan(self, kills):
        """So many ways to kill, in any order; with five, each way once."""
        ways = [
            self.everything,
            self.service_with_its_worker,
            self.service_without_its_worker,
            self.its_worker,
            self.worker_beside,
        ]
        return self.chance.sample(ways * (kills // len(ways)), kills)


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.soak)])
def test_nothing_is_lost_or_doubled_by_kills_under_load(service, database, small, texts, kills):
    seed = os.environ.get("SEED") or random.randrange(10**9)
    sys.stdout.write(f"SEED={seed}\n")
    chance = random.Random(f"{seed}")
    service.start()
    assert service.key
    with database.reading() as session:
        second = session.scalar(select(ModelVersion.id).where(ModelVersion.name == "second"))
    with Killer(service, chance) as killer:
        with Office(service, texts, seed) as office:
            for number, kill in enumerate(killer.plan(kills)):
                time.sleep(chance.uniform(0, 3))
                kill()
                if number == kills // 2:
                    with service.client() as client:
                        assert client.post(f"/v1/models/{second}/activate").status_code == 200
            time.sleep(1)
        assert office.faults == []
        wait_until(lambda: waiting(database) == 0)
    taken = len(office.sent), len(office.decided), len(office.refused)
    sys.stdout.write("{} questionnaires, {} answers decided on, {} decisions refused\n".format(*taken))
    check_questionnaires(database, office)
    check_taggings(database, small)
    check_decisions(database, office)
    check_integrity(database)
    with service.client() as client:
        check_shown(client, office)


def check_questionnaires(database, office):
    with database.reading() as session:
        stored = {each.id: each for each in session.scalars(select(Questionnaire))}
        answers = defaultdict(list)
        for each in session.scalars(select(Answer).order_by(Answer.place)):
            answers[each.questionnaire_id].append({"id": each.external_id, "text": each.text})
    # All were acknowledged in the end: who sends does not give up.
    assert set(stored) == set(office.sent)
    for questionnaire_id, given in office.sent.items():
        assert stored[questionnaire_id].external_id == given["external_id"]
        assert answers[questionnaire_id] == given["answers"]
    assert sorted(office.replaced) == sorted((e.id, e.replaced_by) for e in stored.values() if e.replaced_by)
    assert sorted(office.replaced) == sorted((e.replaces, e.id) for e in stored.values() if e.replaces)
    names = Counter(each.external_id for each in stored.values() if each.replaced_by is None)
    assert set(names.values()) == {1}


def check_taggings(database, model):
    """Each answer that counts and is not done is tagged by the active model, and each tagging is right."""
    with database.reading() as session:
        active = active_model(session).id
        reviewed = set(session.scalars(select(reviewed_answers.c.answer_id)))
        counting = {
            answer.id
            for answer, replaced_by in session.execute(
                select(Answer, Questionnaire.replaced_by).join(Questionnaire)
            )
            if replaced_by is None
        }
        taggings = list(session.execute(select(Tagging, Answer.text).join(Answer)))
        suggested = defaultdict(list)
        for each in session.scalars(select(Suggestion).order_by(Suggestion.place)):
            suggested[each.tagging_id].append((each.code, each.stance, each.confidence, each.band))
        leased = set(session.scalars(select(Lease.answer_id)))
    times = Counter((tagging.answer_id, tagging.model_version_id) for tagging, _ in taggings)
    assert set(times.values()) == {1}
    assert counting - reviewed <= {answer_id for answer_id, model_id in times if model_id == active}
    tagger = Tagger(model)
    known = {}
    for tagging, said in taggings:
        assert tagging.error is None
        if said not in known:
            found = tagger.tag(answer_of(said))
            known[said] = [(e.code, e.stance or "", e.confidence, e.band) for e in found.tags]
        assert suggested[tagging.id] == known[said]
    assert sum(map(len, suggested.values())) == sum(len(known[said]) for _, said in taggings)
    assert not leased & (counting - reviewed)


def answer_of(said):
    from nlp.answers import Answer as PlainAnswer

    return PlainAnswer("1", said)


def check_decisions(database, office):
    """Decisions are those that were acknowledged, once each; those on what was replaced were carried over."""
    with database.reading() as session:
        stored = defaultdict(list)
        for each in session.scalars(select(Decision).order_by(Decision.answer_id, Decision.number)):
            stored[each.answer_id].append(each)
        answers = {
            (questionnaire_id, name): answer_id
            for questionnaire_id, name, answer_id in session.execute(
                select(Answer.questionnaire_id, Answer.external_id, Answer.id)
            )
        }
    for each in stored.values():
        assert [decision.number for decision in each] == list(range(1, len(each) + 1))
    written = {
        answer_id: {each.number: each.note for each in found if each.carried_from is None}
        for answer_id, found in stored.items()
    }
    assert {answer_id: each for answer_id, each in written.items() if each} == office.decided
    carried = {each.id: each.carried_from for found in stored.values() for each in found if each.carried_from}
    expected = {}
    for earlier, later in office.replaced:
        for answer in office.sent[earlier]["answers"]:
            old, new = (stored[answers[each, answer["id"]]] for each in (earlier, later))
            expected |= {copy.id: each.id for each, copy in zip(old, new[: len(old)], strict=True)}
    assert carried == expected


def check_integrity(database):
    """The file is whole, and no row points at one that is not there."""
    with database.reading() as session:
        if database.is_sqlite:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        for table in Base.metadata.tables.values():
            for key in (each for column in table.columns for each in column.foreign_keys):
                pointed = aliased_column(key)
                missing = key.parent.is_not(None) & ~exists().where(pointed == key.parent)
                assert session.scalar(select(func.count()).select_from(table).where(missing)) == 0, key


def aliased_column(key):
    return key.column.table.alias("pointed").columns[key.column.name]


def check_shown(client, office):
    """The API shows the same as the tables hold."""
    listed, cursor = [], None
    while True:
        page = client.get(
            "/v1/questionnaires", params={"limit": 100} | ({"cursor": cursor} if cursor else {})
        ).json()
        listed += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    earlier = {each for each, _ in office.replaced}
    assert sorted(int(each["id"]) for each in listed) == sorted(set(office.sent) - earlier)
    assert all(each["progress"]["tagged"] == each["progress"]["answers"] for each in listed)
    for answer_id, notes in random.Random(0).sample(
        sorted(office.decided.items()), min(20, len(office.decided))
    ):
        shown = client.get(f"/v1/answers/{answer_id}").json()
        assert {e["number"]: e["note"] for e in shown["decisions"] if not e["carried"]} == notes
        assert shown["version"] == len(shown["decisions"])


def send(client, name, texts):
    sent = client.post("/v1/questionnaires", json=questionnaire(name, texts))
    assert sent.status_code == 202
    return int(sent.json()["id"])


def answers_of(client, questionnaire_id):
    return client.get(f"/v1/questionnaires/{questionnaire_id}/answers", params={"limit": 200}).json()["items"]


def stop_with_work_in_hand(process, database, send_work):
    """Stop a worker for as long as the test likes, but not in the middle of a transaction.

    There it would hold locks, which on SQLite nobody could write without. Work is sent until the worker is
    met at a good moment; gives what the sendings gave.
    """
    sent = []
    while True:
        if waiting(database) == 0:
            sent.append(send_work(len(sent)))
        with database.reading() as session:
            if not has_work_in_hand(session):
                continue
        process.send_signal(signal.SIGSTOP)
        if is_between_transactions(database):
            return sent
        process.send_signal(signal.SIGCONT)


def test_a_worker_that_comes_back_late_changes_nothing(service, database, texts):
    service.environment["NEEDTAG_WORKERS"] = "0"
    service.start()
    with service.client() as client, worker(service) as late:
        send(client, "warm", texts[:1])
        wait_until(lambda: waiting(database) == 0)
        sent = stop_with_work_in_hand(late, database, lambda turn: send(client, f"work-{turn}", texts * 8))
        with worker(service) as other:
            wait_until(lambda: waiting(database) == 0)
            taggings, suggestions = rows(database, Tagging), rows(database, Suggestion)
            other.kill()
            other.wait()
        late.send_signal(signal.SIGCONT)
        # What it takes up now comes after what it had in hand.
        send(client, "more", texts)
        wait_until(lambda: waiting(database) == 0)
    later = rows(database, Tagging)
    assert added_only(taggings, later)
    assert added_only(suggestions, rows(database, Suggestion))
    assert len(later) == len(taggings) + len(texts) == 1 + len(texts) * (8 * len(sent) + 1)
    assert not any(tagging[-1] for tagging in later.values())


def older_needtag(folder, model):
    """Another installation of needtag, whose default model is another one."""
    for room in ROOMS:
        unlike = shutil.ignore_patterns("default", "__pycache__")
        shutil.copytree(ROOT / room, folder / room, ignore=unlike)
    save_model(model, folder / "nlp" / "models" / "default", corpus="few")
    return str(folder)


@pytest.fixture
def older(tmp_path, small_model):
    return older_needtag(tmp_path / "older", small_model)


def test_an_upgrade_with_work_in_flight_goes_on_where_the_older_needtag_was_killed(
    settings, database, texts, older
):
    url = settings.database_url.get_secret_value()
    environment = {"PYTHONPATH": older, "NEEDTAG_LEASE_SECONDS": "3", "NEEDTAG_WORKERS": "0"}
    with running(settings.home, url, environment) as service, worker(service) as elsewhere:
        with service.client() as client:
            first = send(client, "first", texts[:4])
            wait_until(lambda: waiting(database) == 0)
            done, touched, *_ = answers_of(client, first)
            for answer, act in ((done, "done"), (touched, None)):
                tag = answer["tags"][0]
                acts = [{"act": "accept", "code": tag["code"], "stance": tag["stance"]}]
                given = {"version": 0, "decisions": acts + ([{"act": act}] if act else [])}
                assert client.post(f"/v1/answers/{answer['id']}/decisions", json=given).status_code == 201
            flight = stop_with_work_in_hand(
                elsewhere, database, lambda turn: send(client, f"flight-{turn}", texts * 6)
            )
        service.kill()
        assert waiting(database) > 0
        before = {table: rows(database, table) for table in (Tagging, Suggestion, Decision)}
        del service.environment["PYTHONPATH"], service.environment["NEEDTAG_WORKERS"]
        service.start()
        # A worker of the older needtag comes back with what it had in hand.
        elsewhere.send_signal(signal.SIGCONT)
        with service.client() as client:
            assert client.get("/readyz").json()["version"] == default_id().version
            later = send(client, "later", texts[:4])
            wait_until(lambda: waiting(database) == 0)
            shown = client.get(f"/v1/answers/{done['id']}").json()
            assert shown["tags"] == done["tags"]
            assert [each["act"] for each in shown["decisions"]] == ["accept", "done"]
    after = {table: rows(database, table) for table in before}
    assert all(added_only(before[table], after[table]) for table in before)
    assert after[Decision] == before[Decision]
    with database.reading() as session:
        new = find_model(session, default_id()).id
        assert active_model(session).id == new
        old = session.scalar(select(ModelVersion.id).where(ModelVersion.id != new))
        by = defaultdict(list)
        for tagging, of in session.execute(select(Tagging, Answer.questionnaire_id).join(Answer)):
            assert tagging.error is None
            by[of, tagging.model_version_id].append(tagging.answer_id)
    every = {
        each: {answer_id for answer_id, row in rows(database, Answer).items() if row[1] == each}
        for each in (first, *flight, later)
    }
    assert sorted(by[first, old]) == sorted(every[first])
    assert sorted(by[first, new]) == sorted(every[first] - {int(done["id"])})
    for each in flight:
        assert len(by[each, old]) == len(set(by[each, old]))
        assert sorted(by[each, new]) == sorted(every[each])
    assert len(by[flight[-1], old]) < len(every[flight[-1]])
    assert sorted(by[later, new]) == sorted(every[later])
    assert by[later, old] == []


POISON = "Poison"


class Breaking:
    """A model that something happens to over one answer."""

    def __init__(self, model, happens):
        self.id, self.calibration, self.labels = model.id, model.calibration, model.labels
        self.model = model
        self.happens = happens

    def score(self, texts):
        if any(said.startswith(POISON) for said, _ in texts):
            self.happens()
        return self.model.score(texts)


def fail():
    raise ValueError


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def breaking_worker(database, settings, happens):
    """A worker that has the active model already, which breaks."""
    found = Worker(database, settings)
    with database.reading() as session:
        active = active_model(session)
    found.tagger = Tagger(Breaking(home_model(settings, active.name), happens))
    found.model_version_id = active.id
    return found


def work_through_deaths(settings):
    """Work by one worker after the other until nothing waits; the exit code is how many of them died.

    Each has a process of its own, which the answer kills as one that takes all memory would.
    """
    # What all of them need is loaded once.
    Tagger(home_model(settings, "first")).tag(answer_of("Kenya asks for training."))
    deaths = 0
    while True:
        if not (child := os.fork()):
            work_until_dead(settings)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != -signal.SIGKILL:
            sys.exit(code or deaths)
        deaths += 1


def work_until_dead(settings):
    code = 99
    try:
        database = Database(settings.database_url.get_secret_value())
        found = breaking_worker(database, settings, die)
        while waiting(database):
            if not found.work_once():
                time.sleep(0.05)
        code = 0
    finally:
        # Not as its parent would end, from whose memory it has everything.
        os._exit(code)


@pytest.fixture
def client(settings, database, small):
    with database.writing() as session:
        key = add_key(session, "tests", ["admin"], expires_at=None, actor="test")
    with TestClient(create_app(settings, database), headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


@pytest.fixture
def poisoned(client, texts):
    """A questionnaire whose third answer is poisoned; gives its ids."""
    sent = send(client, "poisoned", [*texts[:2], f"{POISON} is in this answer.", *texts[2:18]])
    return sent, [each["id"] for each in answers_of(client, sent)]


def check_set_aside(client, poisoned, error):
    questionnaire_id, ids = poisoned
    shown = client.get(f"/v1/answers/{ids[2]}").json()
    assert (shown["status"], shown["error"], shown["tags"]) == ("failed", error, [])
    progress = client.get(f"/v1/questionnaires/{questionnaire_id}").json()["progress"]
    assert (progress["answers"], progress["tagged"], progress["failed"]) == (len(ids), len(ids) - 1, 1)


def check_tried_again(client, database, settings, poisoned):
    """Once its model is activated again, the answer is tagged with what is right by then."""
    questionnaire_id, ids = poisoned
    before = rows(database, Suggestion)
    active = next(each["id"] for each in client.get("/v1/models").json()["items"] if each["active"])
    assert client.post(f"/v1/models/{active}/activate").status_code == 200
    assert waiting(database) == 1
    assert Worker(database, settings).work_once() == 1
    shown = client.get(f"/v1/answers/{ids[2]}").json()
    assert (shown["status"], shown["error"]) == ("tagged", None)
    assert client.get(f"/v1/questionnaires/{questionnaire_id}").json()["status"] == "tagged"
    assert added_only(before, rows(database, Suggestion))


def test_an_answer_that_a_model_fails_on_is_set_aside_and_tried_again(client, database, settings, poisoned):
    found = breaking_worker(database, settings, fail)
    while found.work_once():
        pass
    assert waiting(database) == 0
    check_set_aside(client, poisoned, "the model failed on it (ValueError)")
    check_tried_again(client, database, settings, poisoned)


def test_an_answer_that_kills_its_workers_is_set_aside_and_tried_again(client, database, settings, poisoned):
    # A lease must outlive a slow machine's pauses, or living workers would count as dead.
    short = settings.model_copy(update={"lease_seconds": 1.0})
    process = multiprocessing.get_context("spawn").Process(target=work_through_deaths, args=(short,))
    process.start()
    process.join()
    assert process.exitcode == MOST_ATTEMPTS
    check_set_aside(client, poisoned, f"{MOST_ATTEMPTS} workers ended while they tagged it")
    check_tried_again(client, database, settings, poisoned)


ADDED = {"act": "add", "code": "legal.drafting", "stance": "requested"}


def test_a_decision_sent_again_before_the_first_is_answered_is_written_once(client, database, poisoned):
    times = 6
    path = f"/v1/answers/{poisoned[1][0]}/decisions"
    start = threading.Barrier(times)

    def post(_):
        start.wait()
        body = {"version": 0, "decisions": [ADDED]}
        return client.post(path, json=body, headers={"Idempotency-Key": "the same"})

    with ThreadPoolExecutor(times) as threads:
        answers = list(threads.map(post, range(times)))
    assert [each.status_code for each in answers] == [201] * times, [each.text for each in answers]
    assert len({each.text for each in answers}) == 1
    assert len(rows(database, Decision)) == 1


def notes_on_first(client, questionnaire_id):
    answer_id = answers_of(client, questionnaire_id)[0]["id"]
    return [each["note"] for each in client.get(f"/v1/answers/{answer_id}").json()["decisions"]]


@pytest.fixture
def replacement(client, texts):
    """A questionnaire's id, the id of its answer, and what is to replace it."""
    sent = send(client, "replaced", texts[:1])
    later = questionnaire("replaced", texts[:2]) | {"replaces": "replaced"}
    return sent, int(answers_of(client, sent)[0]["id"]), later


def test_a_decision_in_the_moment_before_a_replacement_is_carried_over(client, database, replacement):
    _, answer_id, later = replacement
    with ThreadPoolExecutor(1) as threads:
        with database.writing() as session:
            wish = Wish("add", code="legal.drafting", stance="requested", note="in time")
            decide(session, answer_id, 0, [wish], "somebody", may_reopen=False)
            posted = threads.submit(client.post, "/v1/questionnaires", json=later)
            # It waits for the decision, or is done long before.
            wait([posted], 1)
        later_id = posted.result().json()["id"]
    assert notes_on_first(client, later_id) == ["in time"]


def test_a_decision_in_the_moment_of_a_replacement_is_refused(client, database, replacement):
    _, answer_id, later = replacement
    given = QuestionnaireGiven.model_validate(later).questionnaire()
    body = {"version": 0, "decisions": [ADDED]}
    with ThreadPoolExecutor(1) as threads:
        with database.writing() as session:
            receive(session, given, "somebody")
            posted = threads.submit(client.post, f"/v1/answers/{answer_id}/decisions", json=body)
            wait([posted], 1)
        assert posted.result().status_code == 409
    assert rows(database, Decision) == {}


def claim_some(database, owner, *, most, seconds):
    with database.reading() as session:
        found = find_waiting(session, most * 8)
    with database.writing() as session:
        return {each.answer_id for each in claim(session, owner, found, most=most, seconds=seconds)}


def test_what_a_killed_worker_had_is_not_left_behind_what_comes_in(client, database, texts):
    send(client, "held", texts[:3])
    held = claim_some(database, "killed", most=3, seconds=-1)
    assert len(held) == 3
    send(client, "fresh", texts)
    taken = [claim_some(database, "living", most=5, seconds=60) for _ in held]
    assert held <= set().union(*taken)
