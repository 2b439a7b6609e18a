"""Labelled answers from files: the corpus that comes with needtag, and JSON Lines in the labelled format."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.batch import answer_tags, read_batch
from corpus.splits import SPLITS, Split
from nlp.answers import LANGUAGES, STANCES, Answer, LabelledAnswer, Stance
from nlp.errors import InputError, NeedtagError
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy

_FOLDER = Path(__file__).parent


def batch_files() -> list[Path]:
    """The batch files of the corpus, by language and name."""
    return sorted((_FOLDER / "answers").glob("*/*.txt"))


def corpus_hash() -> str:
    """The sha256 over every batch file and the splits: names the corpus that a model was trained on."""
    digest = hashlib.sha256()
    for path in [*batch_files(), _FOLDER / "splits.csv"]:
        digest.update(path.relative_to(_FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


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

    A line holds `id`, `text`, `lang`, the stances, the instruments, the States, and for each of requested,
    offered and received `{"types": [...], "subtypes": [...]}`; `unit` or `batch` names what belongs together.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        yield InputError(str(path), f"cannot be opened: {error.strerror}")
        return
    ids: set[str] = set()
    with file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{path.name}, line {number}"
            try:
                labelled = _labelled(json.loads(line.decode("utf-8-sig")))
            except NeedtagError as error:
                yield InputError(where, str(error))
            except UnicodeDecodeError:
                yield InputError(where, "is not UTF-8")
            except (json.JSONDecodeError, RecursionError) as error:
                yield InputError(where, f"is not JSON: {error}")
            else:
                if labelled.answer.id in ids:
                    yield InputError(where, f"id: {labelled.answer.id} has come before in this file")
                    continue
                ids.add(labelled.answer.id)
                yield labelled


def _labelled(line: Any) -> LabelledAnswer:
    if not isinstance(line, dict):
        raise InputError("line", "must be a JSON object")
    for name in ("id", "text"):
        if not isinstance(line.get(name), str):
            raise InputError(name, "must be there and be a text")
        if any("\ud800" <= sign <= "\udfff" for sign in line[name]):
            raise InputError(name, "holds half of a character that takes two; write the whole of it")
    if line.get("lang") not in LANGUAGES:
        raise InputError("lang", f"must be one of {', '.join(LANGUAGES)}")
    stances = frozenset[Stance](stance for stance in STANCES if stance in _strings(line, "stances"))
    if not stances or len(stances) != len(line["stances"]):
        raise InputError("stances", f"must be some of {', '.join(STANCES)}")
    if "none" in stances and len(stances) > 1:
        raise InputError("stances", "'none' stands only alone")
    for name in ("question", "unit", "batch"):
        if not isinstance(line.get(name), str | None):
            raise InputError(name, "must be a text")
    return LabelledAnswer(
        answer=Answer(id=line["id"], text=line["text"], question=line.get("question"), language=line["lang"]),
        tags=frozenset(tag for stance in STANCES if stance != "none" for tag in _tags(line, stance)),
        stances=stances,
        instruments=frozenset(_instruments(line)),
        states=frozenset(get_state(code).code for code in _strings(line, "states")),
        group=line.get("unit") or line.get("batch") or line["id"],
    )


def _tags(line: dict[str, Any], stance: Stance) -> frozenset[tuple[Stance, str]]:
    codes = line.get(stance, {"types": [], "subtypes": []})
    if not isinstance(codes, dict):
        raise InputError(stance, 'must be {"types": [...], "subtypes": [...]}')
    return answer_tags((stance, code) for name in ("types", "subtypes") for code in _strings(codes, name))


def _instruments(line: dict[str, Any]) -> list[str]:
    known = {entry.code for entry in load_taxonomy().instruments}
    codes = _strings(line, "instruments")
    if unknown := set(codes) - known:
        raise InputError(
            "instruments", f"{', '.join(sorted(unknown))}: use some of {', '.join(sorted(known))}"
        )
    return codes


def _strings(fields: dict[str, Any], name: str) -> list[str]:
    value = fields.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InputError(name, "must be a list of texts")
    return value
