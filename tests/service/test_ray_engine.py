"""Tagging by Ray writes what tagging in one process writes, also if it was killed on the way."""

import contextlib
import json
import os
import pickle
import secrets
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.reader import read_corpus
from nlp.answers import Answer
from nlp.errors import ModelError
from nlp.models import load_model
from service.ray_engine import _Tagging
from tests.service.running import COMMAND, wait_until

ROOT = Path(__file__).parents[2]
EXAMPLES = [f"examples/{each.name}" for each in (ROOT / "examples").iterdir() if each.suffix != ".py"]
RAY = ("--engine", "ray")
BESIDE_RAY = Path(sys.executable).with_name("ray")


@pytest.fixture
def folder(tmp_path):
    """The examples, a file that can be read in part, and answers enough for several batches."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    lines = ['{"id": "a", "text": "Kenya needs training."}', "no JSON", '{"id": "a", "text": "Again."}']
    (tmp_path / "bad.jsonl").write_text("\n".join(lines), "utf-8")
    given = [{"id": each.answer.id, "text": each.answer.text} for each in read_corpus("train")[:400]]
    (tmp_path / "many.jsonl").write_text("\n".join(map(json.dumps, given)), "utf-8")
    return tmp_path


@pytest.fixture
def temporary():
    """Where a command lays its temporary files; short, for Ray's sockets lie there."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        yield Path(folder)


@contextlib.contextmanager
def tagging(folder, temporary, *arguments):
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*COMMAND, "tag", *arguments], cwd=folder, env=environment, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def tag(folder, temporary, *arguments):
    """Give the exit code and what was said, but for the name of the output."""
    with tagging(folder, temporary, *arguments) as process:
        said = "".join(process.communicate())
    return process.returncode, said.replace(arguments[-1], "OUTPUT")


def ray_processes(temporary):
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += [each] if str(temporary).encode() in each.read_bytes() else []
        except OSError:
            continue
    return found


def test_ray_writes_the_same_bytes(folder, temporary):
    paths = [*EXAMPLES, "bad.jsonl", "none.csv"]
    here = tag(folder, temporary, *paths, "--lang", "fr", "-o", "here.jsonl")
    by_ray = tag(folder, temporary, *paths, "--lang", "fr", *RAY, "-o", "ray.jsonl")
    assert by_ray == here
    assert here[0] == 2
    assert "bad.jsonl, line 2" in here[1]
    assert (folder / "ray.jsonl").read_bytes() == (folder / "here.jsonl").read_bytes()
    # Nothing of the texts is left behind.
    assert list(temporary.iterdir()) == []
    assert ray_processes(temporary) == []


def test_a_run_with_fewer_answers_than_cores_says_nothing_of_ray(folder, temporary):
    (folder / "one.jsonl").write_text('{"id": "a", "text": "Kenya needs training."}', "utf-8")
    code, said = tag(folder, temporary, "one.jsonl", "--model", "dummy", *RAY, "-o", "ray.jsonl")
    assert (code, said.strip()) == (0, "1 answer tagged, 0 items could not be read: OUTPUT")


@pytest.mark.soak
def test_a_run_by_ray_that_is_killed_goes_on_where_it_was(folder, temporary):
    paths = ["many.jsonl", *EXAMPLES]
    assert tag(folder, temporary, *paths, "-o", "here.jsonl")[0] == 2
    part = folder / "ray.jsonl.part"
    with tagging(folder, temporary, *paths, *RAY, "-o", "ray.jsonl") as process:
        wait_until(lambda: part.exists() and part.read_bytes().count(b"\n") > 80)
        process.kill()
    # What was being written may be torn; what works for a killed command ends with it.
    done = part.read_bytes()
    wait_until(lambda: not ray_processes(temporary))
    lines = (folder / "here.jsonl").read_bytes()
    assert lines.startswith(done)
    assert len(done) < len(lines)
    # Nothing is tagged again: a mark in what was done stays.
    mark = b'"unsure":"language"'
    part.write_bytes(done.replace(b'"unsure":null', mark, 1))
    assert tag(folder, temporary, *paths, *RAY, "--resume", "-o", "ray.jsonl")[0] == 2
    assert (folder / "ray.jsonl").read_bytes() == lines.replace(b'"unsure":null', mark, 1)


@pytest.fixture
def cluster(temporary, monkeypatch):
    """The address of a cluster of Ray on this machine."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    port = "26379"
    start = [BESIDE_RAY, "start", "--head", "--port", port, "--num-cpus", "2", "--include-dashboard", "false"]
    subprocess.run([*start, "--temp-dir", temporary / "ray"], check=True, capture_output=True)
    monkeypatch.delenv("RAY_AUTH_MODE")
    yield f"127.0.0.1:{port}"
    for each in ray_processes(temporary):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(each.parent.name), signal.SIGKILL)


@pytest.mark.soak
def test_a_cluster_writes_the_same_bytes_and_goes_on_running(folder, temporary, cluster):
    tag(folder, temporary, *EXAMPLES, "-o", "here.jsonl")
    for _ in range(2):
        assert tag(folder, temporary, *EXAMPLES, *RAY, "--address", cluster, "-o", "ray.jsonl")[0] == 2
        assert (folder / "ray.jsonl").read_bytes() == (folder / "here.jsonl").read_bytes()


def test_without_ray_the_extra_is_named(needtag, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setitem(sys.modules, "ray.data", None)
    code, _, err = needtag("tag", folder / "bad.jsonl", "--model", "dummy", *RAY, "-o", folder / "out.jsonl")
    assert (code, "ray: is not installed" in err, "pip install '.[ray]'" in err) == (2, True, True)
    assert not list(folder.glob("out.jsonl*"))


def test_ray_wants_an_output_and_an_address_wants_ray(needtag, folder):
    code, _, err = needtag("tag", folder / "bad.jsonl", *RAY)
    assert (code, "give --output" in err) == (2, True)
    code, _, err = needtag("tag", folder / "bad.jsonl", "--address", "auto", "-o", folder / "out.jsonl")
    assert (code, "add --engine ray" in err) == (2, True)


def test_a_machine_with_another_model_tags_nothing():
    here = load_model("dummy").id
    options = {"trust": False, "evidence": False, "lang": "en"}
    items = {"items": [pickle.dumps([Answer("a", "Kenya needs training.")])]}
    (same,) = _Tagging("dummy", expected=here, **options)(items)["records"]
    assert [each["id"] for each in pickle.loads(same)] == ["a"]
    (other,) = _Tagging("dummy", expected=replace(here, version="other"), **options)(items)["records"]
    with pytest.raises(ModelError, match="install the same on each machine"):
        raise pickle.loads(other)
