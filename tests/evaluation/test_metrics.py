import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, average_precision_score, precision_recall_fscore_support

from evaluation.metrics import average_precision, count_cells, exact_matches, mean, r_precisions, samples_f1

# Three labels on four answers. Label 0: right twice, wrong once. Label 1: right once, missed once. Label 2 is
# nowhere there and found once.
GOLD = np.array([[1, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=bool)
FOUND = np.array([[1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 0, 0]], dtype=bool)

EXACT = {"rel": 0, "abs": 1e-12}


@st.composite
def tables(draw, least=1):
    shape = (draw(st.integers(1, 12)), draw(st.integers(least, 5)))
    return draw(arrays(bool, shape)), draw(arrays(bool, shape))


def test_precision_recall_and_f1_of_each_label():
    counts = count_cells(GOLD, FOUND)
    assert counts.precision == pytest.approx([2 / 3, 1, 0], **EXACT)
    assert counts.recall == pytest.approx([1, 1 / 2, 0], **EXACT)
    assert counts.f1 == pytest.approx([4 / 5, 2 / 3, 0], **EXACT)


def test_micro_and_macro_averages():
    counts = count_cells(GOLD, FOUND)
    assert float(counts.pooled().precision) == pytest.approx(3 / 5, **EXACT)
    assert float(counts.pooled().recall) == pytest.approx(3 / 4, **EXACT)
    assert float(counts.pooled().f1) == pytest.approx(2 / 3, **EXACT)
    assert float(counts.macro_f1) == pytest.approx((4 / 5 + 2 / 3 + 0) / 3, **EXACT)
    assert float(mean(counts.f1, counts.right + counts.missed)) == pytest.approx(
        (2 * 4 / 5 + 2 * 2 / 3) / 4, **EXACT
    )


def test_a_label_found_but_nowhere_there_is_wrong():
    without = count_cells(GOLD[:, :2], FOUND[:, :2])
    assert count_cells(GOLD, FOUND).pooled().precision < without.pooled().precision
    assert count_cells(GOLD, FOUND).macro_f1 < without.macro_f1


def test_a_label_that_is_there_and_never_found_has_precision_0_and_one_that_is_nowhere_has_none():
    gold, found = np.array([[1, 0]], dtype=bool), np.zeros((1, 2), dtype=bool)
    assert count_cells(gold, found).precision == pytest.approx([0, np.nan], nan_ok=True)


def test_an_answer_without_labels_in_which_nothing_is_found_is_right():
    assert samples_f1(GOLD, FOUND) == pytest.approx([1, 2 / 3, 0, 1], **EXACT)
    assert exact_matches(GOLD, FOUND).tolist() == [1, 0, 0, 1]


def test_means_leave_out_what_is_undefined():
    assert float(mean(np.array([1, np.nan, 0]), np.array([1.0, 1, 3]))) == 0.25
    assert np.isnan(mean(np.array([np.nan]), np.array([1.0])))
    assert np.isnan(count_cells(GOLD[:, 2:] & False, FOUND[:, 2:] & False).macro_f1)


def test_weights_count_an_answer_as_often_as_it_is_drawn():
    weights = np.array([[1.0, 1, 1, 1], [2, 0, 1, 0]])
    drawn = count_cells(GOLD, FOUND, weights)
    again = count_cells(GOLD[[0, 0, 2]], FOUND[[0, 0, 2]])
    assert drawn.f1[0] == pytest.approx(count_cells(GOLD, FOUND).f1, **EXACT)
    assert drawn.pooled().f1[1] == pytest.approx(float(again.pooled().f1), **EXACT)


def test_r_precision_takes_as_many_labels_as_are_there():
    gold = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]], dtype=bool)
    confidence = np.array([[0.9, 0.1, 0.5, 0.2], [0.5, 0.5, 0.5, 0.0], [0.9, 0.9, 0.9, 0.9]])
    assert r_precisions(gold, confidence) == pytest.approx([1 / 2, 1 / 3, np.nan], nan_ok=True, **EXACT)


def test_average_precision_of_a_known_ranking():
    gold = np.array([1, 0, 1, 0], dtype=bool)
    assert float(average_precision(gold, np.array([0.9, 0.8, 0.7, 0.1]))) == pytest.approx(
        (1 + 2 / 3) / 2, **EXACT
    )
    assert np.isnan(average_precision(gold & False, np.array([0.9, 0.8, 0.7, 0.1])))


