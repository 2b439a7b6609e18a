import numpy as np
import pytest

from nlp.errors import InputError
from nlp.training import calibrating
from nlp.training.calibrating import Levels, best_f1_threshold, platt, recall_threshold, safe_threshold

LEVELS = Levels()

# By confidence from high to low, right answers: yes, yes, no, yes, no.
CONFIDENCE = np.array([0.2, 0.9, 0.5, 0.8, 0.6])
PRESENT = np.array([False, True, True, True, False])


def test_the_threshold_of_best_f1_is_found():
    # F1 down to 0.9: 2/4; 0.8: 4/5; 0.6: 4/6; 0.5: 6/7; 0.2: 6/8. The threshold lies halfway to the next.
    assert best_f1_threshold(CONFIDENCE, PRESENT) == pytest.approx(0.35)


@pytest.mark.parametrize(("recall", "threshold"), [(0.3, 0.85), (0.5, 0.7), (0.9, 0.35), (1.0, 0.35)])
def test_the_threshold_of_a_recall_is_the_highest_that_reaches_it(recall, threshold):
    assert recall_threshold(CONFIDENCE, PRESENT, recall) == pytest.approx(threshold)


def test_equal_confidences_are_taken_together():
    # Down to 0.9: F1 2/3; taking the eight of 0.5 as well: 4/11.
    confidence = np.array([0.9] + [0.5] * 8)
    assert best_f1_threshold(confidence, np.array([True, True] + [False] * 7)) == pytest.approx(0.7)


def test_safe_reaches_down_while_precision_is_certain_enough():
    confidence = np.linspace(1, 0.6, 2000)
    # 990 of the first 1,000 are right, then nothing.
    right = np.arange(2000) % 100 != 99
    right[1000:] = False
    threshold = safe_threshold(confidence, right, LEVELS)
    taken = confidence >= threshold
    assert 950 <= taken.sum() <= 1100
    assert right[taken].mean() > LEVELS.safe_precision


def test_a_stricter_level_makes_safe_smaller():
    chance = np.random.default_rng(0)
    confidence = chance.uniform(0.5, 1, 5000)
    right = chance.random(5000) < confidence
    found = [safe_threshold(confidence, right, Levels(safe_precision=level)) for level in (0.8, 0.9, 0.95)]
    assert found == sorted(found)
    strict = safe_threshold(confidence, right, Levels(safe_precision=0.9, safe_certainty=0.9999))
    assert strict > found[1]


def test_few_labels_earn_no_safe():
    assert safe_threshold(np.full(199, 0.99), np.full(199, True), LEVELS) is None
    assert safe_threshold(np.full(5000, 0.4), np.full(5000, True), LEVELS) is None


def test_equal_confidences_are_safe_together_or_not_at_all():
    right = np.array([True] * 300 + [False] * 100)
    assert safe_threshold(np.full(400, 0.9), right, LEVELS) is None


def test_safe_is_seldom_granted_where_it_is_not_earned():
    chance = np.random.default_rng(0)
    granted = sum(
        safe_threshold(chance.uniform(0.5, 1, 2000), chance.random(2000) < LEVELS.safe_precision, LEVELS)
        is not None
        for _ in range(200)
    )
    assert granted / 200 < 0.08


def test_confidence_is_the_share_that_is_right():
    chance = np.random.default_rng(1)
    odds = chance.normal(-1, 2, 20_000)
    raw = 1 / (1 + np.exp(-odds))
    present = chance.random(20_000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))
    assert platt(raw, present) == pytest.approx((0.5, -1), abs=0.06)


def test_labels_without_a_mistake_keep_a_finite_map():
    slope, intercept = platt(np.array([0.1] * 50 + [0.9] * 50), np.array([False] * 50 + [True] * 50))
    assert 0 < slope < 10
    assert abs(intercept) < 10


def test_a_label_has_a_map_of_its_own_if_it_is_there_often_enough():
    chance = np.random.default_rng(2)
    raw = chance.uniform(0.01, 0.99, (400, 4))
    present = chance.random((400, 4)) < raw
    # The second is rare, and has the map of its pool, which it shares with the first.
    present[:, 1] = np.arange(400) < 3
    found = calibrating._map(raw, present, (np.array([0, 0, 1, 1]),))
    pooled = platt(raw[:, :2].ravel(), present[:, :2].ravel())
    assert (found.slope[1], found.intercept[1]) == pooled
    assert len(set(found.slope)) == 4
    # Without pools and with no label often enough, scores are left as they are.
    few = calibrating._map(raw[:20], present[:20] & False)
    assert (few.slope == 1).all()


def test_a_map_that_would_turn_scores_round_is_not_used():
    raw = np.tile(np.linspace(0.05, 0.95, 200)[:, None], (1, 2))
    # The second label is there the more, the lower its score.
    present = np.stack([raw[:, 0] > 0.3, raw[:, 1] < 0.5], axis=1)
    assert (calibrating._map(raw, present).slope > 0).all()


@pytest.mark.parametrize(
    "levels", [{"safe_precision": 1}, {"safe_precision": 0}, {"safe_certainty": 1}, {"unsure_recall": 1.5}]
)
def test_levels_that_nothing_can_reach_are_refused(levels):
    with pytest.raises(InputError, match=next(iter(levels))):
        Levels(**levels)


def test_what_the_model_is_sure_of_is_shown_however_easy_validation_was(few_answers, small_model):
    bands = small_model.calibration.bands
    assert all(each.unsure <= 0.5 and each.unsure <= each.suggest for each in bands.values())
