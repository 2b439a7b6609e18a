"""Whatever bytes a file holds, reading it ends in answers and errors and raises nothing."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.answers import Answer
from nlp.errors import InputError
from service.intake import read_answers

EXAMPLES = Path(__file__).parents[3] / "examples"
SEEDS = {
    ".csv": (EXAMPLES / "guatemala-migrantes-2012.csv").read_bytes(),
    ".jsonl": (EXAMPLES / "ghana-firearms-2010.jsonl").read_bytes(),
    ".txt": (EXAMPLES / "kyrgyzstan-needs-2013.txt").read_bytes(),
}
SIGNS = st.sampled_from([bytes([sign]) for sign in b'";,\n\r\0\xff{}[]\\'])
CHANGES = st.lists(
    st.tuples(st.integers(0, 5_000), st.integers(0, 40), SIGNS | st.binary(max_size=6)), max_size=12
)


@pytest.mark.parametrize("suffix", SEEDS)
@settings(max_examples=60, derandomize=True, deadline=None)
@given(changes=CHANGES, wild=st.binary(max_size=300) | st.none())
def test_mutated_bytes_break_nothing(suffix, changes, wild):
    content = SEEDS[suffix] if wild is None else wild
    for place, cut, put in changes:
        at = place % (len(content) + 1)
        content = content[:at] + put + content[at + cut :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(content)
        found = list(read_answers(path))
    assert found
    assert all(isinstance(one, Answer | InputError) for one in found)
    ids = [one.id for one in found if isinstance(one, Answer)]
    assert len(set(ids)) == len(ids)
    for one in found:
        if isinstance(one, Answer):
            one.text.encode()  # would raise on half a surrogate
            assert "\0" not in one.text
