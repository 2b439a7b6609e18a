import numpy as np
import pytest

from evaluation.bootstrap import draw_weights
from evaluation.confidence import bands, reliability, risk_coverage
from evaluation.judged import Judged

CHANCE = np.random.default_rng(3)


def weights_of(gold):
    return draw_weights([str(number) for number in range(len(gold))])


def measured(gold, confidence):
    return reliability(gold, confidence, weights_of(gold))


def test_figures_are_those_of_the_hand_computation():
    gold = np.array([[1, 0], [0, 0]], dtype=bool)
    confidence = np.array([[0.8, 0.4], [0.2, 0.0]])
    found = measured(gold, confidence)
    # Squares: 0.04, 0.16, 0.04 and 0; the base rates 0.5 and 0 give 0.25, 0, 0.25 and 0.
    assert found.brier.value == pytest.approx(0.06)
    assert found.brier_from_floor.value == pytest.approx(0.08)
    assert found.skill == pytest.approx(1 - 0.06 / 0.125)
    # Three tags of 0.10 and more, each a bin of its own.
    assert [each.confidence for each in found.bins] == [0.2, 0.4, 0.8]
    assert found.error.value == pytest.approx((0.2 + 0.4 + 0.2) / 3)
    assert found.held == 1


def test_bins_hold_as_many_tags_each():
    confidence = CHANCE.uniform(0, 1, size=(500, 4))
    bins = measured(CHANCE.uniform(size=(500, 4)) < confidence, confidence).bins
    assert len(bins) == 10
    assert max(each.tags for each in bins) - min(each.tags for each in bins) <= 1


def test_equal_confidences_share_a_bin_whatever_the_order_of_the_answers():
    gold = np.arange(200)[:, None] < 80
    confidence = np.full((200, 1), 0.4)
    shuffled = CHANCE.permutation(200)
    for order in (np.arange(200), shuffled):
        found = measured(gold[order], confidence)
        assert (len(found.bins), found.error.value) == (1, pytest.approx(0))


def test_the_order_of_answers_and_labels_does_not_matter():
    confidence = CHANCE.uniform(0, 1, size=(60, 4)).round(1)
    gold = CHANCE.uniform(size=(60, 4)) < confidence
    rows, columns = CHANCE.permutation(60), CHANCE.permutation(4)
    before, after = measured(gold, confidence), measured(gold[rows][:, columns], confidence[rows][:, columns])
    assert after.error.value == pytest.approx(before.error.value)
    assert after.brier.value == pytest.approx(before.brier.value)
    curves = [
        risk_coverage(Judged(("a",) * 4, one, other > 0.5, other))
        for one, other in ((gold, confidence), (gold[rows][:, columns], confidence[rows][:, columns]))
    ]
    assert curves[0] == curves[1]


def test_the_interval_of_a_calibrated_model_reaches_down_to_0():
    truth = CHANCE.uniform(0.1, 0.9, size=(300, 2))
    error = measured(CHANCE.uniform(size=truth.shape) < truth, truth).error
    assert error.low == 0
    assert error.low <= error.value <= error.high


def test_a_calibrated_model_has_no_error_and_an_overconfident_one_has():
    truth = CHANCE.uniform(0.1, 0.9, size=(4000, 5))
    gold = CHANCE.uniform(size=truth.shape) < truth
    assert measured(gold, truth).error.value < 0.02
    assert measured(gold, np.where(truth > 0.5, 0.99, 0.11)).error.value > 0.15


def test_a_tagger_that_always_says_the_base_rate_does_not_look_calibrated():
    gold = CHANCE.uniform(size=(1000, 20)) < 0.05
    rare = measured(gold, np.broadcast_to(gold.mean(axis=0), gold.shape))
    assert (rare.error.value, rare.held, rare.bins) == (None, 0, [])
    gold = CHANCE.uniform(size=(1000, 3)) < 0.4
    frequent = measured(gold, np.broadcast_to(gold.mean(axis=0), gold.shape))
    assert frequent.skill == pytest.approx(0)


def test_near_certain_absences_do_not_hide_the_error_of_the_tags_that_are_shown():
    gold = np.zeros((1000, 20), dtype=bool)
    gold[:, 0] = CHANCE.uniform(size=1000) < 0.5
    confidence = np.where(np.arange(20) == 0, 0.9, 0.01) * np.ones((1000, 1))
    assert measured(gold, confidence).error.value == pytest.approx(0.4, abs=0.05)


def test_each_band_has_its_precision_and_its_share_of_what_is_there():
    gold = np.array([[1, 1, 0], [1, 0, 1]], dtype=bool)
    shown = np.array([[3, 2, 2], [3, 1, 0]], dtype=np.int8)
    figures = bands(Judged(("a", "b", "c"), gold, shown > 1, None, shown), weights_of(gold))
    assert list(figures) == ["safe", "suggest", "unsure"]
    assert [each.tags for each in figures.values()] == [2, 2, 1]
    assert [each.precision.value for each in figures.values()] == [1, 0.5, 0]
    assert [each.held.value for each in figures.values()] == [0.5, 0.25, 0]


def test_the_surest_answers_are_taken_first_and_equally_sure_ones_together():
    gold = np.array([[1], [0], [0], [1]], dtype=bool)
    confidence = np.array([[0.9], [0.2], [0.8], [0.6]])
    curve = risk_coverage(Judged(("a",), gold, confidence > 0.5, confidence))
    # Sure of 0.9 (right), then of 0.8 (one right, one wrong), then of 0.6 (right).
    assert curve.coverage == [0.25, 0.75, 1]
    assert curve.risk == pytest.approx([0, 1 / 3, 1 / 4])
    assert curve.area == pytest.approx((0 + 2 / 3 + 1 / 4) / 4)


def test_an_answer_is_as_sure_as_its_least_sure_label():
    gold = np.zeros((2, 2), dtype=bool)
    confidence = np.array([[0.01, 0.45], [0.2, 0.2]])
    curve = risk_coverage(Judged(("a", "b"), gold, np.array([[0, 1], [0, 0]], dtype=bool), confidence))
    assert curve.risk == [0, 0.5]
