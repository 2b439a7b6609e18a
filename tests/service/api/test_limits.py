"""A request that brings too much, takes too long or comes too often is refused before it costs anything."""

import http.client
import json
import socket

import pytest

from service.api.limits import CLIENTS_PER_ADDRESS, FAILURES, _network
from service.api.problems import MEDIA_TYPE

SMALL = {"body_megabytes": 0.001}


def ask(port, head, *parts):
    """Send a head and parts of a body as they are; gives the status, the headers and the problem."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(f"POST /v1/things HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        for part in parts:
            connection.sendall(part)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.headers, json.loads(answer.read() or "null")


JSON = "Content-Type: application/json"


def test_a_body_that_declares_too_much_is_refused_unread(listening):
    status, headers, body = ask(listening(**SMALL), f"{JSON}\r\nContent-Length: 1001")
    assert (status, headers["Content-Type"]) == (413, MEDIA_TYPE)
    assert body["detail"].startswith("the body is larger than 0.001 megabytes")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_body_in_chunks_is_refused_as_soon_as_it_is_too_large(listening):
    chunk = b"1f4\r\n" + b" " * 500 + b"\r\n"
    status, headers, body = ask(listening(**SMALL), f"{JSON}\r\nTransfer-Encoding: chunked", *[chunk] * 3)
    assert (status, headers["Content-Type"], body["status"]) == (413, MEDIA_TYPE, 413)


@pytest.mark.parametrize("declared", ["-1", "0", "12", "many", "1" * 5000, "²"])
def test_a_length_that_lies_lets_nothing_larger_in(shelled_with, declared):
    headers = {"Content-Length": declared.encode("latin-1"), "Content-Type": "application/json"}
    answer = shelled_with(**SMALL).post("/v1/things", content=b" " * 1001, headers=headers)
    assert answer.status_code == 413


def test_a_body_as_large_as_is_allowed_comes_in(shelled_with):
    content = json.dumps({"answers": []}).ljust(1000).encode()
    headers = {"Content-Type": "application/json"}
    assert shelled_with(**SMALL).post("/v1/things", content=content, headers=headers).status_code == 202


def test_a_body_that_does_not_come_is_not_waited_for(listening):
    port = listening(request_seconds=0.2)
    status, headers, body = ask(port, f"{JSON}\r\nContent-Length: 30", b'{"answers":')
    assert (status, headers["Content-Type"], headers["Connection"]) == (408, MEDIA_TYPE, "close")
    assert body["detail"].startswith("the body did not come in within 0.2 seconds")


def test_one_key_has_its_own_limit_and_is_told_when_to_come_again(shelled_with):
    client = shelled_with(requests_per_minute=2)
    first, other = ({"Authorization": f"Bearer {each}"} for each in "ab")
    statuses = [client.get("/v1/things", headers=first).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert client.get("/v1/things", headers=other).status_code == 200
    refused = client.get("/v1/things", headers=first)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == MEDIA_TYPE
    assert refused.headers["x-request-id"]


def test_without_key_the_address_has_the_limit(shelled_with):
    client = shelled_with(requests_per_minute=2)
    assert [client.get("/v1/things").status_code for _ in range(3)] == [200, 200, 429]


def test_who_makes_up_a_key_each_time_is_stopped_by_the_address(shelled_with):
    client = shelled_with(requests_per_minute=1)
    statuses = [
        client.get("/v1/things", headers={"Authorization": f"Bearer {number}"}).status_code
        for number in range(CLIENTS_PER_ADDRESS + 1)
    ]
    assert statuses == [200] * CLIENTS_PER_ADDRESS + [429]


def test_wrong_keys_stop_their_address(shelled):
    for number in range(FAILURES):
        key = {"Authorization": f"Bearer {number}"}
        assert shelled.get("/v1/things/unauthorized", headers=key).status_code == 401
    refused = shelled.get("/v1/things", headers={"Authorization": "Bearer right"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_who_has_no_key_guesses_none(shelled):
    for _ in range(FAILURES + 1):
        assert shelled.get("/v1/things/unauthorized").status_code == 401


def test_what_looks_whether_the_service_is_well_is_never_refused(shelled_with):
    client = shelled_with(requests_per_minute=1)
    assert {client.get("/healthz").status_code for _ in range(5)} == {200}


def test_no_key_is_kept_and_buckets_are_bounded(shelled):
    limit = shelled.app.build_middleware_stack()
    while not hasattr(limit, "_bucket"):
        limit = limit.app
    names = {limit._bucket(f"Bearer {number}") for number in range(2000)}
    assert {len(each) for each in names} == {4}
    assert len(names) > 1900


@pytest.mark.parametrize(
    ("client", "network"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_an_address_stands_for_whoever_it_belongs_to(client, network):
    assert _network({"client": client}) == network
