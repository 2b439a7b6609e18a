"""Dashboard, alerts and the page on operations tell of figures that needtag gives, and of all of its own."""

import json
import re
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from service.store import keys
from service.store.opening import open_database

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy" / "dashboard.json").read_text("utf-8"))
ALERTS = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text("utf-8"))
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
METRIC = re.compile(r"\b(?:needtag|process)_[a-z_]+\b")
COLUMNS = 24  # of Grafana's grid


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The names of all that a needtag gives to Prometheus, after one request."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), _env_file=None)
    database = open_database(settings)
    with database.writing() as session:
        key = keys.add_key(session, "watch", ["read"], expires_at=None, actor="test")
    with TestClient(create_app(settings, database)) as client:
        client.get("/healthz").raise_for_status()
        found = client.get("/metrics", headers={"Authorization": f"Bearer {key}"}).raise_for_status().text
    database.dispose()
    return {line.partition("{")[0].split()[0] for line in found.splitlines() if not line.startswith("#")}


def panels():
    return [each for each in DASHBOARD["panels"] if each["type"] != "row"]


def rules():
    return [rule for group in ALERTS["groups"] for rule in group["rules"]]


def expressions():
    of_panels = [target["expr"] for panel in panels() for target in panel["targets"]]
    return of_panels + [rule["expr"] for rule in rules()]


def test_every_figure_that_is_asked_for_is_given(samples):
    asked = {name for each in expressions() for name in METRIC.findall(each)}
    assert len(asked) > 6
    assert asked - samples == set()


def test_every_figure_of_needtag_is_explained(samples):
    explained = set(re.findall(r"^\| `(needtag_\w+)`", PAGE, re.MULTILINE))
    # A histogram has several names; when a series began is no figure of its own.
    named = {each for each in samples if each.startswith("needtag_") and not each.endswith("_created")}
    assert {re.sub(r"_(bucket|sum|count)$", "", each) for each in named} == explained


def test_the_dashboard_is_one_that_can_be_imported():
    assert {"title", "uid", "schemaVersion", "time", "templating"} <= DASHBOARD.keys()
    assert "id" not in DASHBOARD  # would take the place of another one
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    (source,) = [each for each in DASHBOARD["templating"]["list"] if each["type"] == "datasource"]
    for panel in panels():
        assert panel["title"]
        assert panel["datasource"]["uid"] == f"${{{source['name']}}}"
        assert [target["refId"] for target in panel["targets"]] == list("ABCD")[: len(panel["targets"])]


def test_panels_of_the_dashboard_lie_beside_each_other():
    taken = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        cells = {
            (column, row)
            for column in range(place["x"], place["x"] + place["w"])
            for row in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_alert_has_its_line_on_the_page():
    names = [rule["alert"] for rule in rules()]
    assert re.findall(r"^\| `(Needtag\w+)`", PAGE, re.MULTILINE) == names
    assert all(rule["annotations"]["summary"] for rule in rules())


def test_brackets_of_every_expression_are_closed():
    for each in expressions():
        bare = re.sub(r'"[^"]*"', "", each)
        assert all(bare.count(one) == bare.count(other) for one, other in ("()", "[]", "{}")), each
