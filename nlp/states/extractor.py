"""Finds the States that a text names, with offsets into the text as received."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from nlp.states.decoys import is_decoy
from nlp.states.forms import Form
from nlp.states.language_names import mark_languages
from nlp.states.scene import Candidate, Scene, rules
from nlp.states.words import split_words

if TYPE_CHECKING:
    from nlp.states.gazetteer import Gazetteer


@dataclass(frozen=True, slots=True)
class Mention:
    """A State named in a text, as `text[start:end]`; code is ISO 3166-1 alpha-3."""

    code: str
    start: int
    end: int
    text: str


@cache
def _gazetteer() -> "Gazetteer":
    from nlp.states.gazetteer import Gazetteer  # spaCy takes half a second to import

    return Gazetteer()


def extract_states(text: str) -> list[Mention]:
    """The mentions of States in a text in English, French or Spanish, in order and not overlapping."""
    gazetteer = _gazetteer()
    words = split_words(text, gazetteer.known)
    scene = Scene(words, gazetteer.candidates(words))
    mark_languages(scene)
    kept = [candidate for candidate in scene.starting.values() if not is_decoy(scene, candidate)]
    return [
        Mention(candidate.form.code, start, end, text[start:end])
        for candidate in _resolve_shared(scene, kept)
        for start, end in [(words.starts[candidate.first], words.ends[candidate.end - 1])]
    ]


def _resolve_shared(scene: Scene, candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Gives an adjective that several States share to the one that the text names otherwise."""
    named = {candidate.form.code for candidate in candidates if candidate.form.kind != "people"}
    for candidate in candidates:
        meant = _meant(scene, candidate, named) if candidate.form.kind == "people" else []
        yield replace(candidate, form=Form(meant[0], "people")) if len(meant) == 1 else candidate


def _meant(scene: Scene, candidate: Candidate, named: set[str]) -> list[str]:
    """Codes of the States sharing the adjective that the text names, or else that its cities tell of."""
    patterns = rules()["shared"].items()
    sharing: list[str] = next(
        (codes for pattern, codes in patterns if re.fullmatch(pattern, scene.key(candidate))), []
    )
    clues = rules()["shared_clues"]
    return [code for code in sharing if code in named] or [
        code for code in sharing if not scene.vocabulary.isdisjoint(clues.get(code, ()))
    ]
