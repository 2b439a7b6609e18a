"""What is measured, by what a user calls it: labelled answers, and what a model said of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from corpus.reader import (
    corpus_hash,
    files_hash,
    note_test_use,
    read_corpus,
    read_labelled,
    without_errors,
)
from corpus.splits import SPLITS
from evaluation.agreement import labels_of
from evaluation.report import Caution
from nlp.answers import STANCES, LabelledAnswer
from nlp.errors import InputError, NeedtagError
from nlp.models import Band, ModelId, load_model, trained_on
from nlp.states import Mention, get_state
from nlp.suggestions import StanceFound, Tag
from nlp.tagging import TaggedAnswer, Tagger
from nlp.taxonomy import load_taxonomy


def read_labelled_data(names: Sequence[str]) -> list[LabelledAnswer]:
    """Read files of labelled answers, and splits of the corpus by their names.

    Raises:
        InputError: there is no such file or split, or they do not go together.
        ExceptionGroup: of InputErrors, one for every faulty line.
    """
    return _together([_read(name) for name in names])


def read_labelled_files(files: Sequence[Path]) -> list[LabelledAnswer]:
    """Read files of labelled answers.

    Raises:
        InputError: a file is missing, is empty, or they do not go together.
        ExceptionGroup: of InputErrors, one for every faulty line.
    """
    return _together([_read_file(path) for path in files])


def _together(files: Sequence[Sequence[LabelledAnswer]]) -> list[LabelledAnswer]:
    answers = [labelled for each in files for labelled in each]
    ids = set()
    for labelled in answers:
        if labelled.answer.id in ids:
            raise InputError("--data", f"{labelled.answer.id} comes twice; give each answer an id of its own")
        ids.add(labelled.answer.id)
        if (labelled.own is None) != (answers[0].own is None):
            problem = "some have tags of the taxonomy and some labels of your own; take the one or the other"
            raise InputError("--data", problem)
    return answers


def _read(name: str) -> list[LabelledAnswer]:
    for split in SPLITS:
        if name == split:
            return read_corpus(split)
    if not Path(name).is_file():
        raise InputError(name, f"is neither a file nor a split of the corpus ({', '.join(SPLITS)})")
    return _read_file(Path(name))


def _read_file(path: Path) -> list[LabelledAnswer]:
    answers = without_errors(read_labelled(path))
    if not answers:
        raise InputError(str(path), "holds no labelled answer")
    return answers


def read_readings(files: Sequence[Path]) -> list[dict[str, frozenset[str]]]:
    """Read the labels that readers gave, one file a reader; see evaluation.agreement.

    Raises:
        InputError: an answer has another text in two files.
        ExceptionGroup: of InputErrors, one for every faulty line.
    """
    readings = []
    texts: dict[str, str] = {}
    kinds = set()
    for path in files:
        labelled = without_errors(read_labelled(path))
        kinds |= {each.own is None for each in labelled}
        if len(kinds) > 1:
            raise InputError(path.name, "has labels of another kind than an earlier file; give files of one")
        for each in labelled:
            if texts.setdefault(each.answer.id, each.answer.text) != each.answer.text:
                problem = "has another text than in an earlier file; give the readings of the same answers"
                raise InputError(f"{path.name}, {each.answer.id}", problem)
        readings.append({each.answer.id: labels_of(each) for each in labelled})
    return readings


def tag_labelled(
    model: str, labelled: Sequence[LabelledAnswer], *, metadata: bool, trust: bool
) -> list[TaggedAnswer]:
    """Tag labelled answers with a model.

    Args:
        model: its name, or its folder.
        labelled: the answers.
        metadata: whether the model sees the question and the declared language, or the text alone.
        trust: whether a model from outside the package may be loaded.

    Raises:
        InputError: the model finds something else than the answers are labelled with.
    """
    tagger = Tagger(load_model(model, trust=trust))
    if tagger.model.labels.own and labelled[0].own is None:
        raise InputError(model, "finds labels of its own; measure it on answers with such labels")
    if labelled[0].own is not None and not tagger.model.labels.own:
        raise InputError(model, "finds the taxonomy's tags; measure it on answers labelled with these")
    answers = [each.answer for each in labelled]
    if not metadata:
        answers = [replace(answer, language=None, question=None) for answer in answers]
    return list(tagger.tag_all(answers))


def cautions(model: str, data: Sequence[str]) -> list[Caution]:
    """Why the figures of a model on these data may flatter."""
    corpus = trained_on(model)
    if corpus is None:
        return []
    if not set(data) & set(SPLITS):
        return ["learned"] if corpus == files_hash(map(Path, data)) else []
    found: list[Caution] = []
    if corpus != corpus_hash():
        # Whether it knows these answers cannot be told.
        return ["other_corpus"]
    if "train" in data:
        found.append("learned")
    if {"validation", "calibration"} & set(data):
        found.append("thresholds")
    return found


def note_looks(data: Sequence[str], models: Sequence[ModelId]) -> None:
    """Write down a look of each model at the test split, if it is among the data."""
    if "test" in data:
        for model in models:
            note_test_use(model.name, model.version)


def read_tagged(path: Path, labelled: Sequence[LabelledAnswer]) -> list[TaggedAnswer]:
    """Read back what `needtag tag` wrote of labelled answers, in their order.

    A tagged answer read back has no confidences but those that were shown.

    Raises:
        InputError: the file cannot be read, a line is no tagged answer, an answer is missing, comes twice or
            has another text.
    """
    lines = _read_lines(path)
    tagged = []
    for each in labelled:
        item = lines.get(each.answer.id)
        if item is None or item.get("text") != each.answer.text:
            problem = f"holds no tagged answer {each.answer.id} of the same text; tag the labelled answers"
            raise InputError(path.name, problem)
        try:
            tagged.append(_tagged(each, item))
        except (KeyError, TypeError, ValueError, NeedtagError) as error:
            raise InputError(f"{path.name}, {each.answer.id}", f"is no tagged answer: {error}") from error
    return tagged


def _read_lines(path: Path) -> dict[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(str(path), "is not UTF-8") from error
    lines: dict[str, dict[str, Any]] = {}
    # Only line feeds end a line: texts from word processors hold other separators.
    for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
        try:
            item = json.loads(line)
            name = str(item["id"])
        except (ValueError, KeyError, TypeError) as error:
            where = f"{path.name}, line {number}"
            raise InputError(where, "is no tagged answer; write it with 'needtag tag'") from error
        if name in lines:
            raise InputError(f"{path.name}, line {number}", f"id: {name} has come before in this file")
        lines[name] = item
    return lines


def _tagged(labelled: LabelledAnswer, item: dict[str, Any]) -> TaggedAnswer:
    return TaggedAnswer(
        answer=labelled.answer,
        language=item["language"],
        unsure=item["unsure"],
        stances=[StanceFound(_one_of(STANCES, each["code"]), each["confidence"]) for each in item["stances"]],
        tags=[_own_tag(each) if labelled.own is not None else _tag(each) for each in item["tags"]],
        mentions=[
            Mention(get_state(state["code"]).code, **mention)
            for state in item["states"]
            for mention in state["mentions"]
        ],
        passages=[],
        model=ModelId(**item["model"]),
    )


def _tag(fields: dict[str, Any]) -> Tag:
    entry = load_taxonomy().get(fields["code"])
    return Tag(
        kind=_one_of([entry.kind], fields["kind"]),
        code=entry.code,
        stance=None if entry.kind == "instrument" else _one_of(STANCES[:-1], fields["stance"]),
        confidence=float(fields["confidence"]),
        band=_one_of(get_args(Band), fields["band"]),
        passages=tuple(fields["passages"]),
    )


def _own_tag(fields: dict[str, Any]) -> Tag:
    return Tag(
        kind=_one_of(["label"], fields["kind"]),
        code=str(fields["code"]),
        stance=None,
        confidence=float(fields["confidence"]),
        band=_one_of(get_args(Band), fields["band"]),
        passages=tuple(fields["passages"]),
    )


def _one_of(known: Sequence[Any], value: object) -> Any:
    if value not in known:
        raise ValueError(f"{value} is none of {', '.join(known)}")
    return value
