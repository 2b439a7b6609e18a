"""What the project promises about itself: licences, pins, arrows between rooms, a quick and quiet start."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, requires
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Names of licences that would bind a product under the MIT licence. The Lesser GPL does not.
FORBIDDEN = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public", re.IGNORECASE)


def installed_needs(names):
    """The names of packages and of all that they need, without extras, as installed here."""
    found, todo = set(), list(names)
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in found:
            continue
        try:
            needs = requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
        todo += [
            need.name
            for need in map(Requirement, needs)
            if not need.marker or need.marker.evaluate({"extra": ""})
        ]
    return found


def licences(name):
    about = metadata(name)
    declared = [about.get("License-Expression"), *(about.get_all("Classifier") or [])]
    texts = [each for each in declared if each and ("License" in each or each == declared[0])]
    # The free field may hold a whole licence text; its first line names it.
    return texts or [(about.get("License") or "").strip().split("\n")[0]]


def test_every_package_that_needtag_needs_may_be_used_by_a_product_under_mit():
    # Extras too, as far as they are installed here.
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["train"], *extras["ray"]]
    needed = installed_needs(Requirement(each).name for each in wanted)
    assert {"spacy", "scikit-learn", "lxml", "thinc", "numpy"} <= needed
    found = {name: licences(name) for name in sorted(needed)}
    assert {name for name, names in found.items() if not any(names)} == set()
    assert {name: names for name, names in found.items() if FORBIDDEN.search(" ".join(names))} == {}


@pytest.mark.parametrize(
    ("licence", "forbidden"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("LGPL-2.1-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)", False),
        ("MIT", False),
    ],
)
def test_licences_are_told_apart(licence, forbidden):
    assert bool(FORBIDDEN.search(licence)) is forbidden


def test_every_dependency_is_pinned():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines if "==" in line}
    wanted = [*PROJECT["dependencies"], *chain.from_iterable(PROJECT["optional-dependencies"].values())]
    direct = {re.sub(r"[-_.]+", "-", Requirement(each).name).lower() for each in wanted}
    assert direct - pinned == set()
    assert installed_needs(direct) - pinned - {"pip"} == set()


def test_rooms_import_only_what_lies_below_them():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_help_starts_without_the_heavy_libraries():
    serving = {"fastapi", "pydantic", "sqlalchemy", "alembic", "uvicorn"}
    heavy = {"spacy", "sklearn", "numpy", "rdflib", "openpyxl", "lxml"} | serving
    assert python(f"import sys, service.cli; print({heavy} & set(sys.modules))") == "set()"


def test_tagging_needs_no_network_and_no_training_library():
    code = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("the network was asked")
socket.socket.connect = socket.getaddrinfo = refuse
class NotInstalled:
    def find_spec(self, name, *_):
        if name.partition(".")[0] in ("torch", "transformers", "onnx"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NotInstalled())
from nlp.answers import Answer
from nlp.tagging import Tagger
tags = Tagger().tag(Answer("a", "Kenya asks for the training of its prosecutors.")).tags
print(len(tags) > 0)
"""
    assert python(code) == "True"


def test_importing_every_room_changes_no_handler_filter_or_signal():
    code = """
import logging, signal, warnings
def state():
    signals = [signal.getsignal(number) for number in signal.valid_signals()]
    return list(logging.root.handlers), logging.root.level, signals
before, filters = state(), len(warnings.filters)
import corpus.reader, evaluation.report, nlp.tagging, nlp.training.linear, service.cli, service.run
ours = [each for each in warnings.filters if "nlp" in str(each) or "service" in str(each)]
print(state() == before, ours)
"""
    assert python(code) == "True []"
