"""A backup holds everything, on both databases, also while needtag works, and comes back as one."""

import datetime as dt
import itertools
import json
import random
import threading
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from starlette.testclient import TestClient

from nlp.errors import InputError
from nlp.models import save_model
from service.api.app import create_app
from service.backup import MANIFEST, back_up, restore
from service.doctor import PATIENCE, examine
from service.errors import SchemaError
from service.modelling import load_named
from service.settings import Settings
from service.store import migrations
from service.store.copying import LEFT_OUT
from service.store.database import Database
from service.store.keys import add_key
from service.store.models import activate, register
from service.store.opening import FILE, open_database
from service.store.tables import Activation, Base, Decision, Questionnaire
from service.store.views import reviewed_states, reviewed_tags
from service.worker import Worker

TABLES = [each for each in Base.metadata.sorted_tables if each.name not in LEFT_OUT]


@pytest.fixture
def client(settings, database, small_model):
    """A needtag at work with a model of its home."""
    save_model(small_model, settings.home / "models" / "small", corpus="few")
    with database.writing() as session:
        activate(session, register(session, load_named(settings, "small")), "test")
        key = add_key(session, "tests", ["admin"], expires_at=None, actor="test")
    with TestClient(create_app(settings, database), headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


def send(client, name, texts, **more):
    answers = [{"id": f"q{place}", "question": "What?", "text": each} for place, each in enumerate(texts)]
    sent = client.post("/v1/questionnaires", json={"external_id": name, "answers": answers, **more})
    assert sent.status_code == 202
    return sent.json()["id"]


def answers_of(client, questionnaire_id):
    return client.get(f"/v1/questionnaires/{questionnaire_id}/answers").json()["items"]


def decide(client, answer, *acts):
    given = {"version": answer["version"], "decisions": list(acts)}
    return client.post(f"/v1/answers/{answer['id']}/decisions", json=given)


ADD = {"act": "add", "code": "legal.drafting", "stance": "requested", "note": "as they say «ici»: été"}
UNDO = {"act": "undo", "undoes": 1}
NAME = {"act": "state-add", "state": "KEN"}
DONE = {"act": "done"}


@pytest.fixture
def filled(client, settings, database, few_answers):
    """Questionnaires replaced, decided on and purged, so that rows refer to earlier and to later ones."""
    texts = [each.answer.text for each in few_answers][:6]
    webhook = {"url": "https://archive.example.org", "events": ["questionnaire.tagged"]}
    assert client.post("/v1/webhooks", json=webhook).status_code == 201
    first = send(client, "one", texts[:3], state="KEN", instrument=["tip"], cycle="2")
    while Worker(database, settings).work_once():
        pass
    answers = answers_of(client, first)
    assert decide(client, answers[0], ADD, UNDO, ADD, NAME, DONE).status_code == 201
    assert decide(client, answers[1], ADD).status_code == 201
    send(client, "one", texts[:4], replaces="one")
    gone = send(client, "two", texts)
    assert client.delete(f"/v1/questionnaires/{gone}").status_code == 204
    while Worker(database, settings).work_once():
        pass
    return client


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    """A home and a database without anything, of either kind."""
    home = tmp_path / "another home"
    if request.param == "sqlite":
        yield Settings(home=home, database_url=f"sqlite:///{home / FILE}", _env_file=None)
        return
    server = request.getfixturevalue("postgresql")
    name = server.create()
    yield Settings(home=home, database_url=server.url(name), _env_file=None)
    server.drop(name)


def rows(database, table):
    with database.reading() as session:
        return [tuple(each) for each in session.execute(select(table).order_by(*table.primary_key))]


def view(database, wanted):
    with database.reading() as session:
        return sorted(tuple(each) for each in session.execute(select(wanted)))


def test_everything_comes_back_in_either_kind_of_database(filled, settings, database, empty, tmp_path):
    back_up(settings, tmp_path / "backup.zip")
    counts = restore(empty, tmp_path / "backup.zip")
    restored = open_database(empty)
    assert counts["deliveries"] > 0
    for table in TABLES:
        assert rows(restored, table) == rows(database, table), table.name
        assert counts[table.name] == len(rows(database, table))
    assert view(database, reviewed_tags) == view(restored, reviewed_tags) != []
    assert view(database, reviewed_states) == view(restored, reviewed_states) != []
    model = settings.home / "models" / "small" / "manifest.json"
    assert (empty.home / "models" / "small" / "manifest.json").read_bytes() == model.read_bytes()
    restored.dispose()


def test_work_goes_on_after_a_restore_and_no_id_is_given_twice(filled, settings, database, empty, tmp_path):
    back_up(settings, tmp_path / "backup.zip")
    restore(empty, tmp_path / "backup.zip")
    restored = open_database(empty)
    with TestClient(create_app(empty, restored), headers=filled.headers) as client:
        sent = send(client, "three", ["Kenya requests training for judges."])
        # The one that was purged had the id before.
        assert sent == send(filled, "three", ["Kenya requests training for judges."]) == "4"
        assert Worker(restored, empty).work_once() == 1
        answer = answers_of(client, sent)[0]
        assert answer["status"] == "tagged"
        assert decide(client, answer, ADD, DONE).status_code == 201
        with pytest.raises(Exception, match="never changed"), restored.writing() as session:
            session.execute(text("UPDATE decisions SET note = 'another'"))
    restored.dispose()


def test_a_backup_taken_while_reviewers_decide_holds_each_answer_as_it_was_at_one_moment(
    filled, settings, database, empty, few_answers, tmp_path
):
    texts = [each.answer.text for each in few_answers]
    sent = [send(filled, f"load-{number}", texts[:8]) for number in range(6)]
    answers = [each for one in sent for each in answers_of(filled, one)]
    stop = threading.Event()

    def review():
        for answer in itertools.cycle(random.sample(answers, len(answers))):
            if stop.is_set():
                return
            latest = filled.get(f"/v1/answers/{answer['id']}").json()
            acts = [{"act": "reopen"}] if latest["reviewed"] else [ADD, NAME, DONE]
            decide(filled, latest, *acts)

    reviewers = [threading.Thread(target=review) for _ in range(3)]
    for each in reviewers:
        each.start()
    try:
        while len(rows(database, Decision.__table__)) < 30 and all(each.is_alive() for each in reviewers):
            pass
        back_up(settings, tmp_path / "backup.zip")
    finally:
        stop.set()
        for each in reviewers:
            each.join()
    restore(empty, tmp_path / "backup.zip")
    restored = open_database(empty)
    then, now = (by_answer(each) for each in (restored, database))
    assert sum(map(len, then.values())) >= 30
    for answer_id, decisions in then.items():
        # What was decided together is there together.
        assert now[answer_id][: len(decisions)] == decisions
        assert decisions[-1].act in {"reopen", "done", "add"}
    unchanged = {answer_id for answer_id, decisions in then.items() if now[answer_id] == decisions}
    tags = [
        [each for each in view(one, reviewed_tags) if each[0] in unchanged] for one in (restored, database)
    ]
    assert tags[0] == tags[1]
    restored.dispose()


def by_answer(database):
    wanted = select(Decision.__table__).order_by(Decision.answer_id, Decision.reading, Decision.number)
    with database.reading() as session:
        found = session.execute(wanted).all()
    return {key: list(group) for key, group in itertools.groupby(found, key=lambda row: row.answer_id)}


def test_a_backup_of_an_older_schema_is_upgraded_when_it_is_laid_back(
    empty_url, empty, tmp_path, monkeypatch
):
    older = Settings(home=tmp_path / "home", database_url=empty_url, _env_file=None)
    older.home.mkdir(exist_ok=True)
    database = Database(empty_url)
    with database.writing() as session:
        migrations.upgrade(session.connection(), "0001")
        question = "INSERT INTO questions (id, digest, text) VALUES (7, 'd', 'What do you need?')"
        session.execute(text(question))
    monkeypatch.setattr("service.backup.open_existing", lambda _: database)
    back_up(older, tmp_path / "backup.zip")
    restore(empty, tmp_path / "backup.zip")
    restored = open_database(empty)
    assert rows(restored, Base.metadata.tables["questions"]) == [(7, "d", "What do you need?")]
    restored.dispose()


def damaged(path, change):
    """Another backup, with parts changed: a dictionary of bytes by name is changed in place."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    target = path.with_name("damaged.zip")
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target


def altered(parts):
    parts["tables/answers.jsonl"] = parts["tables/answers.jsonl"].replace(b"q0", b"q9")


def shortened(parts):
    parts["tables/answers.jsonl"] = parts["tables/answers.jsonl"].rpartition(b"{")[0]


def lacking(parts):
    del parts["tables/decisions.jsonl"]


def spoilt_model(parts):
    name = next(each for each in parts if each.startswith("models/"))
    parts[name] += b" "


def leading_out(parts):
    manifest = json.loads(parts[MANIFEST])
    manifest["parts"]["models/../../out"] = "0" * 64
    parts[MANIFEST] = json.dumps(manifest).encode()
    parts["models/../../out"] = b"out"


def of_a_newer_needtag(parts):
    parts[MANIFEST] = parts[MANIFEST].replace(b'"schema": "', b'"schema": "9')


def without_manifest(parts):
    del parts[MANIFEST]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (altered, "does not come back as it was written: table answers"),
        (shortened, "does not come back as it was written: table answers"),
        (lacking, "parts of it are missing"),
        (spoilt_model, "is damaged"),
        (leading_out, "leads out of the home"),
        (of_a_newer_needtag, "newer needtag"),
        (without_manifest, "is no backup"),
    ],
)
def test_a_damaged_backup_is_named_and_leaves_the_home_empty(filled, settings, tmp_path, change, said):
    back_up(settings, tmp_path / "backup.zip")
    empty = Settings(home=tmp_path / "another home", database_url=None, _env_file=None)
    with pytest.raises(InputError, match=said):
        restore(empty, damaged(tmp_path / "backup.zip", change))
    assert not (tmp_path / "out").exists()
    assert not (empty.home / "models").exists()
    # What was damaged does not stand in the way of what is whole.
    restore(empty, tmp_path / "backup.zip")


def test_what_is_no_archive_is_named(tmp_path):
    (tmp_path / "text.zip").write_text("Kenya requests training.", "utf-8")
    empty = Settings(home=tmp_path / "home", database_url=None, _env_file=None)
    for name in ("text.zip", "missing.zip"):
        with pytest.raises(InputError, match=f"{name}: cannot be read as a backup"):
            restore(empty, tmp_path / name)


def test_nothing_that_is_there_is_written_over(filled, settings, empty, tmp_path):
    back_up(settings, tmp_path / "backup.zip")
    with pytest.raises(InputError, match="is there already"):
        back_up(settings, tmp_path / "backup.zip")
    with pytest.raises(InputError, match="has models"):
        restore(settings, tmp_path / "backup.zip")
    open_database(empty).dispose()
    with pytest.raises(SchemaError, match="is not empty"):
        restore(empty, tmp_path / "backup.zip")


def test_the_commands_say_what_they_did(needtag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, _ = needtag("import", "--home", "first", tmp_path / "one.txt")
    assert code == 2
    assert needtag("backup", "needtag.zip", "--home", "first")[:2] == (
        0,
        "needtag.zip: 0 questionnaires, 0 answers, 0 suggestions, 0 decisions, 0 users\n",
    )
    code, output, _ = needtag("restore", "needtag.zip", "--home", "second")
    assert (code, output.split(":")[0]) == (0, "Restored and compared")
    code, _, errors = needtag("restore", "needtag.zip", "--home", "second")
    assert code == 2
    assert "is not empty" in errors


@pytest.fixture
def moved(postgresql, postgresql_template, needtag, tmp_path, monkeypatch):
    """Somebody who went to PostgreSQL and left a questionnaire in the SQLite of the home; gives its file."""
    monkeypatch.chdir(tmp_path)
    Path("answers.csv").write_text("question,text\nWhat?,Kenya requests training.\n", "utf-8")
    assert needtag("import", "answers.csv", "--home", "home")[0] == 0
    name = postgresql.create(postgresql_template)
    monkeypatch.setenv("NEEDTAG_DATABASE_URL", postgresql.url(name))
    yield tmp_path / "home" / FILE
    postgresql.drop(name)


def test_who_forgot_to_copy_to_postgresql_is_told_by_backup_and_doctor(needtag, moved):
    forgotten = f"PostgreSQL holds no questionnaire, but {moved} holds 1; to copy them, back up with an empty"
    code, output, errors = needtag("backup", "one.zip", "--home", "home")
    assert (code, output.split(",")[0]) == (0, "one.zip: 0 questionnaires")
    assert errors.startswith(f"needtag: {forgotten} NEEDTAG_DATABASE_URL and restore")
    code, output, _ = needtag("doctor", "--home", "home")
    assert (code, f"ill database: {forgotten}" in " ".join(output.split())) == (2, True), output
    # Once there is something in PostgreSQL, the file is what the move has left.
    assert needtag("import", "answers.csv", "--home", "home")[0] == 0
    assert needtag("backup", "two.zip", "--home", "home")[2] == ""
    assert "ok   database: " in needtag("doctor", "--home", "home")[1]


@pytest.mark.parametrize("left", [b"", b"no database at all", None], ids=["empty", "of another kind", "none"])
def test_nothing_is_missed_where_the_home_has_no_questionnaire(needtag, moved, left):
    moved.unlink() if left is None else moved.write_bytes(left)
    assert needtag("backup", "one.zip", "--home", "home")[2] == ""
    assert needtag("doctor", "--home", "home")[0] == 0


@pytest.mark.parametrize(
    "command",
    [
        "backup needtag.zip",
        "db upgrade",
        "doctor",
        "export tags --output tags.csv",
        "key list",
        "key revoke --name office",
        "key rotate --name office",
        "overview --output overview",
        "user disable rita",
        "user enable rita",
        "user link rita",
        "user list",
        "user password rita",
        "webhook list",
        "webhook remove 1",
    ],
)
def test_a_home_whose_name_was_mistyped_is_named_and_not_made(needtag, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    code, output, errors = needtag(*command.split(), "--home", "hone")
    assert code == 2
    assert f"{tmp_path}/hone: holds no needtag; name its home by --home or NEEDTAG_HOME" in output + errors
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_finds_a_home_well_and_says_what_to_do_where_it_is_not(needtag, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, output, _ = needtag("doctor", "--home", "home")
    assert code == 2
    assert "home: " in output
    open_database(Settings(home=tmp_path / "home", database_url=None, _env_file=None)).dispose()
    code, output, _ = needtag("doctor", "--home", "home")
    assert (code, "ill" in output) == (0, False)
    (tmp_path / "home").chmod(0o755)
    code, output, _ = needtag("doctor", "--home", "home")
    assert code == 2
    assert "run chmod 700" in output
    (tmp_path / "home").chmod(0o700)
    (tmp_path / "home" / FILE).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    code, output, _ = needtag("doctor", "--home", "home")
    assert code == 2
    assert "is no SQLite database" in output


def work(settings):
    (found,) = (each for each in examine(settings) if each.subject == "work")
    return found


def test_the_doctor_calls_work_ill_only_once_answers_have_waited(settings, database, client):
    send(client, "first", ["We need training.", "We need laws."])
    just_sent = work(settings)
    assert (just_sent.well, just_sent.said) == (
        True,
        "2 answers wait, 0 are in hand, 0 were set aside",
    )
    earlier = dt.datetime.now(dt.UTC) - 2 * PATIENCE
    with database.writing() as session:
        session.execute(update(Questionnaire).values(received_at=earlier))
    # The model was made active just now: workers may be loading it.
    assert work(settings).well
    with database.writing() as session:
        session.execute(update(Activation).values(at=earlier))
    assert "nobody works: start needtag serve" in work(settings).said
    assert Worker(database, settings).work_once() == 2
    assert work(settings).well
