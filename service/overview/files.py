"""What a file holds for an overview: an export of tags, of answers or of labelled answers, or a register.

Labelled answers are reviewed, and of respondents who are not known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path

from corpus.line import labelled_answer
from nlp.errors import InputError, NeedtagError
from nlp.models import TAGGED_STANCES
from nlp.taxonomy import load_taxonomy
from service.intake.kinds import shown
from service.overview.database import SHOWN
from service.overview.fields import Fields, instrument, optional_in, respondent, text_in, texts_in
from service.overview.items import Submission
from service.overview.memory import collecting_later
from service.overview.overview import Source
from service.overview.register import read_register
from service.overview.tables import Row, read_table
from service.overview.tagged import TaggedAnswer, TagKey, codes_in_use

_INSTRUMENTS = frozenset(entry.code for entry in load_taxonomy().instruments)
_BATCH = "reviewed-"
_NO_CYCLE = "without-cycle"


@collecting_later()
def read_file(path: Path, *, cycle: str | None = None, unreviewed: bool = False) -> Source:
    """Read a file for an overview.

    Args:
        path: .jsonl, .csv or .xlsx as `needtag export` writes them, or a register.
        cycle: the reporting cycle that alone counts; None for all.
        unreviewed: read what nobody reviewed too, to be counted apart.

    Raises:
        InputError: names the file and the row that cannot be read.
    """
    with closing(read_table(path)) as rows:
        first = next(rows, None)
        if first is None:
            raise InputError(shown(path), "holds no row; give an export of reviewed answers, or a register")
        if first[1].get("kind") != "register":
            return _exported(chain([first], rows), shown(path.name), cycle, unreviewed=unreviewed)
    if cycle is not None:
        raise InputError("--cycle", "cannot be asked of a register, whose needs are of no cycle")
    register = read_register(path)
    return Source(shown(path.name), None, register.items(), register=register)


def _exported(rows: Iterable[Row], name: str, cycle: str | None, *, unreviewed: bool) -> Source:
    gathered = _Gathered()
    for where, fields in rows:
        try:
            _READERS[_mark(fields)](gathered, fields)
        except NeedtagError as error:
            raise InputError(where, str(error)) from error
    return gathered.source(name, cycle, unreviewed=unreviewed)


def _mark(fields: Fields) -> str:
    for mark in _READERS:
        if mark in fields:
            return mark
    raise InputError("fields", "are none of an export of tags, answers or corpus, nor of a register")


class _Gathered:
    """The answers of a file as far as they were read, by id; their tags grow."""

    def __init__(self) -> None:
        self.answers: dict[str, TaggedAnswer] = {}
        self.tags: defaultdict[str, dict[TagKey, str]] = defaultdict(dict)
        self.is_whole = True

    def add_tag(self, fields: Fields) -> None:
        """Take in a row of an export of tags; those of an answer follow each other."""
        self.is_whole = False
        taken, id_ = fields["taken"], text_in(fields, "id")
        if not isinstance(taken, bool | None):
            raise InputError("taken", "must be yes, no or empty")
        if id_ not in self.answers:
            self._begin(fields, reviewed=taken is not None)
        counts = fields.get("band") in SHOWN if taken is None else taken
        if counts and fields.get("kind") != "label":
            key = _key(text_in(fields, "code"), fields.get("stance") or "")
            self.tags[id_][key] = "\n".join(texts_in(fields, "passages"))

    def add_answer(self, fields: Fields) -> None:
        """Take in a row of an export of answers, which has the tags in force."""
        tags = self._begin(fields, reviewed=fields.get("status") == "reviewed")
        text = fields.get("text") or ""
        if not isinstance(text, str):
            raise InputError("text", "must be a text")
        for name in texts_in(fields, "tags"):
            stance, _, code = name.rpartition(" ")
            if stance in TAGGED_STANCES:
                tags[_key(code, stance)] = text
            elif name in _INSTRUMENTS:
                tags[name, ""] = ""

    def add_labelled(self, fields: Fields) -> None:
        """Take in a labelled answer."""
        read = labelled_answer(fields)
        cycle = (fields.get("batch") or "").removeprefix(_BATCH)
        known = {
            "id": read.answer.id,
            "questionnaire": fields.get("unit") or read.answer.id,
            "cycle": None if cycle in {fields.get("batch"), "", _NO_CYCLE} else cycle,
            "language": read.answer.language,
        }
        tags = self._begin(known, reviewed=True)
        tags |= {(code, stance): read.answer.text for stance, code in read.tags}
        tags |= {(code, ""): "" for code in read.instruments}

    def _begin(self, fields: Fields, *, reviewed: bool) -> dict[TagKey, str]:
        id_ = text_in(fields, "id")
        if id_ in self.answers:
            raise InputError("id", f"{id_!r} was there before; give each answer once")
        tags, state = self.tags[id_], optional_in(fields, "respondent")
        self.answers[id_] = TaggedAnswer(
            answer=id_,
            questionnaire=text_in(fields, "questionnaire"),
            respondent=state and respondent(state),
            instruments=tuple(map(instrument, texts_in(fields, "instruments"))),
            cycle=optional_in(fields, "cycle"),
            language=optional_in(fields, "language"),
            reviewed=reviewed,
            tags=tags,
        )
        return tags

    def source(self, name: str, cycle: str | None, *, unreviewed: bool) -> Source:
        """What was read, of one cycle or of all."""
        answers = [each for each in self.answers.values() if cycle in {None, each.cycle}]
        counted = [each for each in answers if each.reviewed or unreviewed]
        return Source(
            name=name,
            cycle=cycle,
            items=tuple(item for answer in counted for item in answer.items()),
            submissions=_submissions(answers),
            is_whole=self.is_whole,
            left_out=tuple(each.answer for each in counted if each.is_left_out()),
            has_unreviewed=unreviewed,
        )


_READERS: Mapping[str, Callable[[_Gathered, Fields], None]] = {
    "taken": _Gathered.add_tag,
    "reviewed_by": _Gathered.add_answer,
    "requested": _Gathered.add_labelled,
}
"""By the field that tells one kind of row from another."""


def _submissions(answers: Iterable[TaggedAnswer]) -> tuple[Submission, ...]:
    """The questionnaires that the answers belong to."""
    by_questionnaire: defaultdict[str, list[TaggedAnswer]] = defaultdict(list)
    for answer in answers:
        by_questionnaire[answer.questionnaire].append(answer)
    return tuple(
        Submission(
            questionnaire=id_,
            respondent=found[0].respondent,
            instruments=found[0].instruments,
            cycle=found[0].cycle,
            language=found[0].language,
            answers=len(found),
            reviewed=sum(answer.reviewed for answer in found),
        )
        for id_, found in by_questionnaire.items()
    )


def _key(code: str, stance: str) -> TagKey:
    """The key of a tag that a file states, retired codes included."""
    if stance == "" and code in _INSTRUMENTS:
        return code, ""
    if stance not in TAGGED_STANCES:
        raise InputError("stance", f"must be one of {', '.join(TAGGED_STANCES)}, and empty for an instrument")
    if code not in codes_in_use():
        load_taxonomy().type_of(code)
    return code, stance
