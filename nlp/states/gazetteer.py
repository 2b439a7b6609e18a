"""The forms of States in a spaCy matcher: which words of a text read like one."""

from collections.abc import Iterator
from itertools import chain

import spacy
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from nlp.states.forms import Form, compound_forms, state_forms, territory_names
from nlp.states.scene import Candidate, rules
from nlp.states.words import Words, split_words


def _goes_on(words: Words, inverted: Span) -> bool:
    return words.at(inverted.end) == words.at(inverted.start)


class Gazetteer:
    """The forms of States and of decoys in a spaCy phrase matcher.

    The matcher sees words that no form has as blanks: its vocabulary stays as it was loaded, however many
    texts it reads.
    """

    def __init__(self) -> None:
        self.forms = state_forms()
        self.prefixes = compound_forms()
        for prefix, code in rules()["prefixes"].items():
            self.prefixes[prefix,] = Form(code, "people")
        decoys = {tuple(split_words(phrase).folded) for phrase in chain(*rules()["phrases"].values())}
        phrases = {*self.forms, *self.prefixes, *decoys, *territory_names()}
        self.known = frozenset(chain(*phrases))
        self.vocab = spacy.blank("xx").vocab
        self.matcher = PhraseMatcher(self.vocab)
        self.matcher.add("phrase", [Doc(self.vocab, list(phrase)) for phrase in phrases])

    def _spans(self, words: Words) -> list[tuple[int, int]]:
        seen = [word if word in self.known else "_" for word in words.folded]
        if not any(word != "_" for word in seen):
            return []
        matches = self.matcher(Doc(self.vocab, seen), as_spans=True)
        # Of "Congo, Democratic Republic of the Congo", the first word is no part of the second name.
        apart = [
            span for span in matches if "," not in seen[span.start : span.end] or not _goes_on(words, span)
        ]
        return [(span.start, span.end) for span in filter_spans(apart)]

    def candidates(self, words: Words) -> Iterator[Candidate]:
        """The words of a text that read like a State, the longest where several overlap, in order."""
        spans = self._spans(words)
        starts = {first for first, _ in spans}
        for first, end in spans:
            phrase = tuple(words.folded[first:end])
            if phrase in self.forms:
                yield Candidate(first, end, self.forms[phrase])
            elif phrase in self.prefixes and end in words.hyphened and end in starts:
                yield Candidate(first, end, self.prefixes[phrase])
