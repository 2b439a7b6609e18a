"""Labelled answers from files: the corpus that comes with needtag, and JSON Lines in the labelled format."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from corpus.batch import read_batch
from corpus.line import labelled_answer
from corpus.splits import SPLITS, Split
from nlp.answers import LabelledAnswer
from nlp.errors import InputError, NeedtagError

_FOLDER = Path(__file__).parent
# What is wrong with a line in the other format, by whether the lines before have labels of somebody's own.
_MIXED = {
    True: "labels: are missing here, but not before; keep the labelled format in a file of its own",
    False: "labels: the lines before have stances instead; keep labels of your own in a file of their own",
}


def batch_files() -> list[Path]:
    """The batch files of the corpus, by language and name."""
    return sorted((_FOLDER / "answers").glob("*/*.txt"))


def corpus_hash() -> str:
    """The sha256 over every batch file and the splits: names the corpus that a model was trained on."""
    digest = hashlib.sha256()
    for path in [*batch_files(), _FOLDER / "splits.csv"]:
        digest.update(path.relative_to(_FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def files_hash(files: Iterable[Path]) -> str:
    """The sha256 over files of labelled answers, whatever their names and their order."""
    hashes = sorted(hashlib.sha256(path.read_bytes()).digest() for path in files)
    return hashlib.sha256(b"".join(hashes)).hexdigest()


def read_splits() -> dict[str, Split]:
    """Which split each author batch belongs to, as splits.csv fixes it.

    Raises:
        InputError: a batch has a split that there is not.
    """
    with (_FOLDER / "splits.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["batch"]: row["split"] for row in csv.DictReader(file)}
    known: dict[str, Split] = {split: split for split in SPLITS}
    for batch, name in rows.items():
        if name not in known:
            raise InputError(f"splits.csv, {batch}", f"{name} is no split; use one of {', '.join(SPLITS)}")
    return {batch: known[name] for batch, name in rows.items()}


def read_corpus(split: Split) -> list[LabelledAnswer]:
    """Read one split of the corpus.

    Raises:
        ExceptionGroup: of InputErrors, one for every faulty answer.
    """
    splits = read_splits()
    if without := sorted({path.stem for path in batch_files()} - splits.keys()):
        raise InputError("splits.csv", f"lacks {', '.join(without[:9])}; run 'needtag corpus split'")
    files = [path for path in batch_files() if splits.get(path.stem) == split]
    return without_errors(item for path in files for item in read_batch(path))


def read_whole_corpus() -> list[LabelledAnswer]:
    """Read all splits, and batches that have none yet.

    Raises:
        ExceptionGroup: of InputErrors, one for every faulty answer.
    """
    return without_errors(item for path in batch_files() for item in read_batch(path))


def note_test_use(model: str, version: str) -> None:
    """Write down a look at the test split, in test-uses.csv: a split that is looked at often tests no more.

    Args:
        model: the name of the model that was measured.
        version: its version.

    Raises:
        InputError: it cannot be written down.
    """
    path = _FOLDER / "test-uses.csv"
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%d},{model},{version},{corpus_hash()[:12]}\n")
    except OSError as error:
        raise InputError(
            str(path), f"cannot be written ({error.strerror}), so the look cannot be noted"
        ) from error


def without_errors(items: Iterable[LabelledAnswer | InputError]) -> list[LabelledAnswer]:
    """Keep the answers of a reading that must have no error.

    Raises:
        ExceptionGroup: of all the errors met.
    """
    answers: list[LabelledAnswer] = []
    errors: list[InputError] = []
    for item in items:
        if isinstance(item, InputError):
            errors.append(item)
        else:
            answers.append(item)
    if errors:
        raise ExceptionGroup("labelled answers with errors", errors)
    return answers


def read_labelled(path: Path) -> Iterator[LabelledAnswer | InputError]:
    """Read labelled answers from JSON Lines, an error in the place of each faulty line.

    In the labelled format a line holds `id`, `text`, `lang`, the stances, the instruments, the States, and
    for each of requested, offered and received `{"types": [...], "subtypes": [...]}`. With labels of
    somebody's own it holds `id`, `text` and `labels`, a list, or one label as a text. In both, `unit` or
    `batch` names what belongs together. Where a file mixes the two, reading ends at the first line that
    differs.
    """
    ids: set[str] = set()
    own: bool | None = None
    for where, labelled in _read_lines(path):
        if isinstance(labelled, InputError):
            yield labelled
            continue
        own = labelled.own is not None if own is None else own
        if own != (labelled.own is not None):
            yield InputError(where, _MIXED[own])
            return
        if labelled.answer.id in ids:
            yield InputError(where, f"id: {labelled.answer.id} has come before in this file")
            continue
        ids.add(labelled.answer.id)
        yield labelled


def _read_lines(path: Path) -> Iterator[tuple[str, LabelledAnswer | InputError]]:
    """Read each line for itself; gives where it stands, and what it holds or what is wrong with it."""
    try:
        file = path.open("rb")
    except OSError as error:
        yield str(path), InputError(str(path), f"cannot be opened: {error.strerror}")
        return
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{path.name}, line {number}"
            try:
                yield where, labelled_answer(json.loads(line.decode("utf-8-sig")))
            except NeedtagError as error:
                yield where, InputError(where, str(error))
            except UnicodeDecodeError:
                yield where, InputError(where, "is not UTF-8")
            except (json.JSONDecodeError, RecursionError) as error:
                yield where, InputError(where, f"is not JSON: {error}")
