"""Requests by which somebody with a key would stop the others, or break out of their limits."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from service.api import tagging
from service.api.app import THREADS
from service.api.given import QuestionnaireGiven
from service.api.limits import CLIENTS_PER_ADDRESS

CSV = b"id,text\n1,Guinea asks for training.\n"


def test_a_key_written_in_ever_new_ways_has_one_limit(served):
    client = served(requests_per_minute=3)
    key = client.headers["Authorization"].split()[1]
    blanks = (" ", "  ", " \t", "   ", "    ")
    found = [
        client.get("/v1/taxonomy", headers={"Authorization": f"Bearer{each}{key}"}).status_code
        for each in blanks
    ]
    assert len(blanks) < CLIENTS_PER_ADDRESS * 3
    assert found == [200, 200, 200, 429, 429]


def test_fields_without_end_are_one_error_each_would_take_minutes():
    many = {str(number): 0 for number in range(10_000)}
    answer = {"id": "1", "text": "Guinea asks for training."}
    for sent in (many, {"external_id": "1", "answers": [answer, {**answer, **many}]}):
        with pytest.raises(ValidationError) as refused:
            QuestionnaireGiven.model_validate_json(json.dumps(sent))
        assert refused.value.error_count() == 1
        assert "far more fields" in str(refused.value)


def test_the_api_says_so(served):
    client = served()
    many = {str(number): 0 for number in range(1000)}
    for path, body in {
        "/v1/tag": {"answers": [{"id": "1", "text": "Guinea", **many}]},
        "/v1/questionnaires": many,
        "/v1/answers/1/decisions": {"version": 0, "decisions": [{"act": "done", **many}]},
    }.items():
        response = client.post(path, json=body)
        assert response.status_code == 422
        assert len(response.json()["errors"]) == 1
        assert "far more fields" in response.json()["detail"]


def test_who_reads_does_not_wait_for_long_texts_that_others_have_tagged(served, monkeypatch):
    client = served()
    go_on = threading.Event()

    def tag_for_long(*_):
        go_on.wait(120)
        return []

    monkeypatch.setattr(tagging, "tag_each", tag_for_long)
    body = {"answers": [{"id": "1", "text": "Guinea asks for training."}]}
    with ThreadPoolExecutor(THREADS + 2) as others:
        try:
            sent = [others.submit(client.post, "/v1/tag", json=body) for _ in range(THREADS + 1)]
            assert others.submit(client.get, "/v1/taxonomy").result(timeout=60).status_code == 200
            assert not any(each.done() for each in sent)
        finally:
            go_on.set()
    assert [each.result().status_code for each in sent] == [200] * (THREADS + 1)


@pytest.mark.parametrize("name", ["..", "a/..", "..\\..", "/tmp/.."])
def test_a_file_whose_name_is_a_folder_is_refused(served, name):
    response = served().post("/v1/questionnaires", files={"file": (name, CSV)})
    assert (response.status_code, response.json()["concerns"]) == (422, "file")


@pytest.mark.parametrize("name", ["../../etc/cron.d/a.csv", "/etc/a.csv", "..\\..\\a.csv", "C:\\a.csv"])
def test_of_a_files_name_no_path_is_kept(served, name):
    response = served().post("/v1/questionnaires", params={"dry_run": True}, files={"file": (name, CSV)})
    assert response.json()["questionnaires"][0]["external_id"] == "a.csv"
