import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from evaluation.agreement import agreements, cohen_kappa, krippendorff_alpha, labels_of, pairwise_f1
from nlp.answers import Answer, LabelledAnswer

# Krippendorff 2011, section A, "Binary data, two observers, no missing data": alpha = 0.095.
MEG = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
OWEN = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
NAN = float("nan")

READINGS = arrays(
    float, st.tuples(st.integers(2, 4), st.integers(1, 12)), elements=st.sampled_from([0.0, 1.0])
)


def test_alpha_is_that_of_the_published_example():
    assert krippendorff_alpha(np.array([MEG, OWEN], dtype=float)) == pytest.approx(0.095, abs=0.0005)


def test_alpha_of_three_readers_who_did_not_read_everything_is_that_of_the_hand_computation():
    # Three answers: (1, 1, -), (1, 0, 0), (0, -, 0), and one that a single reader read, which does not count.
    # Disagreement observed: 2 * 1 * 2 / 2 = 2; 7 values, 3 of them yes: expected 2 * 3 * 4 / 6 = 4.
    readings = np.array([[1, 1, 0, 1], [1, 0, NAN, NAN], [NAN, 0, 0, NAN]])
    assert krippendorff_alpha(readings) == pytest.approx(1 - 2 / 4)


def test_kappa_of_two_readers_is_that_of_the_hand_computation():
    # They agree on 6 of 10; chance gives 0.2 * 0.4 + 0.8 * 0.6 = 0.56.
    assert cohen_kappa(np.array([MEG, OWEN], dtype=float)) == pytest.approx((0.6 - 0.56) / (1 - 0.56))


def test_kappa_and_f1_are_means_over_the_pairs_of_readers():
    readings = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0]], dtype=float)
    assert pairwise_f1(readings) == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    pairs = [cohen_kappa_score(readings[one], readings[other]) for one, other in ((0, 1), (0, 2), (1, 2))]
    assert cohen_kappa(readings) == pytest.approx(sum(pairs) / 3)


def test_of_a_label_that_all_always_gave_kappa_says_nothing():
    readings = np.ones((2, 5))
    assert (krippendorff_alpha(readings), cohen_kappa(readings), pairwise_f1(readings)) == (1, None, 1)


def test_pairs_that_never_gave_a_label_do_not_agree_on_it():
    alone = np.zeros((10, 50))
    alone[0, 7] = 1
    assert krippendorff_alpha(alone) == pytest.approx(0, abs=0.001)
    assert (cohen_kappa(alone), pairwise_f1(alone)) == (0, 0)
    assert pairwise_f1(np.zeros((2, 5))) is None


def test_every_label_is_measured_and_states_are_pooled():
    first = {
        "a": frozenset({"legal", "data", "KEN"}),
        "b": frozenset({"legal", "TZA"}),
        "c": frozenset({"x"}),
    }
    second = {"b": frozenset({"legal", "TZA"}), "a": frozenset({"legal"})}
    data, legal, states = agreements([first, second])
    assert (data.label, data.given, data.f1) == ("data", 1, 0)
    assert (legal.label, legal.given, legal.f1, legal.alpha) == ("legal", 4, 1, 1)
    assert (states.label, states.given, states.f1) == ("all States", 3, pytest.approx(2 / 3))


def test_requested_sub_types_are_pooled_too():
    first = {"a": frozenset({"requested legal", "requested legal.drafting", "requested data.research"})}
    second = {"a": frozenset({"requested legal", "requested legal.drafting", "offered data.research"})}
    pooled = agreements([first, second])[-1]
    assert (pooled.label, pooled.given, pooled.f1) == ("all requested sub-types", 3, pytest.approx(2 / 3))


def test_labels_name_their_stance():
    answer = LabelledAnswer(
        Answer("a", "text"),
        frozenset({("offered", "legal")}),
        frozenset({"offered"}),
        frozenset({"tip"}),
        frozenset({"KEN"}),
    )
    assert labels_of(answer) == {"offered legal", "stance offered", "tip", "KEN"}


@given(READINGS, st.randoms(use_true_random=False))
def test_the_order_of_readers_and_answers_does_not_matter(readings, chance):
    rows, columns = list(range(readings.shape[0])), list(range(readings.shape[1]))
    chance.shuffle(rows)
    chance.shuffle(columns)
    shuffled = readings[rows][:, columns]
    for measure in (krippendorff_alpha, cohen_kappa, pairwise_f1):
        before, after = measure(readings), measure(shuffled)
        assert (before is None) == (after is None)
        assert before is None or (after == pytest.approx(before) and before <= 1)
