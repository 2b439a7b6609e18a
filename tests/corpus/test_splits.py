from collections import Counter

import pytest

from corpus.batch import read_batch
from corpus.reader import batch_files, read_splits
from corpus.splits import SHARES, draw_splits, split_for_training
from nlp.answers import Answer, LabelledAnswer


@pytest.fixture(scope="module")
def answers():
    return [labelled for path in batch_files() for labelled in read_batch(path)]


def test_the_splits_of_the_corpus_have_their_shares_in_every_language(answers):
    splits = read_splits()
    for language in ("en", "fr", "es"):
        here = [splits[labelled.group] for labelled in answers if labelled.answer.language == language]
        for split, share in SHARES.items():
            assert here.count(split) / len(here) == pytest.approx(share, abs=0.03)


def test_at_least_ten_batches_a_language_are_for_the_test():
    splits = read_splits()
    counts = Counter(path.parent.name for path in batch_files() if splits[path.stem] == "test")
    assert min(counts[language] for language in ("en", "fr", "es")) >= 10


def test_every_sub_type_is_requested_in_every_split(answers):
    splits = read_splits()
    codes = {code for labelled in answers for stance, code in labelled.tags if stance == "requested"}
    for split in SHARES:
        here = [labelled for labelled in answers if splits[labelled.group] == split]
        assert {code for labelled in here for stance, code in labelled.tags if stance == "requested"} == codes


def test_what_was_given_stays_and_the_draw_is_the_same_again(answers):
    given = {"ena-01": "test", "fra-02": "validation"}
    some = [labelled for labelled in answers if labelled.group[:3] in ("ena", "fra", "esa", "con")]
    drawn = draw_splits(some, given)
    assert {batch: drawn[batch] for batch in given} == given
    assert drawn == draw_splits(some, given)
    assert draw_splits(some, drawn) == drawn


def own(name, *labels, text=None, group=None):
    nothing = frozenset()
    return LabelledAnswer(
        Answer(name, text or f"text {name}"),
        nothing,
        nothing,
        nothing,
        nothing,
        group=group or name,
        own=frozenset(labels),
    )


def test_answers_of_ones_own_are_split_by_shares_without_a_test():
    some = [own(str(number), "abc"[number % 3]) for number in range(300)]
    splits = split_for_training(some)
    assert {split: len(held) for split, held in splits.items()} == {
        "train": pytest.approx(220, abs=12),
        "validation": pytest.approx(27, abs=9),
        "calibration": pytest.approx(53, abs=12),
    }
    for held in splits.values():
        assert {label for each in held for label in each.own} == set("abc")
    assert splits == split_for_training(some)


def test_a_group_or_a_text_is_never_torn_apart():
    some = [
        own(f"{number}-{place}", "a", group=f"g{number}", text=f"the same {number % 20}\n" if place else None)
        for number in range(60)
        for place in range(2)
    ]
    places = {each.answer.id: split for split, held in split_for_training(some).items() for each in held}
    for number in range(60):
        together = {places[f"{other}-{place}"] for other in range(number % 20, 60, 20) for place in range(2)}
        assert len(together) == 1
    assert len(set(places.values())) == 3


def test_a_rare_label_goes_where_it_is_learned():
    some = [own(str(number), "common", *(["rare"] if number < 2 else [])) for number in range(90)]
    held = split_for_training(some)["train"]
    assert any("rare" in each.own for each in held)


def test_equal_answers_of_one_group_cannot_be_split():
    splits = split_for_training([own(str(number), "a", group="g") for number in range(60)])
    assert sorted(map(len, splits.values())) == [0, 0, 60]
