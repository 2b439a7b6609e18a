import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evaluation.agreement import agreements, krippendorff_alpha, pairwise_f1

# Krippendorff 2011, section A, "Binary data, two observers, no missing data": alpha = 0.095.
MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


def test_alpha_is_that_of_the_published_example():
    assert krippendorff_alpha(np.array([MEG, OWEN], dtype=bool)) == pytest.approx(0.095, abs=0.0005)


def test_f1_is_the_mean_over_pairs_of_readers():
    readings = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0]], dtype=bool)
    assert pairwise_f1(readings) == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)


def test_a_label_that_nobody_or_everybody_gave_is_agreed_on():
    for value in (False, True):
        readings = np.full((2, 5), value)
        assert (krippendorff_alpha(readings), pairwise_f1(readings)) == (1, 1)


def test_every_label_is_measured():
    first = [frozenset({"legal", "data"}), frozenset({"legal"})]
    second = [frozenset({"legal"}), frozenset({"legal"})]
    data, legal = agreements([first, second])
    assert (data.label, data.given, data.f1) == ("data", 1, 0)
    assert (legal.label, legal.given, legal.f1, legal.alpha) == ("legal", 4, 1, 1)


@given(arrays(bool, st.tuples(st.integers(2, 4), st.integers(1, 12))), st.randoms(use_true_random=False))
def test_the_order_of_readers_and_answers_does_not_matter(readings, chance):
    rows, columns = list(range(readings.shape[0])), list(range(readings.shape[1]))
    chance.shuffle(rows)
    chance.shuffle(columns)
    shuffled = readings[rows][:, columns]
    assert krippendorff_alpha(shuffled) == pytest.approx(krippendorff_alpha(readings))
    assert pairwise_f1(shuffled) == pytest.approx(pairwise_f1(readings))
    assert krippendorff_alpha(readings) <= 1
