"""The commands of a running needtag: settings, keys, import, upgrade, serve, worker."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from service.settings import Settings
from service.store import keys
from service.store.opening import FILE, open_database
from tests.service.running import Service

WAIT_SECONDS = 120


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path):
    """Nothing of the machine's own settings; a home that is not there yet."""
    for name in [each for each in os.environ if each.startswith("NEEDTAG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NEEDTAG_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def stored(home):
    return open_database(Settings(home=home, _env_file=None))


def scopes_of(home, secret):
    database = stored(home)
    with database.reading() as session:
        found = keys.find_key(session, secret)
    database.dispose()
    return found and found.scopes


def test_every_setting_is_printed_with_what_it_is_for(needtag, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = needtag("settings")
    assert code == 0
    for name, field in Settings.model_fields.items():
        assert f"NEEDTAG_{name.upper()}" in out
        assert field.description in re.sub(r"\s+", " ", out)


def test_settings_show_no_password(needtag, monkeypatch):
    monkeypatch.setenv("NEEDTAG_DATABASE_URL", "postgresql://needtag:hunter2@db.example/needtag")
    code, out, err = needtag("settings")
    assert code == 0
    assert "**********" in out
    assert not re.search("hunter2|db.example", out + err)


def test_a_setting_that_cannot_be_is_named_without_its_value(needtag, monkeypatch):
    monkeypatch.setenv("NEEDTAG_WORKERS", "several")
    code, out, err = needtag("settings")
    assert (code, out) == (2, "")
    assert err.startswith("needtag: NEEDTAG_WORKERS: ")
    assert "several" not in err


def test_an_option_goes_before_the_environment(needtag, tmp_path, own_home):
    assert needtag("key", "add", "--name", "n", "--scope", "read", "--home", tmp_path / "other")[0] == 0
    assert (tmp_path / "other" / "needtag.db").is_file()
    assert not own_home.exists()


def test_a_new_key_stands_alone_on_the_last_line(needtag, own_home):
    code, out, err = needtag("key", "add", "--name", "intake system", "--scope", "intake, read")
    secret = out.splitlines()[-1]
    assert (code, err) == (0, "")
    assert re.fullmatch(r"needtag_[\w-]{40,}", secret)
    assert scopes_of(own_home, secret) == ["intake", "read"]
    assert secret.encode() not in b"".join(each.read_bytes() for each in own_home.iterdir())


@pytest.mark.parametrize(
    ("name", "scope", "sentence"),
    [
        ("n", "read,write", "--scope: must be some of intake, read, review, admin, with commas between them"),
        ("n", ",", "--scope: must be some of intake, read, review, admin, with commas between them"),
        (" ", "read", "--name: must be a name of at most 100 characters"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(needtag, name, scope, sentence):
    assert needtag("key", "add", "--name", name, "--scope", scope) == (2, "", f"needtag: {sentence}\n")


def test_a_name_has_one_valid_key(needtag):
    assert needtag("key", "add", "--name", "n", "--scope", "read")[0] == 0
    code, out, err = needtag("key", "add", "--name", "n", "--scope", "admin")
    assert (code, out) == (2, "")
    assert err == "needtag: n: has a valid key; rotate or revoke it, or take another name\n"


def test_a_key_ends_after_its_days(needtag, own_home):
    needtag("key", "add", "--name", "n", "--scope", "read", "--days", "30")
    database = stored(own_home)
    with database.reading() as session:
        (key,) = keys.list_keys(session)
    database.dispose()
    assert round((key.expires_at - key.created_at).total_seconds() / 86_400) == 30


def test_a_rotated_key_keeps_its_scopes_and_the_old_one_ends(needtag, own_home):
    old = needtag("key", "add", "--name", "n", "--scope", "review")[1].splitlines()[-1]
    code, out, _ = needtag("key", "rotate", "--name", "n", "--hours", "1")
    new = out.splitlines()[-1]
    assert code == 0
    assert "stays valid for 1 hours" in out
    assert new != old
    assert scopes_of(own_home, new) == scopes_of(own_home, old) == ["review"]
    needtag("key", "rotate", "--name", "n", "--hours", "0")
    assert scopes_of(own_home, old) is scopes_of(own_home, new) is None


def test_a_revoked_key_is_none_and_its_name_is_free(needtag, own_home):
    secret = needtag("key", "add", "--name", "n", "--scope", "read")[1].splitlines()[-1]
    assert needtag("key", "revoke", "--name", "n") == (0, "", "")
    assert scopes_of(own_home, secret) is None
    code, _, err = needtag("key", "revoke", "--name", "n")
    assert (code, err) == (2, "needtag: n: has no valid key; 'needtag key list' shows all\n")
    assert needtag("key", "add", "--name", "n", "--scope", "read")[0] == 0


def test_the_list_shows_names_scopes_and_dates_and_no_key(needtag, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    secret = needtag("key", "add", "--name", "[b]intake[/b]", "--scope", "intake,read")[1].splitlines()[-1]
    needtag("key", "add", "--name", "guest", "--scope", "read", "--days", "1")
    code, out, _ = needtag("key", "list")
    guest, intake = (line.split() for line in out.splitlines()[1:])
    assert code == 0
    assert (guest[:2], guest[-1] != "never") == (["guest", "read"], True)
    assert (intake[:3], intake[-1]) == (["[b]intake[/b]", "intake", "read"], "never")
    assert secret not in out


def test_files_are_loaded_once_however_often(needtag, tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(json.dumps({"id": name, "text": "Kenya needs judges."}) for name in "ab"))
    first = needtag("import", path)
    assert first == (0, f"{path}: questionnaire 1, 2 answers\n", "")
    assert needtag("import", path) == first


def test_a_file_that_cannot_be_loaded_is_named_and_the_others_are(needtag, tmp_path):
    good, bad = tmp_path / "good.txt", tmp_path / "bad.json"
    good.write_text("Kenya needs judges.")
    bad.write_text('{"answers": [')
    code, out, err = needtag("import", bad, tmp_path / "none.csv", good)
    assert code == 2
    assert out == f"{good}: questionnaire 1, 1 answers\n"
    assert [line.split(":")[1].split(",")[0].strip() for line in err.splitlines()] == [
        str(bad),
        str(tmp_path / "none.csv"),
    ]


def test_another_content_under_a_known_id_is_refused_with_the_file_named(needtag, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Kenya needs judges.")
    needtag("import", path)
    path.write_text("Kenya needs prosecutors.")
    code, out, err = needtag("import", path)
    assert (code, out) == (2, "")
    assert err.startswith(f"needtag: {path}, a.txt: is stored with another content as questionnaire 1")


def test_columns_may_be_named(needtag, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Nr,Besoins\n1,Le Tchad a besoin de juges.\n")
    assert needtag("import", path)[0] == 2
    assert needtag("import", path, "--column", "text=Besoins")[0] == 0


@pytest.fixture
def older(monkeypatch, own_home):
    """A home whose database was made before this needtag's last migration."""
    stored(own_home).dispose()
    monkeypatch.setattr(ScriptDirectory, "get_heads", lambda _: ["later"])
    return own_home


@pytest.mark.parametrize(
    "command",
    [
        ("key", "list"),
        ("key", "add", "--name", "n", "--scope", "read"),
        ("import", "none.csv"),
    ],
    ids=lambda each: " ".join(each[:2]),
)
def test_an_older_schema_is_refused_by_a_sentence_that_names_the_upgrade(needtag, older, command):
    code, out, err = needtag(*command)
    assert (code, out) == (2, "")
    sentence = f"{older / 'needtag.db'}: was made by an older needtag; run 'needtag db upgrade'"
    assert err.splitlines()[-1] == f"needtag: {sentence}"


def test_an_upgrade_says_whether_there_was_anything_to_do(needtag, own_home):
    own_home.mkdir()
    (own_home / FILE).touch()
    assert needtag("db", "upgrade") == (0, "The tables were upgraded.\n", "")
    assert needtag("db", "upgrade") == (0, "The tables are up to date.\n", "")


def test_a_home_that_cannot_be_made_is_named(needtag, tmp_path):
    (tmp_path / "file").write_text("")
    wanted = ("--name", "n", "--scope", "read", "--home", tmp_path / "file")
    code, out, err = needtag("key", "add", *wanted)
    assert (code, out) == (2, "")
    assert err.startswith(f"needtag: {tmp_path / 'file'}: cannot be written")


def test_the_help_of_every_command_says_what_it_does(needtag):
    for command in ("serve", "worker", "import", "settings", "db", "key"):
        code, out, _ = needtag(command, "--help")
        assert code == 0
        assert len(out.splitlines()) > 5


@pytest.fixture
def service(own_home):
    """A service that was not started; its commands run in processes of their own, and end with the test."""
    service = Service(own_home)
    yield service
    service.kill()


def test_a_port_that_is_taken_is_named(service):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with service.spawn(
            "serve", "--port", port, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert (
        err
        == f"needtag: 127.0.0.1:{port}: cannot be listened on (Address already in use); give another --port\n"
    )


def wait_until(condition):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_ends_in_good_order_when_it_is_told_to(service, tmp_path):
    log = tmp_path / "worker.log"
    with log.open("w") as errors, service.spawn("worker", stderr=errors) as process:
        wait_until(lambda: "works with a model" in log.read_text())
        process.terminate()
        assert process.wait(WAIT_SECONDS) == 0


def test_the_service_ends_in_good_order_with_its_workers(service):
    service.start()
    workers = service.workers()
    assert len(workers) == 1
    assert service.stop() == 0
    assert not is_running(workers[0])


def test_a_worker_ends_when_the_service_was_killed(service):
    service.start()
    (worker,) = service.workers()
    service.kill(workers=False)
    wait_until(lambda: not is_running(worker))


def test_a_worker_that_died_is_started_again(service):
    service.start()
    (worker,) = service.workers()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: service.workers() not in ([], [worker]))


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
