"""The systemd unit: one that systemd accepts, hardened, and that ends needtag as needtag wants it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from service.serve import GRACE
from service.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNIT = DEPLOY / "needtag.service"
INSTALLED = "/opt/needtag/bin/needtag"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here"
)


def settings_of(unit):
    """The settings of the unit, those of all sections together."""
    return dict(re.findall(r"^(\w+)=(.*)$", unit.read_text("utf-8"), re.MULTILINE))


def analyze(*arguments):
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@needs_systemd
def test_systemd_accepts_the_unit(tmp_path):
    here = tmp_path / UNIT.name
    command = str(Path(sys.executable).with_name("needtag"))
    here.write_text(UNIT.read_text("utf-8").replace(INSTALLED, command), "utf-8")
    done = analyze("verify", here)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_the_unit_leaves_little_to_whoever_breaks_in():
    # In tenths: below 2.0, what systemd itself calls OK ends at 5.
    done = analyze("security", "--offline=true", "--threshold=20", UNIT)
    assert done.returncode == 0, done.stdout


def test_the_unit_is_hardened():
    found = settings_of(UNIT)
    assert found["User"] == "needtag"
    assert found["CapabilityBoundingSet"] == ""
    assert found["ProtectSystem"] == "strict"
    assert found["UMask"] == "0077"
    wanted = ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute")
    assert {found[each] for each in wanted} == {"yes"}


def test_needtag_has_the_time_to_end_by_itself():
    # Requests first, then workers.
    assert int(settings_of(UNIT)["TimeoutStopSec"]) > 2 * GRACE


def test_the_settings_laid_beside_the_unit_are_settings_and_fit_it():
    lines = (DEPLOY / "needtag.env").read_text("utf-8").splitlines()
    given = dict(line.removeprefix("# ").split("=", 1) for line in lines if "NEEDTAG_" in line)
    read = Settings(_env_file=None, **{name.removeprefix("NEEDTAG_").lower(): given[name] for name in given})
    assert read.model_fields_set == {"home", "database_url", "base_url", "workers", "retention_days"}
    assert read.home == Path("/var/lib") / settings_of(UNIT)["StateDirectory"]
