"""The example for nginx, before a needtag that runs for real."""

import json
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.service.running import running

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "needtag.example"

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None or shutil.which("openssl") is None, reason="nginx or openssl is not here"
)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def make_certificate(folder):
    files = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)


def adapted(service_url, folder, https, http):
    """The example with this test's ports and files, in what a distribution's nginx.conf lays around it."""
    text = CONFIGURATION.read_text("utf-8")
    for there, here in (
        ("127.0.0.1:8000", service_url.removeprefix("http://")),
        ("/etc/ssl/needtag", str(folder)),
        ("/var/log/nginx", str(folder)),
    ):
        assert there in text
        text = text.replace(there, here)
    text = re.sub(r"listen \[::\].*\n", "", text)
    text = text.replace("listen 443", f"listen 127.0.0.1:{https}").replace(
        "listen 80", f"listen 127.0.0.1:{http}"
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    around = f"pid {folder}/pid;\nerror_log {folder}/errors;\ndaemon off;\nevents {{}}\n"
    return f"{around}http {{\naccess_log {folder}/access;\n{temporary}{text}}}\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The service, and a client that comes to it as `https://needtag.example`."""
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    make_certificate(folder)
    https, http = free_port(), free_port()
    with running(folder / "home") as service:
        file = folder / "nginx.conf"
        file.write_text(adapted(service.url, folder, https, http), "utf-8")
        with subprocess.Popen(["nginx", "-c", file, "-e", folder / "errors"]) as nginx:
            headers = {"Host": NAME, "Authorization": f"Bearer {service.key}"}
            base = f"https://127.0.0.1:{https}"
            # No authority knows the certificate.
            with httpx.Client(base_url=base, headers=headers, verify=False, trust_env=False) as client:
                wait_for(client)
                yield service, client, f"http://127.0.0.1:{http}"
            nginx.terminate()


def wait_for(client):
    for _ in range(200):
        try:
            client.get("/healthz").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("nginx does not answer")


def logged(service):
    lines = map(json.loads, filter(lambda line: line.startswith("{"), service.log.read_text().splitlines()))
    return [line for line in lines if line["message"] == "request"]


def sign_in_link(service):
    made = ("user", "add", "reader", "--role", "reader", "--languages", "en", "--link")
    return service.command(*made, "--base-url", f"https://{NAME}").splitlines()[-1]


def test_requests_pass_and_are_told_to_stay_with_tls(site):
    _, client, plain = site
    answer = client.get("/v1/models")
    assert answer.status_code == 200
    assert "max-age" in answer.headers["strict-transport-security"]
    moved = httpx.get(f"{plain}/answers?words=police", headers={"Host": NAME}, trust_env=False)
    assert (moved.status_code, moved.headers["location"]) == (301, f"https://{NAME}/answers?words=police")


def test_a_person_signs_in_by_a_link_and_the_cookie_goes_over_tls_alone(site):
    service, client, _ = site
    link = sign_in_link(service)
    assert link.startswith(f"https://{NAME}/sign-in/")
    path = link.removeprefix(f"https://{NAME}")
    # All that some browsers say of the page that a form was sent from.
    answer = client.post(path, headers={"Origin": f"https://{NAME}"})
    assert answer.status_code == 303, answer.text
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_body_that_is_too_large_is_refused_by_needtag_itself(site):
    _, client, _ = site
    answer = client.post("/v1/questionnaires", content=b" " * int(32.5e6))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_no_log_has_what_was_searched_for_or_a_link(site):
    service, client, _ = site
    client.get("/v1/answers?words=whistleblower")
    folder = service.home.parent
    kept = "".join(each.read_text() for each in (folder / "access", folder / "errors") if each.exists())
    assert "whistleblower" not in kept + service.log.read_text()
    assert "sign-in/" not in kept
    assert logged(service)


# The last one: for a minute, needtag then refuses whatever comes from here.
def test_an_address_that_a_client_claims_counts_for_nothing(site):
    _, client, _ = site
    # More wrong keys than one address may have, each said to be from another.
    codes = [
        client.get(
            "/v1/models",
            headers={"Authorization": "Bearer wrong", "X-Forwarded-For": f"192.0.2.{number}"},
        ).status_code
        for number in range(35)
    ]
    assert codes[0] == 401
    assert codes[-1] == 429
