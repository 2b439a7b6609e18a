"""What the overview counts, and a number with what stands behind it."""

from dataclasses import dataclass
from typing import Literal, get_args

Unit = Literal["requests", "answers", "questionnaires"]
"""What is counted as one; see service.overview.counts."""
UNITS: tuple[Unit, ...] = get_args(Unit)

UNSPECIFIED = "unspecified"
"""Stands for a code where assistance is asked for or offered in terms too general for any type."""

EUROPEAN_UNION = "EU"
"""A respondent and a party to treaties, but no State."""


@dataclass(frozen=True, slots=True)
class Item:
    """One tag of one answer, as far as the overview asks.

    Attributes:
        answer: id of the answer; in a register, paragraph and place of the fact, such as "12.3".
        questionnaire: id of the questionnaire that the answer belongs to.
        respondent: alpha-3 code, or "EU"; None where the State is not known.
        instruments: codes; those that the answer's own text points to, else those of its questionnaire.
        cycle, language: of the questionnaire.
        stance: requested, offered or received.
        code: a sub-type; a type, where the answer has no sub-type of it in this stance; or UNSPECIFIED.
        reviewed: whether a person decided on it; else a model suggests it.
        evidence: the words that the tag was put on; "" where they are not known.
    """

    answer: str
    questionnaire: str
    respondent: str | None
    instruments: tuple[str, ...]
    cycle: str | None
    language: str | None
    stance: str
    code: str
    reviewed: bool
    evidence: str = ""

    @property
    def type(self) -> str:
        """The type that the code belongs to; UNSPECIFIED is its own."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Submission:
    """A questionnaire that came in and that no other replaces, whether or not it asks for anything.

    Attributes:
        questionnaire: its id.
        respondent: alpha-3 code, or "EU"; None where the State is not known.
        instruments: codes of the instruments that it is about.
        answers: how many it has; `reviewed`: how many of them are done.
    """

    questionnaire: str
    respondent: str | None
    instruments: tuple[str, ...]
    cycle: str | None
    language: str | None
    answers: int
    reviewed: int


@dataclass(frozen=True, slots=True)
class Count:
    """A number and what stands behind it: ids of answers, and codes of States, both sorted and each once."""

    number: int
    answers: tuple[str, ...]
    states: tuple[str, ...]
