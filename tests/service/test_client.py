"""The example of a client, run as its reader would run it, against a service that runs for real."""

import csv
import importlib.util
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from tests.service.running import running

EXAMPLES = Path(__file__).parents[2] / "examples"
CLIENT = EXAMPLES / "client.py"
MADAGASCAR = EXAMPLES / "madagascar-tip-2008.json"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("client") / "home") as service:
        yield service


@pytest.fixture(scope="module")
def key(service):
    return service.add_key("intake", "read", "review")


@pytest.fixture
def run_client(service, key, tmp_path):
    """Run it; gives exit code, output, errors."""

    def run(path, *arguments, url=service.url, key=key):
        done = subprocess.run(
            [sys.executable, CLIENT, path, "--url", url, "--output", tmp_path / "tags.csv", *arguments],
            env=os.environ | {"NEEDTAG_KEY": key},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def sent(tmp_path):
    """A questionnaire of two answers, under an id of its own."""
    given = json.loads(MADAGASCAR.read_text("utf-8"))
    path = tmp_path / "sent.json"
    given |= {"external_id": path.parent.name, "cycle": path.parent.name, "answers": given["answers"][-2:]}
    path.write_text(json.dumps(given))
    return path


@pytest.fixture
def module():
    """The client as a module."""
    spec = importlib.util.spec_from_file_location("client", CLIENT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers_of(service, key, external_id):
    with service.client(key) as client:
        found = client.get("/v1/questionnaires", params={"limit": 200}).json()["items"]
        ids = [each["id"] for each in found if each["external_id"] == external_id]
        assert len(ids) == 1
        return client.get(f"/v1/questionnaires/{ids[0]}/answers").json()["items"]


def safe_tags(answer):
    return {(each["code"], each["stance"]) for each in answer["tags"] if each["band"] == "safe"}


def test_the_client_sends_waits_decides_and_exports(run_client, service, key, tmp_path):
    code, out, err = run_client(MADAGASCAR)
    assert (code, err) == (0, "")
    assert "6 of 6 answers tagged, 0 failed" in out
    with service.client(key) as client:
        for answer in answers_of(service, key, "2008-MDG-tip-2"):
            decisions = client.get(f"/v1/answers/{answer['id']}").json()["decisions"]
            accepted = {(each["code"], each["stance"]) for each in decisions if each["act"] == "accept"}
            assert accepted == safe_tags(answer)
            is_done = 0 < len(accepted) == len(answer["tags"]) and answer["unsure"] is None
            assert (answer["status"] == "reviewed") is is_done
    with (tmp_path / "tags.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {(row["respondent"], row["taken"], row["band"]) for row in rows} == {("MDG", "yes", "safe")}


def test_the_client_can_be_run_again_and_changes_nothing(run_client, service, key, sent, tmp_path):
    assert run_client(sent)[0] == 0
    before = answers_of(service, key, tmp_path.name)
    assert any(each["version"] for each in before)
    assert run_client(sent)[0] == 0
    assert answers_of(service, key, tmp_path.name) == before


def test_a_questionnaire_that_was_loaded_from_its_file_may_be_sent_too(
    run_client, service, key, sent, tmp_path
):
    line = service.command("import", sent)
    code, out, _ = run_client(sent)
    assert code == 0
    assert out.splitlines()[0] == f"{tmp_path.name} is questionnaire {line.split()[2].rstrip(',')}"


def test_another_content_under_the_same_id_is_refused_in_a_sentence(run_client, sent, tmp_path):
    assert run_client(sent)[0] == 0
    sent.write_text(sent.read_text().replace("Madagascar", "MADAGASCAR").replace('"tip"', '"som"'))
    code, _, err = run_client(sent)
    assert code == 1
    assert err.startswith(f"refused: {tmp_path.name}: is stored with another content")
    assert f'"replaces": "{tmp_path.name}"' in err


def test_a_wrong_key_is_refused_in_a_sentence(run_client, sent):
    code, _, err = run_client(sent, key="needtag_wrong")
    assert code == 1
    assert err == "refused: Authorization: holds no valid key; it may have expired or been revoked\n"


class _Lossy(BaseHTTPRequestHandler):
    """Passes requests on; the answer to the first request that writes to each address is lost."""

    def do_POST(self):
        self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        self._pass_on(None)

    def _pass_on(self, body):
        target = HTTPConnection(self.server.target)
        target.request(self.command, self.path, body, dict(self.headers))
        answer = target.getresponse()
        content = answer.read()
        target.close()
        if body is not None and self.path not in self.server.lost:
            self.server.lost.append(self.path)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name in ("Content-Type", "Content-Length"):
            self.send_header(name, answer.headers[name] or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def lossy(url):
    """A proxy before the service; gives its address and what was lost."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Lossy)
    server.target, server.lost = urlsplit(url).netloc, []
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.lost
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_what_is_asked_again_after_a_lost_answer_is_done_once(run_client, service, key, sent, tmp_path):
    with lossy(service.url) as (url, lost):
        code, _, err = run_client(sent, url=url)
    assert code == 0, err
    assert err.count("once more") == len(lost) > 1
    for answer in answers_of(service, key, tmp_path.name):
        is_done = answer["status"] == "reviewed"
        assert answer["version"] == len(safe_tags(answer)) + is_done


def test_an_answer_on_which_somebody_decided_meanwhile_is_left_to_them(module, service, key, sent, tmp_path):
    ours = module.Service(service.url, key)
    module.wait(ours, ours.ask("/v1/questionnaires", json.loads(sent.read_text()))["id"], 60)
    seen = next(each for each in answers_of(service, key, tmp_path.name) if safe_tags(each))
    path = f"/v1/answers/{seen['id']}"
    ours.ask(f"{path}/decisions", {"version": 0, "decisions": [{"act": "state-add", "state": "KEN"}]})
    module.decide(ours, seen)
    assert [each["act"] for each in ours.ask(path)["decisions"]] == ["state-add"]


def test_the_client_waits_no_longer_than_it_is_told(module):
    class Slow:
        def ask(self, path):
            return {"progress": {"answers": 3, "tagged": 1, "failed": 1}}

    with pytest.raises(SystemExit, match="not tagged after 0 seconds"):
        module.wait(Slow(), "1", 0)


def test_the_client_is_short_and_needs_python_alone():
    source = CLIENT.read_text("utf-8")
    assert len(source.splitlines()) < 120
    imports = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import", "from"))
    }
    assert imports <= sys.stdlib_module_names
