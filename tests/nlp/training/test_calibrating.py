import numpy as np
import pytest

from nlp.training.calibrating import best_f1_threshold, recall_threshold, safe_threshold

# By confidence from high to low, right answers: yes, yes, no, yes, no.
CONFIDENCE = np.array([0.2, 0.9, 0.5, 0.8, 0.6])
PRESENT = np.array([False, True, True, True, False])


def test_the_threshold_of_best_f1_is_found():
    # F1 down to 0.9: 2/4; 0.8: 4/5; 0.6: 4/6; 0.5: 6/7; 0.2: 6/8.
    assert best_f1_threshold(CONFIDENCE, PRESENT) == 0.5


@pytest.mark.parametrize(("recall", "threshold"), [(0.3, 0.9), (0.5, 0.8), (0.9, 0.5), (1.0, 0.5)])
def test_the_threshold_of_a_recall_is_the_highest_that_reaches_it(recall, threshold):
    assert recall_threshold(CONFIDENCE, PRESENT, recall) == threshold


def test_safe_reaches_down_while_the_lower_bound_of_precision_holds():
    # Without a mistake the bound is 0.05 ** (1/n): 59 is the fewest n for which it reaches 0.95.
    confidence = np.linspace(1, 0.5, 100)
    right = np.arange(100) < 70
    assert safe_threshold(confidence[:58], right[:58]) is None
    assert safe_threshold(confidence[:59], right[:59]) == confidence[58]
    assert safe_threshold(confidence, right) == confidence[69]


def test_equal_confidences_are_safe_together_or_not_at_all():
    right = np.array([True] * 70 + [False] * 30)
    assert safe_threshold(np.full(100, 0.9), right) is None
