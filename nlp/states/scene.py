"""What the words around a State's name tell: what stands beside it, in which language, in a list or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from nlp.data import read_yaml
from nlp.states.forms import Form
from nlp.states.grammar import inflect
from nlp.states.registry import DATA
from nlp.states.words import Words

_CONTEXT = 40  # words to either side that tell the language of a passage
_LONGEST_NAME = 8  # words before "(ABC)" that may spell it


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words `first` up to and without `end` of a text, which read like a form of a State."""

    first: int
    end: int
    form: Form


@cache
def rules() -> dict[str, Any]:
    """The lists of decoys.yaml by their names, as sets; maps as they are."""
    read = read_yaml(DATA / "decoys.yaml")
    return {name: frozenset(rule) if isinstance(rule, list) else rule for name, rule in read.items()}


@cache
def languages_inflected() -> frozenset[str]:
    """The names of languages as adjectives in all genders and numbers: "version française"."""
    names = rules()["languages"] | rules()["other_languages"]
    return frozenset().union(*(inflect(name, "fr") | inflect(name, "es") for name in names))


class Scene:
    """A text's words and all its candidates, for questions about one of them.

    Every question looks at a bounded number of words or at what was gathered once, so that the time grows
    with the text and not with its square.
    """

    def __init__(self, words: Words, candidates: Iterable[Candidate]) -> None:
        self.words = words
        self.starting = {candidate.first: candidate for candidate in candidates}
        self.ending = {candidate.end: candidate for candidate in self.starting.values()}
        self.languages: set[int] = set()  # ends of the candidates found to be languages
        self.persons: set[int] = set()  # ends of those found so far to be persons

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All words of the text but those of the candidates."""
        words = self.words.folded[:]
        for candidate in self.starting.values():
            words[candidate.first : candidate.end] = [""] * (candidate.end - candidate.first)
        return frozenset(words)

    @cached_property
    def has_capitals(self) -> bool:
        """Whether the text has any capital letter."""
        return self.words.text != self.words.text.lower()

    @cached_property
    def own_acronyms(self) -> frozenset[str]:
        """Letters that the text explains as something else: "Registre central des armes (RCA)"."""
        words, found = self.words, set()
        for index in range(3, len(words) - 1):
            if words.at(index - 1) == "(" and words.at(index + 1) == ")" and index - 1 not in self.ending:
                acronym = words.at(index)
                before = words.folded[max(0, index - 1 - _LONGEST_NAME) : index - 1]
                initials = "".join(word[:1] for word in before if word not in rules()["linkers"])
                if len(acronym) > 1 and initials.endswith(acronym):
                    found.add(acronym)
        return frozenset(found)

    def key(self, candidate: Candidate) -> str:
        """The candidate's folded words."""
        return " ".join(self.words.folded[candidate.first : candidate.end])

    def before(self, candidate: Candidate) -> str:
        """The word before the candidate."""
        return self.words.at(candidate.first - 1)

    def after(self, candidate: Candidate) -> str:
        """The word after the candidate."""
        return self.words.at(candidate.end)

    def head(self, first: int) -> int:
        """Index of the word before the one at `first` and its linking words: "lac" in "le lac du Tchad"."""
        index = first - 1
        while self.words.at(index) in rules()["linkers"] and first - index < 5:
            index -= 1
        return index

    def written(self, candidate: Candidate) -> str:
        """The candidate as the text has it."""
        return self.words.text[self.words.starts[candidate.first] : self.words.ends[candidate.end - 1]]

    def near(self, candidate: Candidate, reach: int) -> frozenset[str]:
        """The words and pairs of words at most `reach` words from the candidate."""
        words = self.words.folded[max(0, candidate.first - reach) : candidate.end + reach]
        return frozenset(words) | {" ".join(pair) for pair in pairwise(words)}

    def language(self, candidate: Candidate) -> str | None:
        """The language of the words around the candidate, or None where they do not tell."""
        around = self.words.folded[max(0, candidate.first - _CONTEXT) : candidate.end + _CONTEXT]
        frequent = rules()["frequent_words"]
        counts = {language: sum(word in frequent[language] for word in around) for language in frequent}
        best, second, _ = sorted(counts, key=lambda language: counts[language], reverse=True)
        return best if counts[best] > counts[second] else None

    def beside(self, candidate: Candidate, joints: frozenset[str]) -> tuple[int, int]:
        """Indexes of the first words before and after the candidate, past at most six joints."""
        before, after = candidate.first - 1, candidate.end
        while self.words.at(before) in joints and candidate.first - before < 7:
            before -= 1
        while self.words.at(after) in joints and after - candidate.end < 6:
            after += 1
        return before, after

    def is_listed(self, candidate: Candidate) -> bool:
        """Whether only commas, "and" and articles lie between the candidate and another one."""
        before, after = self.beside(candidate, rules()["coordinators"])
        return (before < candidate.first - 1 and before + 1 in self.ending) or (
            after > candidate.end and after in self.starting
        )
