"""One line of JSON a request, and nothing in it of what was asked or sent."""

import json
import logging
import re
import subprocess
import sys

import pytest

from service.api.logs import JsonLines, bare_traceback, request_id


@pytest.fixture
def lines(caplog):
    """The lines logged so far, read back."""
    caplog.set_level(logging.INFO, "service")
    return lambda: [
        json.loads(JsonLines().format(each)) for each in caplog.records if each.name[:7] == "service"
    ]


def test_a_request_is_one_line(shelled, lines):
    answer = shelled.get("/v1/things/7", headers={"X-Request-ID": "abc.1"})
    (line,) = lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*\+00:00", line.pop("time"))
    assert line.pop("milliseconds") >= 0
    assert answer.headers["x-request-id"] == "abc.1"
    assert line == {
        "level": "INFO",
        "logger": "service.api.logs",
        "message": "request",
        "method": "GET",
        "route": "/v1/things/{id}",
        "status": 200,
        "actor": "desk",
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "route"),
    [
        ("GET", "/v1/things/fault", 500, "/v1/things/{id}"),
        ("GET", "/v1/things/7?limit=99", 422, "/v1/things/{id}"),
        ("DELETE", "/v1/things/7", 405, "/v1/things/{id}"),
        ("GET", "/v1/nothing", 404, "unmatched"),
        ("GET", "/healthz", 200, "/healthz"),
    ],
)
def test_every_answer_is_logged_by_its_routes_template(shelled, lines, method, path, status, route):
    shelled.request(method, path)
    line = lines()[-1]
    assert (line["method"], line["status"], line["route"]) == (method, status, route)


def test_what_a_limit_refuses_is_logged_too(shelled_with, lines):
    client = shelled_with(requests_per_minute=2, body_megabytes=0.001)
    client.post("/v1/things", content=b" " * 2000)
    client.get("/v1/things")
    client.get("/v1/things")
    assert [each["status"] for each in lines()] == [413, 200, 429]


def test_a_method_of_the_clients_own_making_is_logged_as_other(shelled, lines):
    shelled.request("BREW", "/healthz")
    assert lines()[-1]["method"] == "other"


@pytest.mark.parametrize("given", ["", "a b", "a" * 129, 'a"\n', "{}", "é"])
def test_an_id_that_is_not_well_formed_is_replaced(shelled, given):
    answer = shelled.get("/healthz", headers={"X-Request-ID": given.encode("latin-1")})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_other_lines_of_a_request_have_its_id():
    token = request_id.set("abc")
    try:
        line = json.loads(
            JsonLines().format(logging.makeLogRecord({"msg": "half done", "levelname": "INFO"}))
        )
    finally:
        request_id.reset(token)
    assert (line["request_id"], line["message"]) == ("abc", "half done")


def test_a_traceback_has_every_kind_and_frame_and_no_text():
    def fail():
        try:
            {}["secret"]
        except KeyError as error:
            raise ValueError("secret") from error

    try:
        fail()
    except ValueError as error:
        told = bare_traceback(ExceptionGroup("secret", [error]))
    kinds = [each for each in told.splitlines() if each.startswith("builtins.")]
    assert kinds == ["builtins.KeyError", "builtins.ValueError", "builtins.ExceptionGroup"]
    assert "in fail" in told
    assert told.count("secret") == 2  # the lines of this test's own code


SERVED = """
import logging, sys, threading, urllib.request, urllib.error, warnings
import uvicorn
from fastapi import FastAPI
from service.api.logs import configure_logging
from service.api.shell import install_shell
from service.settings import Settings
before = list(logging.root.handlers), logging.root.level
configure_logging("INFO")
app = FastAPI()
install_shell(app, Settings(_env_file=None))
def fail(thing: dict):
    logging.getLogger("service.any").info("at work")
    logging.getLogger("pdfminer").info("read %s", thing)
    raise ValueError(str(thing))
app.post("/fail/{name}")(fail)
server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, ws="none"))
thread = threading.Thread(target=server.run)
thread.start()
while not server.started:
    thread.join(0.01)
port = server.servers[0].sockets[0].getsockname()[1]
url = f"http://127.0.0.1:{port}/fail/marker?words=marker"
headers = {"Content-Type": "application/json", "X-Request-ID": "id-1", "Authorization": "Bearer marker"}
try:
    urllib.request.urlopen(urllib.request.Request(url, b'{"text": "marker"}', headers))
except urllib.error.HTTPError as error:
    error.close()
try:
    raise ValueError("mar" + "ker")
except ValueError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
warnings.warn("old")
server.should_exit = True
thread.join()
print(before)
"""


def test_a_running_service_writes_only_json_and_nothing_of_what_was_asked():
    done = subprocess.run([sys.executable, "-c", SERVED], capture_output=True, text=True, check=True)
    assert done.stdout == "([], 30)\n"  # importing had changed nothing
    lines = [json.loads(each) for each in done.stderr.splitlines()]
    assert "marker" not in done.stderr
    (request,) = [each for each in lines if each["message"] == "request"]
    assert (request["status"], request["route"], request["request_id"]) == (500, "/fail/{name}", "id-1")
    assert [each["message"] for each in lines if each.get("request_id") == "id-1"] == [
        "at work",
        "fault",
        "request",
    ]
    assert {"uvicorn.error", "py.warnings"} <= {each["logger"] for each in lines}
    assert all("ValueError" in each["traceback"] for each in lines if each["level"] == "ERROR")
