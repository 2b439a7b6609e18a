from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nlp.models.transformer import WINDOW, Window, windows


def test_a_text_that_fits_is_read_at_once():
    assert windows(40, [(0, 10), (10, 40)]) == [Window(0, 40, [0, 1])]


def test_a_passage_is_judged_where_most_of_it_stands():
    halves = windows(700, [(0, 10), (300, 600), (690, 700)])
    assert [(each.start, each.passages) for each in halves] == [(0, [0]), (255, [1, 2])]


@given(st.integers(1, 3000), st.data())
def test_every_passage_is_judged_within_its_window_or_where_it_is_longer_in_several(pieces, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, pieces), min_size=2, max_size=9, unique=True)))
    passages = list(pairwise(cuts))
    found = windows(pieces, passages)
    judged = Counter(number for each in found for number in each.passages)
    for number, (start, end) in enumerate(passages):
        assert judged[number] == 1 or (end - start > WINDOW and judged[number] > 1)
    for each in found:
        assert 0 <= each.start < each.end <= pieces
        assert each.end - each.start <= WINDOW
        for number in each.passages:
            start, end = passages[number]
            assert max(start, each.start) < min(end, each.end)
