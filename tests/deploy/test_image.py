"""The Dockerfile, without Docker: what it says, and its steps run in a plain folder."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from service.settings import Settings, variable_of
from tests.service.running import running

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "Dockerfile"
PORT = "8000"
USER = 10001
# Folders that the file names; in the test each lies under one folder, which is the root of both stages.
FOLDERS = re.compile(r"(?<![\w/])/(src|opt|var|tmp)\b")
# A network of its own, in which this machine alone can be reached.
ALONE = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"')


def steps(file=FILE):
    """The instructions of the file, each with the rest of its line."""
    text = re.sub(r"^#.*\n", "", file.read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def said(name):
    return [rest for each, rest in steps() if each == name]


def environment(given=""):
    """The variables that the image sets; PATH goes before the one that is given."""
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(said("ENV")).replace("$PATH", given)))


def health_check():
    return json.loads(said("HEALTHCHECK")[0].partition("CMD")[2])


def test_the_image_is_a_slim_python_of_a_version_that_needtag_takes():
    images = {rest.split()[0] for rest in said("FROM")}
    (image,) = images
    version = re.fullmatch(r"python:3\.(\d+)-slim", image)[1]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert f"Programming Language :: Python :: 3.{version}" in project["project"]["classifiers"]
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = [word for rest in said("COPY") if "--from" not in rest for word in rest.split()[:-1]]
    assert set(wheel["packages"]) < set(copied)
    assert all((ROOT / each).exists() for each in copied)


def test_the_image_runs_needtag_as_nobody_in_particular():
    assert said("USER") == [f"{USER}:{USER}"]
    names = [name for name, _ in steps()]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name == "RUN")
    assert json.loads(said("CMD")[0]) == ["needtag", "serve"]
    assert said("EXPOSE") == [PORT] == [str(Settings.model_fields["port"].default)]
    ours = {name for name in environment() if name.startswith("NEEDTAG")}
    assert ours < {variable_of(name) for name in Settings.model_fields}


def test_the_health_check_says_whether_needtag_is_ready(tmp_path):
    def check(port):
        command = [sys.executable, *(each.replace(PORT, port) for each in health_check()[1:])]
        return subprocess.run(command, capture_output=True, check=False, env={}).returncode

    with running(tmp_path / "home", environment={"NEEDTAG_WORKERS": "0"}) as service:
        port = service.url.rpartition(":")[2]
        assert check(port) == 0
        service.stop()
        assert check(port) != 0


@pytest.fixture
def image():
    """A folder in which all steps were run that build the image."""
    if os.geteuid() != 0:
        pytest.skip("the steps are root's")
    with tempfile.TemporaryDirectory(prefix="needtag-image-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its user is to reach what lies in it
        lay_python(folder / "image")
        build(folder)
        yield folder


def lay_python(folder):
    """Lay a `python` into the folder, as the image has one: one that the image's user may run too."""
    check = "import sys, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for each in (Path(sys.executable).resolve(), Path("/usr/bin/python3")):
        try:
            subprocess.run([each, "-c", check], user=USER, group=USER, cwd="/", check=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        folder.mkdir()
        (folder / "python").write_text(f'#!/bin/sh\nexec {each} "$@"\n', "utf-8")
        (folder / "python").chmod(0o755)
        return
    pytest.skip("no Python here that all users may run")


def within(folder, text):
    return FOLDERS.sub(rf"{folder}/\1", text)


def build(folder):
    place = folder
    for name, rest in steps():
        if name == "WORKDIR":
            place = folder / rest.lstrip("/")
            place.mkdir(parents=True, exist_ok=True)
        elif name == "COPY" and "--from" in rest:
            # Of the stage before, which has the same root here.
            assert Path(within(folder, rest.split()[1])).exists()
        elif name == "COPY":
            *sources, target = rest.split()
            for source in sources:
                copy(ROOT / source, place / target)
        elif name == "RUN":
            step = ["sh", "-euc", within(folder, rest)]
            path = f"{folder / 'image'}:{os.environ['PATH']}"
            subprocess.run(step, cwd=place, env={**os.environ, "PATH": path}, check=True)


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@pytest.mark.soak
def test_the_steps_make_a_needtag_that_serves_without_network_and_without_rights(image):
    path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    given = {name: within(image, value) for name, value in environment(path).items()}
    (image / "tmp").mkdir(mode=0o1777)
    (image / "tmp").chmod(0o1777)
    drop = ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs")
    drop += ("--bounding-set=-all", "--inh-caps=-all")
    home = Path(given["NEEDTAG_HOME"])
    command = [*ALONE, *drop, *json.loads(said("CMD")[0])]
    with subprocess.Popen(
        command, env=given, cwd=home, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as service:
        try:
            assert "needtag serves at" in service.stdout.readline()
            inside = ["nsenter", f"--target={service.pid}", "--net", *drop]
            file = ROOT / "examples" / "madagascar-tip-2008.json"
            shutil.copy(file, home)
            for each in (
                health_check(),
                ["needtag", "import", file.name],
                ["needtag", "tag", file.name, "--output", "tagged.csv"],
                ["needtag", "overview", "--output", "overview"],
            ):
                subprocess.run([*inside, *each], env=given, cwd=home, check=True)
            assert (home / "overview" / "overview.docx").stat().st_uid == USER
        finally:
            os.killpg(service.pid, signal.SIGTERM)
        assert service.wait(60) == 0
