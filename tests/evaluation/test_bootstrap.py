import numpy as np
import pytest

from evaluation.bootstrap import DRAWS, Estimate, draw_weights, estimate, estimate_mean


def test_answers_that_belong_together_are_drawn_together():
    weights = draw_weights(["a", "b", "a", "c"])
    assert weights.shape == (DRAWS, 4)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_the_interval_of_a_mean_is_about_that_of_theory():
    values = np.array([0.0, 1.0] * 200)
    found = estimate_mean(values, draw_weights([str(number) for number in range(400)]))
    # 1.96 standard errors of a share of one half among 400.
    assert found.value == 0.5
    assert (found.low, found.high) == pytest.approx((0.5 - 0.049, 0.5 + 0.049), abs=0.006)


def test_clusters_of_like_answers_widen_the_interval():
    values = np.repeat([0.0, 1.0] * 10, 10)
    alone = estimate_mean(values, draw_weights([str(number) for number in range(200)]))
    together = estimate_mean(values, draw_weights([str(number // 10) for number in range(200)]))
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_the_same_answers_give_the_same_interval():
    groups = ["a", "b", "c"]
    assert (draw_weights(groups) == draw_weights(groups)).all()


def test_from_one_group_no_interval_can_be_told():
    assert estimate_mean(np.array([1.0, 0.0]), draw_weights(["a", "a"])) == Estimate(0.5, None, None)


def test_what_is_undefined_has_no_figure():
    assert estimate(float("nan"), np.array([0.1, 0.2])) == Estimate(None, None, None)
    assert estimate_mean(np.array([np.nan]), draw_weights(["a"])) == Estimate(None, None, None)


def test_draws_in_which_a_figure_is_undefined_are_left_out():
    assert estimate(0.5, np.array([0.5, np.nan, 0.5])) == Estimate(0.5, 0.5, 0.5)
