"""Tries a property on inputs that are drawn: a few, always the same; in a soak, as many as time allows."""

import random
import sys
import time
import warnings

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis.errors import HypothesisWarning

from tests.service.api.conftest import open_api  # noqa: F401 - a fixture

_ROUND = 200
"""Inputs that are drawn in a row; then others are drawn anew."""


@pytest.fixture(params=["few", pytest.param("many", marks=pytest.mark.soak)])
def tried(request, capsys):
    """Tries a check on what a strategy draws; a soak says how many inputs there were."""

    def few_or_many(what, strategy, check, *, seconds, few):
        if request.param == "few":
            _run(strategy, check, max_examples=few, derandomize=True)
            return
        ends, tally = time.monotonic() + seconds, {"inputs": 0, "faults": 0}

        def counted(case):
            # A fault is made small, however long that takes.
            if time.monotonic() > ends and not tally["faults"]:
                raise _TimeUp
            tally["inputs"] += 1
            try:
                check(case)
            except BaseException:
                tally["faults"] = 1
                raise

        try:
            while True:
                _run(strategy, counted, seeded=seed(random.getrandbits(64)), max_examples=_ROUND)
        except _TimeUp:
            pass
        finally:
            with capsys.disabled():
                sys.stdout.write(f"\n{what}: {tally['inputs']} inputs, faults {tally['faults']}\n")

    return few_or_many


class _TimeUp(BaseException):
    """Ends a round; hypothesis would take any Exception for a fault."""


def _run(strategy, check, *, seeded=lambda test: test, **chosen):
    @seeded
    @settings(
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        **chosen,
    )
    @given(strategy)
    def run(case):
        note(repr(case)[:3_000])
        check(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", HypothesisWarning)  # it takes large inputs for a mistake
        run()