@given(tables(least=2))
def test_averages_are_those_of_scikit_learn(table):
    gold, found = table
    occurs = gold.any(axis=0) | found.any(axis=0)
    counts = count_cells(gold, found)
    assert np.isnan(counts.f1[~occurs]).all()
    if occurs.sum() < 2:  # of a single column scikit-learn makes a binary problem
        return
    figures = (counts.precision, counts.recall, counts.f1)
    for average, weights in {
        "macro": np.ones(gold.shape[1]),
        "weighted": counts.right + counts.missed,
    }.items():
        theirs = precision_recall_fscore_support(
            gold[:, occurs], found[:, occurs], average=average, zero_division=0
        )
        if weights[occurs].any():
            ours = [float(mean(figure, weights)) for figure in figures]
            assert ours == pytest.approx(theirs[:3], **EXACT)
    theirs = precision_recall_fscore_support(gold[:, occurs], found[:, occurs], average=None, zero_division=0)
    for figure, other in zip(figures, theirs, strict=False):
        assert figure[occurs] == pytest.approx(other, **EXACT)


@given(tables(least=2))
def test_micro_and_per_answer_figures_are_those_of_scikit_learn(table):
    gold, found = table
    if gold.any() or found.any():
        theirs = precision_recall_fscore_support(gold, found, average="micro", zero_division=0)[:3]
        pooled = count_cells(gold, found).pooled()
        ours = [float(each) for each in (pooled.precision, pooled.recall, pooled.f1)]
        assert ours == pytest.approx(list(theirs), **EXACT)
    # Its F1 of an answer in which nothing is there, or nothing found, is what zero_division says.
    theirs = precision_recall_fscore_support(gold, found, average="samples", zero_division=1)[2]
    both = (gold.any(axis=1) & found.any(axis=1)) | ~(gold.any(axis=1) | found.any(axis=1))
    if both.all():
        assert samples_f1(gold, found).mean() == pytest.approx(theirs, **EXACT)
    assert exact_matches(gold, found).mean() == pytest.approx(accuracy_score(gold, found), **EXACT)


@given(st.data())
def test_average_precision_is_that_of_scikit_learn_with_ties_and_weights(data):
    number = data.draw(st.integers(2, 15))
    gold = data.draw(arrays(bool, number).filter(lambda each: each.any()))
    confidence = data.draw(arrays(float, number, elements=st.sampled_from([0.0, 0.2, 0.5, 0.9])))
    weights = data.draw(arrays(float, (3, number), elements=st.sampled_from([1.0, 2.0, 3.0])))
    assert float(average_precision(gold, confidence)) == pytest.approx(
        average_precision_score(gold, confidence), **EXACT
    )
    theirs = [average_precision_score(gold, confidence, sample_weight=each) for each in weights]
    assert average_precision(gold, confidence, weights) == pytest.approx(theirs, **EXACT)


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_labels_does_not_matter(table, chance):
    rows, columns = list(range(table[0].shape[0])), list(range(table[0].shape[1]))
    chance.shuffle(rows)
    chance.shuffle(columns)
    gold, found = (each[rows][:, columns] for each in table)
    before, after = count_cells(*table), count_cells(gold, found)
    assert after.macro_f1 == pytest.approx(before.macro_f1, nan_ok=True)
    assert after.pooled().f1 == pytest.approx(before.pooled().f1, nan_ok=True)
    assert samples_f1(gold, found).mean() == pytest.approx(samples_f1(*table).mean())
    sure = table[1].astype(float)
    assert r_precisions(gold, sure[rows][:, columns]) == pytest.approx(
        r_precisions(table[0], sure)[rows], nan_ok=True
    )


@given(tables())
def test_perfect_predictions_give_1(table):
    gold, _ = table
    counts = count_cells(gold, gold)
    assert samples_f1(gold, gold).mean() == exact_matches(gold, gold).mean() == 1
    if gold.any():
        assert counts.pooled().f1 == counts.macro_f1 == 1
        assert np.nanmean(r_precisions(gold, gold.astype(float))) == 1
