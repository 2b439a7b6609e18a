from collections import Counter

import pytest

from corpus.batch import read_batch
from corpus.reader import batch_files, read_splits
from corpus.splits import SHARES, draw_splits


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
