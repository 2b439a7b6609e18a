"""The pages of docs/: their commands work on a service that runs for real, their links lead somewhere.

A block marked "sh" is run; "sh soak" by `make soak` alone, since it takes minutes; "sh by-hand" never: it
changes the machine itself, which the word sudo shows.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from nlp.answers import LANGUAGES
from service.overview.parties import load_parties, read_parties
from tests.service.running import running

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]*)(?:#([^)]+))?\)")
GUIDES = ("operations", "integrators", "analysts", "model-builders")

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="the page uses curl, which is not here")


def blocks(page, *marks):
    """What stands in the page's blocks of these marks, in order."""
    return [text for mark, text in FENCE.findall((DOCS / f"{page}.md").read_text("utf-8")) if mark in marks]


def run(commands, service, folder, **environment):
    """Run commands in one shell, in a folder, with the settings of a service; gives what it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
        env={**service.environment, "URL": service.url, "PATH": path, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return done.stdout


@needs_curl
def test_the_commands_of_the_page_on_the_api_work_one_after_the_other(tmp_path):
    commands = blocks("api", "sh")
    assert len(commands) > 10
    with running(tmp_path / "home") as service:
        printed = run(commands, service, tmp_path)
    for said in (
        '{"id":"1","status":"received"}',
        '"outcome":"store"',
        '"status":"tagged","progress":{"answers":2,"tagged":2,"failed":0,"reviewed":0}',
        '"status":"reviewed"',
        '"act":"undo"',
        '"requested":{"types":["legal","training"]',
        "needtag_answers_waiting",
    ):
        assert said in printed, said
    assert "training" in (tmp_path / "tags.csv").read_text("utf-8-sig")
    assert (tmp_path / "answers.xlsx").read_bytes().startswith(b"PK")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A service with two of the examples, reviewed."""
    with running(tmp_path_factory.mktemp("office") / "home") as service:
        files = ("madagascar-tip-2008.json", "ghana-firearms-2010.jsonl")
        service.command("import", *(ROOT / "examples" / each for each in files))
        with service.client() as client:
            while "needtag_answers_waiting 0.0" not in client.get("/metrics").text:
                time.sleep(0.2)
            for answer in client.get("/v1/answers?limit=200").json()["items"]:
                review(client, answer)
        yield service


@pytest.fixture
def checkout(tmp_path):
    """A folder with what the pages take from a checkout."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


def review(client, answer):
    """Accept what is suggested as safe, and be done."""
    safe = [tag for tag in answer["tags"] if tag["band"] == "safe"]
    acts = [{"act": "accept", "code": tag["code"], "stance": tag["stance"]} for tag in safe]
    given = {"version": answer["version"], "decisions": [*acts, {"act": "done"}]}
    client.post(f"/v1/answers/{answer['id']}/decisions", json=given).raise_for_status()


@needs_curl
def test_the_commands_for_operations_work_one_after_the_other(office, checkout, postgresql):
    (checkout / "backups").mkdir()
    name = postgresql.create()
    given = {"BACKUPS": str(checkout / "backups"), "POSTGRESQL": postgresql.url(name)}
    given["NEEDTAG_BASE_URL"] = "https://needtag.example"
    printed = run(blocks("operations", "sh"), office, checkout, **given)
    postgresql.drop(name)
    assert "https://needtag.example/sign-in/" in printed
    assert printed.count("Restored and compared:") == 2
    assert "needtag_answers_reviewed" in printed
    assert "ill " not in printed


@needs_curl
def test_the_commands_for_integrators_work_one_after_the_other(office, checkout):
    printed = run(blocks("integrators", "sh"), office, checkout)
    assert '"outcome":"store"' in (checkout / "out" / "understood.json").read_text("utf-8")
    assert "are in out/reviewed.csv" in printed
    assert "archive-4711" in (checkout / "out" / "answers.jsonl").read_text("utf-8")


def test_the_commands_for_analysts_work_one_after_the_other(office, checkout):
    printed = run(blocks("analysts", "sh"), office, checkout)
    assert "overview.docx" in printed
    assert (checkout / "out" / "overview-rates" / "counts.xlsx").exists()
    assert read_parties(checkout / "out" / "parties.csv") == load_parties()


def test_the_short_commands_for_model_builders_work_one_after_the_other(office, checkout):
    run(blocks("model-builders", "sh"), office, checkout)
    assert (checkout / "out" / "before.html").stat().st_size > 10_000


@needs_curl
@pytest.mark.soak
def test_all_commands_for_model_builders_work_one_after_the_other(office, checkout):
    printed = run(blocks("model-builders", "sh", "sh soak"), office, checkout)
    assert '"active":true' in printed


@pytest.mark.parametrize("page", GUIDES)
def test_what_no_test_runs_is_what_changes_the_machine(page):
    marks = {mark for mark, _ in FENCE.findall((DOCS / f"{page}.md").read_text("utf-8"))}
    assert marks <= {"sh", "sh soak", "sh by-hand", "yaml"}
    for block in blocks(page, "sh by-hand"):
        assert all("sudo " in line for line in block.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_page_for_reviewers_puts_in_bold_stands_so_on_the_pages(language):
    catalogues = ROOT / "service" / "review" / "locales"
    # English is what the catalogues of the others translate.
    with (catalogues / ("fr" if language == "en" else language) / "LC_MESSAGES" / "needtag.po").open(
        "rb"
    ) as file:
        texts = [each.id if language == "en" else each.string for each in read_po(file)]
    # Lines break anywhere, and French has spaces at which they do not.
    shown = {" ".join(each.split()) for each in texts if isinstance(each, str)}
    text = " ".join((DOCS / f"reviewers.{language}.md").read_text("utf-8").split())
    assert set(re.findall(r"\*\*(.+?)\*\*", text)) - shown == set()


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_lead_to_what_is_there(page):
    for target, part in LINK.findall(page.read_text("utf-8")):
        other = (page.parent / target).resolve() if target else page
        assert other.exists(), target
        assert not part or part in anchors(other), f"{target}#{part}"


def anchors(page):
    """The names by which the headings of a page are linked to."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
