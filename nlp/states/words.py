"""Folds a text into words without case, accents, line breaks and joints, and keeps where each word stood."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass, field

_IGNORED = "\u00ad\u200b-\u200d\u2060\ufeff"  # soft hyphen, zero-width signs: seen by nobody, sent by many
_MARKS = "\u0300-\u036f"
_TOKEN = re.compile(
    rf"(?P<word>[^\W_][^\W_{_MARKS}{_IGNORED}]*(?:[{_MARKS}{_IGNORED}]+[^\W_]*)*)"
    rf"|(?P<join>(?<=[\w{_MARKS}])(?:['’‘ʼ´`](?=\w)|[-‐‑–](?P<broken>\s{{1,8}})?(?=\w)))"
    r"|(?P<gap>\n\s*\n)"
    r"|[^\w\s]|_"
)
_NOT_FOLDED = re.compile(rf"[{_MARKS}{_IGNORED}]")
_MISREAD = (str.maketrans("01", "ol"), str.maketrans("01", "oi"))  # what scanners make of letters
GAP = "\n"


def fold(word: str) -> str:
    """The word in lower case without accents and invisible signs."""
    if word.isascii():
        return word.lower()
    return _NOT_FOLDED.sub("", unicodedata.normalize("NFKD", word)).casefold()


@dataclass(slots=True)
class Words:
    """The words and signs of a text, folded; word i stood at `text[starts[i]:ends[i]]`.

    Hyphens and apostrophes between two letters are left out, so that "Guinea-Bissau" and "Guinea Bissau"
    are the same two words; `hyphened` holds the indexes of words that follow such a hyphen. A blank line is
    a word of its own, `GAP`.
    """

    text: str
    folded: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    hyphened: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.folded)

    def at(self, index: int) -> str:
        """The folded word at the index, or nothing outside the text."""
        return self.folded[index] if 0 <= index < len(self.folded) else ""

    def written(self, index: int) -> str:
        """The word at the index as the text has it, or nothing outside the text."""
        return self.text[self.starts[index] : self.ends[index]] if 0 <= index < len(self.folded) else ""

    def is_capitalised(self, index: int) -> bool:
        """Whether the word at the index begins with a capital letter."""
        return self.written(index)[:1].isupper()

    def line(self, index: int) -> str:
        """The line that the word at the index begins in, at most 200 characters to either side."""
        start = self.starts[index]
        before = self.text[max(0, start - 200) : start].rpartition("\n")[2]
        return before + self.text[start : start + 200].partition("\n")[0]


def split_words(text: str, known: Container[str] = ()) -> Words:
    """Splits a text into folded words.

    A word broken by a hyphen and a line end, or in which a scanner has read a letter as a digit ("Brasi1"),
    is mended if that gives a known word.
    """
    words = Words(text)
    hyphened = broken = False
    for match in _TOKEN.finditer(text):
        if match["join"]:
            hyphened = match["join"][0] in "-‐‑–"
            broken = match["broken"] is not None
            continue
        folded = fold(match[0]) if match["word"] else GAP if match["gap"] else match[0]
        if folded not in known and not folded.isalpha() and match["word"]:
            readings = (folded.translate(digits) for digits in _MISREAD)
            folded = next((reading for reading in readings if reading in known), folded)
        if broken and words.folded[-1] + folded in known:
            words.folded[-1] += folded
            words.ends[-1] = match.end()
        else:
            if hyphened:
                words.hyphened.add(len(words))
            words.folded.append(folded)
            words.starts.append(match.start())
            words.ends.append(match.end())
        hyphened = broken = False
    return words
