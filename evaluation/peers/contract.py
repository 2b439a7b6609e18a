"""What a peer is given and what it gives back: all that runner and peers share; the standard library alone.

A peer is a module with a function `train` that it hands to `main`. It runs in an environment of its own, with
two folders as arguments, the task's and its own, and what else the runner has for it.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

# One row an answer, one score a label; the higher, the surer.
Scores = list[list[float]]

SEED = 20
THREADS = 2


@dataclass(frozen=True, slots=True)
class Text:
    """An answer as peers see it; `labels` are the requested sub-types, none where they are to be found."""

    id: str
    language: str
    text: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """What to learn from and what to score.

    Attributes:
        labels: all labels, in the order of a row of scores.
        train: to learn from.
        validation: to choose by, as a peer's own manual advises; the threshold is found on it afterwards.
        unseen: to be scored, without labels.
        folder: where the peer may write.
        arguments: what else the runner has for this peer.
    """

    labels: list[str]
    train: list[Text]
    validation: list[Text]
    unseen: list[Text]
    folder: Path
    arguments: list[str]


@dataclass(frozen=True, slots=True)
class Trained:
    """A peer that has learned.

    Attributes:
        score: scores texts.
        version: of the library, or of the model.
        files: the file or folder with all that scoring needs, the libraries left out.
        cap: what was cut short so that it ends in time; "" for nothing.
        threshold: the score from which a label is taken; None to have the best on validation found.
        ready: whether it came trained, so that the time it took here says nothing.
    """

    score: Callable[[Sequence[Text]], Scores]
    version: str
    files: Path
    cap: str = ""
    threshold: float | None = None
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What a peer's run gave; seconds are of the training, None for none, and of scoring the unseen texts."""

    version: str
    cap: str
    threshold: float | None
    train_seconds: float | None
    score_seconds: float
    size: int
    validation: Scores
    unseen: Scores


def write_task(folder: Path, labels: Sequence[str], **parts: Sequence[Text]) -> None:
    """Write the labels and the parts: train, validation and unseen."""
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    for name, texts in parts.items():
        lines = [json.dumps(asdict(text)) for text in texts]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")


def read_texts(path: Path) -> list[Text]:
    """Read one part of a task."""
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Text(**{**line, "labels": tuple(line["labels"])}) for line in lines]


def read_result(folder: Path) -> Result:
    """Read what a peer left in its folder."""
    return Result(**json.loads((folder / "result.json").read_text(encoding="utf-8")))


def main(train: Callable[[Task], Trained]) -> None:
    """Train and score as the command line says, take the times, and leave the result in the peer's folder."""
    given, own = Path(sys.argv[1]), Path(sys.argv[2])
    parts = {name: read_texts(given / f"{name}.jsonl") for name in ("train", "validation", "unseen")}
    labels = json.loads((given / "labels.json").read_text(encoding="utf-8"))
    task = Task(labels=labels, **parts, folder=own, arguments=sys.argv[3:])
    begun = perf_counter()
    trained = train(task)
    learned = perf_counter()
    # First, so that caches are warm when the unseen texts are timed.
    validation = trained.score(task.validation)
    warm = perf_counter()
    unseen = trained.score(task.unseen)
    result = Result(
        version=trained.version,
        cap=trained.cap,
        threshold=trained.threshold,
        train_seconds=None if trained.ready else learned - begun,
        score_seconds=perf_counter() - warm,
        size=disk_size(trained.files),
        validation=validation,
        unseen=unseen,
    )
    (own / "result.json").write_text(json.dumps(asdict(result)), encoding="utf-8")


def disk_size(path: Path) -> int:
    """The bytes of a file, or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
