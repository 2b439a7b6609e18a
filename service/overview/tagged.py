"""From an answer's tags, wherever they were read, to the items that count."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from nlp.models import TAGGED_STANCES
from nlp.taxonomy import load_taxonomy
from service.overview.items import Item

TagKey = tuple[str, str]
"""Code and stance; the stance is "" for an instrument."""


@dataclass(frozen=True, slots=True)
class TaggedAnswer:
    """What was read of an answer.

    Attributes:
        answer, questionnaire, respondent, cycle, language, reviewed: as in Item.
        instruments: those of its questionnaire.
        tags: the words that each tag was put on, "" where they are not known.
    """

    answer: str
    questionnaire: str
    respondent: str | None
    instruments: tuple[str, ...]
    cycle: str | None
    language: str | None
    reviewed: bool
    tags: Mapping[TagKey, str]

    def items(self) -> list[Item]:
        """What counts: sub-types, and those types that no sub-type says more of, each once in a stance."""
        own = tuple(entry.code for entry in load_taxonomy().instruments if (entry.code, "") in self.tags)
        said = {
            (code, stance): words
            for (name, stance), words in self.tags.items()
            if stance in TAGGED_STANCES and (code := codes_in_use().get(name)) is not None
        }
        # A sub-type that another took the place of says more of its former type too.
        specified = {
            (each.partition(".")[0], stance)
            for name, stance in self.tags
            if (code := codes_in_use().get(name)) is not None
            for each in (name, code)
            if "." in each
        }
        return [
            Item(
                self.answer,
                self.questionnaire,
                self.respondent,
                own or self.instruments,
                self.cycle,
                self.language,
                stance,
                code,
                self.reviewed,
                words,
            )
            for (code, stance), words in said.items()
            if (code, stance) not in specified
        ]

    def is_left_out(self) -> bool:
        """Whether a code of it is retired and nothing took its place, so that it counts no more."""
        return any(codes_in_use().get(code, code) is None for code, _ in self.tags)


@cache
def codes_in_use() -> dict[str, str | None]:
    """By code of a type or sub-type, the code itself; for a retired one, what took its place, if anything."""
    known = load_taxonomy()
    replaced = {entry.code: entry.retired.use for entry in known.retired if entry.retired}
    return {code: code for code in known.codes} | replaced
