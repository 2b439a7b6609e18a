"""One line of labelled answers: in the labelled format, or with labels of somebody's own."""

import re
import unicodedata
from typing import Any

from corpus.batch import answer_tags
from nlp.answers import LANGUAGES, STANCES, Answer, LabelledAnswer, Stance
from nlp.errors import InputError
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy

# What a line of the labelled format may say, and a line with labels of one's own may not.
_OF_TAXONOMY = ("stances", "requested", "offered", "received", "instruments", "states")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def labelled_answer(line: Any) -> LabelledAnswer:
    """Read a line in either format: one with `labels` has labels of somebody's own.

    Raises:
        NeedtagError: a field is missing or holds what it may not.
    """
    if not isinstance(line, dict):
        raise InputError("line", "must be a JSON object")
    for name in ("id", "text"):
        if not isinstance(line.get(name), str):
            raise InputError(name, "must be there and be a text")
        if any("\ud800" <= sign <= "\udfff" for sign in line[name]):
            raise InputError(name, "holds half of a character that takes two; write the whole of it")
    for name in ("question", "unit", "batch"):
        if not isinstance(line.get(name), str | None):
            raise InputError(name, "must be a text")
    if "labels" in line:
        return _with_own_labels(line)
    if "stances" not in line and "lang" not in line:
        raise InputError(
            "labels", "must be there: a list of texts, or one text (or the labelled format's fields)"
        )
    return _with_tags(line)


def _with_tags(line: dict[str, Any]) -> LabelledAnswer:
    if line.get("lang") not in LANGUAGES:
        raise InputError("lang", f"must be one of {', '.join(LANGUAGES)}")
    stances = frozenset[Stance](stance for stance in STANCES if stance in _strings(line, "stances"))
    if not stances or len(stances) != len(line["stances"]):
        raise InputError("stances", f"must be some of {', '.join(STANCES)}")
    if "none" in stances and len(stances) > 1:
        raise InputError("stances", "'none' stands only alone")
    return LabelledAnswer(
        answer=_answer(line),
        tags=frozenset(tag for stance in STANCES if stance != "none" for tag in _tags(line, stance)),
        stances=stances,
        instruments=frozenset(_instruments(line)),
        states=frozenset(get_state(code).code for code in _strings(line, "states")),
        group=_group(line),
    )


# Signs that turn the direction of writing for what follows.
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _with_own_labels(line: dict[str, Any]) -> LabelledAnswer:
    if beside := [name for name in _OF_TAXONOMY if name in line]:
        raise InputError("labels", f"cannot stand beside {beside[0]}; label with the one or the other")
    if not isinstance(line.get("lang"), str | None) or not _LANGUAGE.fullmatch(line.get("lang") or "en"):
        raise InputError("lang", "must be a language code such as en or pt, or be left out")
    given = [line["labels"]] if isinstance(line["labels"], str) else _strings(line, "labels")
    return LabelledAnswer(
        answer=_answer(line),
        tags=frozenset(),
        stances=frozenset(),
        instruments=frozenset(),
        states=frozenset(),
        group=_group(line),
        own=frozenset(_own_label(label) for label in given),
    )


def _own_label(given: str) -> str:
    """A label as it is kept, however its letters were composed and whatever blanks stand around it."""
    label = unicodedata.normalize("NFC", given).strip()
    if not label:
        raise InputError("labels", "holds an empty label; leave it out")
    # Control characters, also those that turn the direction of writing; halves of characters; separators.
    if any(
        unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(sign) in _TURNING
        for sign in label
    ):
        raise InputError("labels", f"{label!a} holds a control character; labels are shown on one line")
    return label


def _answer(line: dict[str, Any]) -> Answer:
    return Answer(id=line["id"], text=line["text"], question=line.get("question"), language=line.get("lang"))


def _group(line: dict[str, Any]) -> str:
    group: str = line.get("unit") or line.get("batch") or line["id"]
    return group


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
