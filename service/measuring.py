"""What is measured, by what a user calls it: labelled answers, and what a model said of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.reader import corpus_hash, note_test_use, read_corpus, read_labelled, without_errors
from corpus.splits import SPLITS
from evaluation.report import Report
from nlp.answers import LabelledAnswer
from nlp.errors import InputError
from nlp.models import ModelId, load_model, trained_on
from nlp.states import Mention
from nlp.suggestions import StanceFound, Tag
from nlp.tagging import TaggedAnswer, Tagger


def read_labelled_data(names: Sequence[str]) -> list[LabelledAnswer]:
    """Read files of labelled answers, and splits of the corpus by their names.

    Raises:
        InputError: there is no such file or split, or two of them have an id in common.
        ExceptionGroup: of InputErrors, one for every faulty line.
    """
    answers = [labelled for name in names for labelled in _read(name)]
    ids = set()
    for labelled in answers:
        if labelled.answer.id in ids:
            raise InputError("--data", f"{labelled.answer.id} comes twice; give each answer an id of its own")
        ids.add(labelled.answer.id)
    return answers


def _read(name: str) -> list[LabelledAnswer]:
    for split in SPLITS:
        if name == split:
            return read_corpus(split)
    if not Path(name).is_file():
        raise InputError(name, f"is neither a file nor a split of the corpus ({', '.join(SPLITS)})")
    answers = without_errors(read_labelled(Path(name)))
    if not answers:
        raise InputError(name, "holds no labelled answer")
    return answers


def tag_with_model(
    name: str, labelled: Sequence[LabelledAnswer], data: Sequence[str], *, metadata: bool, trust: bool
) -> tuple[list[TaggedAnswer], str | None]:
    """Tag labelled answers with a model, and write down a look at the test split.

    Args:
        name: of the model, or its folder.
        labelled: the answers.
        data: where they were read from.
        metadata: whether the model sees the question and the declared language, or the text alone.
        trust: whether a model from outside the package may be loaded.

    Returns:
        What it found, and a warning where its figures may flatter.
    """
    tagger = Tagger(load_model(name, trust=trust))
    answers = [labelled.answer for labelled in labelled]
    if not metadata:
        answers = [replace(answer, language=None, question=None) for answer in answers]
    tagged = list(tagger.tag_all(answers))
    if "test" in data:
        note_test_use(tagger.model.id.name, tagger.model.id.version)
    warning = None
    if set(data) & set(SPLITS) and trained_on(name) != corpus_hash():
        warning = "was trained on another state of the corpus, perhaps on these very answers; train it again"
    return tagged, warning


def read_tagged(path: Path, labelled: Sequence[LabelledAnswer]) -> list[TaggedAnswer]:
    """Read back what `needtag tag` wrote of labelled answers, in their order.

    A tagged answer read back has no confidences but those that were shown.

    Raises:
        InputError: a line is no tagged answer, an answer is missing or has another text.
    """
    lines: dict[str, dict[str, Any]] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                item = json.loads(line)
                lines[item["id"]] = item
            except (ValueError, KeyError, TypeError) as error:
                raise InputError(
                    f"{path.name}, line {number}", "is no tagged answer; write it with 'needtag tag'"
                ) from error
    tagged = []
    for each in labelled:
        item = lines.get(each.answer.id)
        if item is None or item.get("text") != each.answer.text:
            problem = f"holds no tagged answer {each.answer.id} of the same text; tag the labelled answers"
            raise InputError(path.name, problem)
        try:
            tagged.append(_tagged(each, item))
        except (KeyError, TypeError) as error:
            raise InputError(f"{path.name}, {each.answer.id}", f"is no tagged answer: {error}") from error
    return tagged


def write_json(report: Report, path: Path) -> None:
    """Write a report for machines, whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(report.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def _tagged(labelled: LabelledAnswer, item: dict[str, Any]) -> TaggedAnswer:
    return TaggedAnswer(
        answer=labelled.answer,
        language=item["language"],
        unsure=item["unsure"],
        stances=[StanceFound(**stance) for stance in item["stances"]],
        tags=[Tag(**{**tag, "passages": tuple(tag["passages"])}) for tag in item["tags"]],
        mentions=[
            Mention(state["code"], **mention) for state in item["states"] for mention in state["mentions"]
        ],
        passages=[],
        model=ModelId(**item["model"]),
    )
