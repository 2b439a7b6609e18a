import numpy as np
import pytest

from nlp.training.calibrating import SAFE_PRECISION, best_f1_threshold, recall_threshold, safe_threshold

# By confidence from high to low, right answers: yes, yes, no, yes, no.
CONFIDENCE = np.array([0.2, 0.9, 0.5, 0.8, 0.6])
PRESENT = np.array([False, True, True, True, False])


def test_the_threshold_of_best_f1_is_found():
    # F1 down to 0.9: 2/4; 0.8: 4/5; 0.6: 4/6; 0.5: 6/7; 0.2: 6/8.
    assert best_f1_threshold(CONFIDENCE, PRESENT) == 0.5


@pytest.mark.parametrize(("recall", "threshold"), [(0.3, 0.9), (0.5, 0.8), (0.9, 0.5), (1.0, 0.5)])
def test_the_threshold_of_a_recall_is_the_highest_that_reaches_it(recall, threshold):
    assert recall_threshold(CONFIDENCE, PRESENT, recall) == threshold


def test_equal_confidences_are_taken_together():
    # Down to 0.9: F1 2/3; taking the eight of 0.5 as well: 4/11.
    confidence = np.array([0.9] + [0.5] * 8)
    assert best_f1_threshold(confidence, np.array([True, True] + [False] * 7)) == 0.9


def test_safe_reaches_down_step_by_step_while_the_lower_bound_of_precision_holds():
    confidence = np.linspace(1, 0.5, 500)
    # 100 of 100, 200 of 200, 295 of 300 (bound 0.965), 300 of 400 (bound 0.71).
    right = np.arange(500) < 295
    right[395:400] = True
    assert safe_threshold(confidence, right) == confidence[299]
    assert safe_threshold(confidence[:99], right[:99]) is None


def test_safe_stops_at_the_first_step_that_fails():
    confidence = np.linspace(1, 0.5, 2000)
    right = np.ones(2000, dtype=bool)
    right[100:120] = False
    assert safe_threshold(confidence, right) == confidence[99]
    right[:100:10] = False
    assert safe_threshold(confidence, right) is None


def test_equal_confidences_are_safe_together_or_not_at_all():
    right = np.array([True] * 150 + [False] * 50)
    assert safe_threshold(np.full(200, 0.9), right) is None


def test_safe_is_seldom_granted_where_it_is_not_earned():
    chance = np.random.default_rng(0)
    granted = sum(
        safe_threshold(chance.random(4000), chance.random(4000) < SAFE_PRECISION) is not None
        for _ in range(300)
    )
    assert granted / 300 < 0.08
