"""Sends a questionnaire to needtag, waits for its tags, accepts the safe ones and takes out what is reviewed.

    NEEDTAG_KEY=... python client.py madagascar-tip-2008.json --output tags.csv

Python is enough, with a key of the scopes intake, read and review. /v1/openapi.json tells all that it uses.
"""
# ruff: noqa: INP001, S310, T201 - a script that prints, and asks the address that it is given

import argparse
import json
import os
import sys
import time
import uuid
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

ATTEMPTS = 5
PASSING = {429, 502, 503, 504}


class Service:
    """The service at an address, asked with a key. What it refuses is raised as an HTTPError."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.headers = url.rstrip("/"), {"Authorization": f"Bearer {key}"}

    def ask(self, path: str, body: Any = None, **query: Any) -> Any:
        """Read something or, with a body, write it; what may pass is tried again."""
        # Every attempt has the same key: whatever gets lost on the way, it is written once.
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())} if body else {}
        data = json.dumps(body).encode() if body else None
        request = Request(f"{self.url}{path}?{urlencode(query)}", data, self.headers | headers)
        for attempt in range(1, ATTEMPTS + 1):
            pause = 2**attempt
            try:
                with urlopen(request, timeout=60) as answer:
                    is_json = answer.headers.get_content_type() == "application/json"
                    return json.load(answer) if is_json else answer.read()
            except HTTPError as refusal:
                if refusal.code not in PASSING or attempt == ATTEMPTS:
                    raise
                pause = int(refusal.headers.get("Retry-After", pause))
            except (OSError, HTTPException):
                if attempt == ATTEMPTS:
                    raise
            print(f"no answer now; once more in {pause} seconds", file=sys.stderr)
            time.sleep(pause)
        raise AssertionError


def wait(service: Service, questionnaire: str, seconds: float) -> None:
    """Look until no answer waits to be tagged, less often as time goes by."""
    ends, pause = time.monotonic() + seconds, 0.5
    while True:
        progress = service.ask(f"/v1/questionnaires/{questionnaire}")["progress"]
        print(f"{progress['tagged']} of {progress['answers']} answers tagged, {progress['failed']} failed")
        if progress["tagged"] + progress["failed"] == progress["answers"]:
            return
        if time.monotonic() + pause > ends:
            sys.exit(f"not tagged after {seconds:g} seconds; run this again later")
        time.sleep(pause)
        pause = min(1.5 * pause, 10)


def decide(service: Service, answer: Any) -> None:
    """Accept the safe tags; with no others, the answer is done. Where somebody decided, it is left alone."""
    if answer["status"] != "tagged" or answer["version"] > 0:
        return
    safe = [tag for tag in answer["tags"] if tag["band"] == "safe"]
    acts = [{"act": "accept", "code": tag["code"], "stance": tag["stance"]} for tag in safe]
    if safe and safe == answer["tags"] and answer["unsure"] is None:
        acts.append({"act": "done"})
    print(f"{answer['external_id']}: {len(safe)} of {len(answer['tags'])} tags are safe")
    path, given = f"/v1/answers/{answer['id']}", {"version": answer["version"], "decisions": acts}
    try:
        if acts:
            service.ask(f"{path}/decisions", given)
    except HTTPError as refusal:
        if refusal.code != 409:
            raise
        # Somebody decided meanwhile, and nothing of ours was written: look at the answer as it is now.
        decide(service, service.ask(path))


def main() -> None:
    """Do it all, and say so."""
    parser = argparse.ArgumentParser()
    parser.add_argument("questionnaire", type=Path, help="as JSON")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--output", type=Path, default="tags.csv")
    parser.add_argument("--seconds", type=float, default=300, help="to wait for the tags")
    given = parser.parse_args()
    service = Service(given.url, os.environ["NEEDTAG_KEY"])
    sent = json.loads(given.questionnaire.read_bytes())
    questionnaire = service.ask("/v1/questionnaires", sent)["id"]
    print(f"{sent['external_id']} is questionnaire {questionnaire}")
    wait(service, questionnaire, given.seconds)
    page = {"limit": 200}
    while page:
        found = service.ask(f"/v1/questionnaires/{questionnaire}/answers", **page)
        for answer in found["items"]:
            decide(service, answer)
        page = found["next"] and {"cursor": found["next"]}
    about = {name: sent[name] for name in ("state", "cycle") if sent.get(name)}
    given.output.write_bytes(service.ask("/v1/exports/tags", reviewed="true", **about))
    print(f"the reviewed tags of {' '.join(about.values()) or 'all'} are in {given.output}")


if __name__ == "__main__":
    try:
        main()
    except HTTPError as refusal:
        known = refusal.headers.get_content_type() == "application/problem+json"
        sys.exit(f"refused: {json.load(refusal)['detail'] if known else refusal}")
