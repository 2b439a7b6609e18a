"""Whether a text is like those that a model learned from, by the share of its words that it met there."""

import re
import unicodedata
from collections.abc import Collection

# Texts of fewer words say too little about being like the corpus or not.
FEWEST_WORDS = 4

_WORD = re.compile(r"\w\w+")


def words_of(text: str) -> list[str]:
    """The words of two letters and more, small and without accents, as they are counted."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return _WORD.findall("".join(sign for sign in decomposed if not unicodedata.combining(sign)))


def known_share(text: str, known: Collection[str]) -> float:
    """The share of a text's words that are known; 1 for a text of very few words."""
    words = words_of(text)
    if len(words) < FEWEST_WORDS:
        return 1.0
    return sum(word in known for word in words) / len(words)
