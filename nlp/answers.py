"""The answer, as it comes in and as it is labelled."""

from dataclasses import dataclass
from typing import Literal, get_args

Stance = Literal["requested", "offered", "received", "none"]
STANCES: tuple[Stance, ...] = get_args(Stance)
Language = Literal["en", "fr", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Answer:
    """The free text that one State gave to one question, and what is known about it.

    Attributes:
        id: unique within the file or request that it came from.
        text: as received; every offset in needtag points into it.
        question: the form's question.
        language: "en", "fr" or "es" as declared by the sender; a hint, never believed against the text.
        state: ISO 3166-1 alpha-3 code of the respondent.
        instruments: codes of the instruments that the questionnaire was about.
        cycle: the reporting cycle, as the form names it.
    """

    id: str
    text: str
    question: str | None = None
    language: str | None = None
    state: str | None = None
    instruments: tuple[str, ...] = ()
    cycle: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledPassage:
    """A passage and what a person says about it.

    Attributes:
        start: offset of its first character in the answer's text.
        end: offset after its last character.
        tags: (stance, code) pairs; code is a type or sub-type, or None where the stance has no tag
            (an unspecified request, or the stance "none").
    """

    start: int
    end: int
    tags: tuple[tuple[Stance, str | None], ...]


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """An answer with the labels that a person gave it, for training and evaluation.

    Attributes:
        answer: the answer itself.
        tags: (stance, code) pairs of the whole answer: every type and sub-type in every stance but "none".
            A sub-type's type is always among them.
        stances: every stance that some passage has; "none" only alone.
        instruments: codes of the instruments that the text points to.
        states: alpha-3 codes of the States that the text names.
        passages: the marked passages, in order; empty where only the whole answer was labelled.
        group: what must not be torn apart when data are split or resampled: the author batch, or the
            sentence that several statements were cut from.
        set_id: the answers that are alike on purpose: a parallel set or a contrast pair; "" for none.
        own: labels outside the taxonomy, maybe none, where the answer was labelled with these; else None.
    """

    answer: Answer
    tags: frozenset[tuple[Stance, str]]
    stances: frozenset[Stance]
    instruments: frozenset[str]
    states: frozenset[str]
    passages: tuple[LabelledPassage, ...] = ()
    group: str = ""
    set_id: str = ""
    own: frozenset[str] | None = None
