"""The commands of docs/api.md do what they say, on a service that runs for real."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.running import running

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the page uses curl, which is not here")
def test_the_commands_of_the_page_on_the_api_work_one_after_the_other(tmp_path):
    blocks = BLOCK.findall(PAGE.read_text("utf-8"))
    assert len(blocks) > 10
    with running(tmp_path / "home") as service:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            env=service.environment | {"URL": service.url, "PATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    for said in (
        '{"id":"1","status":"received"}',
        '"outcome":"store"',
        '"status":"tagged","progress":{"answers":2,"tagged":2,"failed":0,"reviewed":0}',
        '"status":"reviewed"',
        '"act":"undo"',
        '"requested":{"types":["legal","training"]',
        "needtag_answers_waiting",
    ):
        assert said in done.stdout, said
    assert "training" in (tmp_path / "tags.csv").read_text("utf-8-sig")
    assert (tmp_path / "answers.xlsx").read_bytes().startswith(b"PK")
