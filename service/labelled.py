"""Labelled answers by what a user calls them: a file, or a split of the corpus."""

from pathlib import Path

from corpus.reader import read_corpus, read_labelled, without_errors
from corpus.splits import SPLITS
from nlp.answers import LabelledAnswer
from nlp.errors import InputError


def read_labelled_data(name: str) -> list[LabelledAnswer]:
    """Read a file of labelled answers, or a split of the corpus.

    Raises:
        InputError: there is no such file or split.
        ExceptionGroup: of InputErrors, one for every faulty line.
    """
    for split in SPLITS:
        if name == split:
            return read_corpus(split)
    if not Path(name).is_file():
        raise InputError(name, f"is neither a file nor a split of the corpus ({', '.join(SPLITS)})")
    answers = without_errors(read_labelled(Path(name)))
    if not answers:
        raise InputError(name, "holds no labelled answer")
    return answers
