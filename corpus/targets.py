"""What the corpus must hold in each language, and how much of it is there."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from nlp.answers import LabelledAnswer, Language
from nlp.states import all_states
from nlp.taxonomy import load_taxonomy

ANSWERS = 2500
# Shares of answers by number of requested sub-types: none, one, two, three and more.
REQUESTED_SHARES = (0.33, 0.31, 0.25, 0.11)
SHARE_TOLERANCE = 0.04
REQUESTED_RANGE = (80, 200)
OFFERED = RECEIVED = 8
STANCE_SHARES = {"none": 0.12, "received only": 0.08, "offered only": 0.07, "several stances": 0.12}
INSTRUMENT = 350
NO_INSTRUMENT_RANGE = (0.28, 0.39)
MEDIAN_WORDS = (25, 35)
SHORT_WORDS, LONG_WORDS = 5, 120
SHORT_OR_LONG = 20
NAMED = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was counted or measured in one language, against its target.

    Attributes:
        check: what was looked at.
        language: in which language; "" for all together.
        value: what was found.
        low, high: the target: at least, at most; None where that side is open.
        detail: which labels, answers or States are at fault.
    """

    check: str
    language: str
    value: float
    low: float | None = None
    high: float | None = None
    detail: str = ""

    @property
    def holds(self) -> bool:
        """Whether the value is within the target."""
        return (self.low is None or self.value >= self.low) and (self.high is None or self.value <= self.high)


def count_findings(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    """Count the answers of one language against the targets."""
    yield Finding("answers", language, len(answers), low=ANSWERS)
    yield from _requested(answers, language)
    yield from _offered_and_received(answers, language)
    yield from _stances(answers, language)
    yield from _instruments(answers, language)
    yield from _lengths(answers, language)
    named = Counter(code for labelled in answers for code in labelled.states)
    rare = [state.code for state in all_states() if named[state.code] < NAMED]
    yield Finding(f"States named less than {NAMED} times", language, len(rare), high=0, detail=" ".join(rare))


def _subtypes(labelled: LabelledAnswer, stance: str) -> set[str]:
    return {code for said, code in labelled.tags if said == stance and "." in code}


def _requested(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    requested = [_subtypes(labelled, "requested") for labelled in answers]
    numbers = Counter(min(3, len(codes)) for codes in requested)
    for number, share in enumerate(REQUESTED_SHARES):
        found = numbers[number] / len(answers)
        name = f"requested sub-types: {number}{' and more' if number == 3 else ''}"
        yield Finding(name, language, found, share - SHARE_TOLERANCE, share + SHARE_TOLERANCE)
    counts = Counter(code for codes in requested for code in codes)
    by_code = {entry.code: counts[entry.code] for entry in load_taxonomy().subtypes}
    low, high = REQUESTED_RANGE
    for name, (code, count) in {
        "fewest requests of a sub-type": min(by_code.items(), key=lambda item: item[1]),
        "most requests of a sub-type": max(by_code.items(), key=lambda item: item[1]),
    }.items():
        yield Finding(name, language, count, low, high, detail=code)
    alone = [
        labelled
        for labelled, codes in zip(answers, requested, strict=True)
        if {code for said, code in labelled.tags if said == "requested"}
        - {code.split(".")[0] for code in codes}
        - codes
    ]
    yield Finding("answers with a requested type alone", language, len(alone), low=20)
    unspecified = [
        labelled
        for labelled in answers
        if "requested" in labelled.stances and not any(said == "requested" for said, _ in labelled.tags)
    ]
    yield Finding("unspecified requests", language, len(unspecified), low=20)


def _offered_and_received(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    for stance, least in (("offered", OFFERED), ("received", RECEIVED)):
        counts = Counter(code for labelled in answers for code in _subtypes(labelled, stance))
        rare = [entry.code for entry in load_taxonomy().subtypes if counts[entry.code] < least]
        name = f"sub-types {stance} less than {least} times"
        yield Finding(name, language, len(rare), high=0, detail=" ".join(rare))


def _stances(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    found = {
        "none": [labelled.stances == {"none"} for labelled in answers],
        "received only": [labelled.stances == {"received"} for labelled in answers],
        "offered only": [labelled.stances == {"offered"} for labelled in answers],
        "several stances": [len(labelled.stances) > 1 for labelled in answers],
    }
    for name, share in STANCE_SHARES.items():
        yield Finding(f"stance: {name}", language, sum(found[name]) / len(answers), low=share)


def _instruments(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    counts = Counter(code for labelled in answers for code in labelled.instruments)
    for entry in load_taxonomy().instruments:
        yield Finding(f"instrument: {entry.code}", language, counts[entry.code], low=INSTRUMENT)
    without = sum(not labelled.instruments for labelled in answers) / len(answers)
    yield Finding("instrument: none", language, without, *NO_INSTRUMENT_RANGE)


def _lengths(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    words = [len(labelled.answer.text.split()) for labelled in answers]
    yield Finding("words, median", language, median(words), *MEDIAN_WORDS)
    yield Finding(
        f"answers of {SHORT_WORDS} words or less",
        language,
        sum(n <= SHORT_WORDS for n in words),
        SHORT_OR_LONG,
    )
    yield Finding(
        f"answers of {LONG_WORDS} words or more", language, sum(n >= LONG_WORDS for n in words), SHORT_OR_LONG
    )
