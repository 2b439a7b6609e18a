"""SECURITY.md names the tests that show its measures."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_page_names_is_there():
    named = set(re.findall(r"`([a-z/]+/test_\w+\.py)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8")))
    assert len(named) > 15
    assert [each for each in sorted(named) if not (ROOT / "tests" / each).is_file()] == []
