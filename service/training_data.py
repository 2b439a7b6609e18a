"""What a model is trained on: the corpus that comes with needtag, or files of somebody's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.reader import corpus_hash, files_hash, read_corpus
from corpus.splits import split_for_training
from nlp.answers import LabelledAnswer
from nlp.errors import InputError
from service.measuring import read_labelled_files

# A quarter of them is held back to calibrate: of fewer, next to nothing would be known.
FEWEST_ANSWERS = 50


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a model is trained on.

    Attributes:
        splits: train, validation and calibration, in this order.
        corpus: the hash of them all.
        unlearned: labels that only answers held back have, so that nothing can be learned of them.
        files: the names of the files that they were read from; None for the corpus.
    """

    splits: Mapping[str, Sequence[LabelledAnswer]]
    corpus: str
    unlearned: tuple[str, ...] = ()
    files: str | None = None


def read_training_data(files: Sequence[Path]) -> TrainingData:
    """Read labelled answers and split them; without files, read the corpus.

    Raises:
        InputError: a file is missing, or there is too little to train on.
        ExceptionGroup: of InputErrors, one for every faulty line.
    """
    if not files:
        corpus = {
            "train": read_corpus("train"),
            "validation": read_corpus("validation"),
            "calibration": read_corpus("calibration"),
        }
        return TrainingData(corpus, corpus_hash())
    answers = read_labelled_files(files)
    if len(answers) < FEWEST_ANSWERS:
        problem = f"holds {len(answers)} labelled answers; give at least {FEWEST_ANSWERS}"
        raise InputError("--data", f"{problem}, of which a part is held back to calibrate")
    splits = split_for_training(answers)
    if not all(splits.values()):
        problem = "belongs to too few groups (`unit`, `batch`, or equal texts) to be split; give more of them"
        raise InputError("--data", problem)
    names = ", ".join(path.name for path in files)
    return TrainingData(splits, files_hash(files), _unlearned(answers, splits["train"]), names)


def _unlearned(answers: Sequence[LabelledAnswer], train: Sequence[LabelledAnswer]) -> tuple[str, ...]:
    there, learned = _own(answers), _own(train)
    if answers[0].own is not None and not learned:
        raise InputError("--data", "holds no answer with a label to learn; give each its `labels`")
    return tuple(sorted(there - learned))


def _own(answers: Sequence[LabelledAnswer]) -> set[str]:
    return {label for each in answers for label in each.own or ()}
