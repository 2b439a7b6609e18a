"""Which language each passage of an answer is in: English, French, Spanish, or another.

The evidence is langdetect's: its profiles and its n-grams. Where langdetect draws n-grams at random until one
language wins, here all of them are summed: that needs no seed, adds up over words and passages, and takes a
third of the time. Short passages then lean on their neighbours and on the declared language.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from math import log
from pathlib import Path
from typing import Literal, NamedTuple

from langdetect.detector import Detector
from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.utils.ngram import NGram

from nlp.answers import LANGUAGES, Language
from nlp.data import read_yaml

TextLanguage = Language | Literal["other"]

# Without Portuguese, Italian and German their texts would read as Spanish, French and English.
_PROFILES = (*LANGUAGES, "pt", "it", "de")
_STATES = (*_PROFILES, "script")  # "script": a writing other than the Latin one

# All in nats of the n-gram sum, where a clear sentence is worth 50 or more. Chosen on the corpus: undeclared
# answers hardly change with them; a stronger hint helps when it is right and hurts when it is wrong.
_LISTED_WORD = 8.0  # a word of words.yaml
_STRANGER = 5.0  # against the languages that answers are seldom in
_SWITCH = 12.0  # against a passage in another language than the one before
_DECLARED = 8.0  # for the language that the sender declared
_FEW_LETTERS = 24  # n-grams of a shorter passage weigh in proportion
_LETTER = 3.0  # against each letter of the wrong writing

# No profile fits: words enough, hardly a common one among them, n-grams rare on average (log-probability).
_ENOUGH_WORDS, _FEW_LISTED, _RARE = 12, 0.05, -5.15

_PASSAGE_LIMIT = 2000  # characters read of one passage
_WORD = re.compile(r"[^\W\d_]{1,40}")
_FOREIGN_LETTER = re.compile(r"[^\W\d_\u0000-\u02af\u1e00-\u1eff\uff21-\uff5a]")


class _Evidence(NamedTuple):
    """What a word or a passage says, for each profile: log-probability of its n-grams, and listed words."""

    scores: tuple[float, ...]
    listed: tuple[int, ...]
    grams: int
    words: int


def languages_of(
    text: str, passages: Sequence[tuple[int, int]], declared: str | None = None
) -> tuple[TextLanguage | None, list[TextLanguage | None]]:
    """The language of an answer and of each of its passages; the same input always gives the same.

    Args:
        text: the answer as received.
        passages: `[start, end)` offsets into it, in order.
        declared: a language code given by the sender; a hint that short text leans on, no more.

    Returns:
        The language most of the passages' letters are in, then one language a passage: "en", "fr", "es" or
        "other". Where no passage holds a letter it is the declared language, or None.
    """
    hint = declared[:2].lower() if declared else None
    words = [_words(text[start:end][:_PASSAGE_LIMIT]) for start, end in passages]
    if not any(words):
        known = next((language for language in LANGUAGES if language == hint), None)
        return known, [known] * len(passages)
    evidence = [_sum(map(_word_evidence, found)) for found in words]
    if _fits_no_profile(_sum(evidence)):
        return "other", ["other"] * len(passages)
    path = _likeliest([_emissions(e, found) for e, found in zip(evidence, words, strict=True)], hint)
    languages = [_named(_STATES[state]) for state in path]
    letters: Counter[TextLanguage] = Counter()
    for language, found in zip(languages, words, strict=True):
        letters[language] += sum(map(len, found))
    return letters.most_common(1)[0][0], list(languages)


def _words(passage: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", passage.lower()))


def _named(state: str) -> TextLanguage:
    return next((language for language in LANGUAGES if language == state), "other")


def _sum(evidence: Iterable[_Evidence]) -> _Evidence:
    total = tuple(evidence) or (_Evidence((0.0,) * len(_PROFILES), (0,) * len(_PROFILES), 0, 0),)
    scores, listed, grams, words = zip(*total, strict=True)
    return _Evidence(
        tuple(map(sum, zip(*scores, strict=True))),
        tuple(map(sum, zip(*listed, strict=True))),
        sum(grams),
        sum(words),
    )


@lru_cache(maxsize=50_000)
def _word_evidence(word: str) -> _Evidence:
    ngram, logs = NGram(), _log_probabilities()
    grams = []
    for character in f"{word} ":
        ngram.add_char(character)
        grams += [gram for length in (1, 2, 3) if (gram := ngram.get(length)) in logs]
    scores = (sum(logs[gram][profile] for gram in grams) for profile in range(len(_PROFILES)))
    return _Evidence(tuple(scores), tuple(word in words for words in _listed_words()), len(grams), 1)


@cache
def _log_probabilities() -> dict[str, tuple[float, ...]]:
    """Each n-gram's smoothed log-probability in each profile, from the profiles that langdetect ships."""
    factory = DetectorFactory()
    factory.load_json_profile(
        [Path(PROFILES_DIRECTORY, name).read_text(encoding="utf-8") for name in _PROFILES]
    )
    smoothing = Detector.ALPHA_DEFAULT / Detector.BASE_FREQ
    return {
        gram: tuple(log(smoothing + probability) for probability in probabilities)
        for gram, probabilities in factory.word_lang_prob_map.items()
    }


@cache
def _listed_words() -> tuple[frozenset[str], ...]:
    """The words of words.yaml for each profile, with their accents and without."""
    lists = read_yaml(files("nlp") / "words.yaml")
    words = [" ".join(lists[kind][name] for kind in lists).split() for name in _PROFILES]
    return tuple(frozenset(names) | frozenset(map(_plain, names)) for names in words)


def _plain(word: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


def _fits_no_profile(answer: _Evidence) -> bool:
    if answer.words < _ENOUGH_WORDS or max(answer.listed) > _FEW_LISTED * answer.words:
        return False
    return max(answer.scores) < _RARE * answer.grams


def _emissions(evidence: _Evidence, words: list[str]) -> list[float]:
    """How well each state explains the passage, the best profile at zero.

    The n-grams of a few letters overlap too much to be taken at their word: they weigh less.
    """
    letters = sum(map(len, words))
    foreign = sum(len(_FOREIGN_LETTER.findall(word)) for word in words)
    trust = min(1.0, letters / _FEW_LETTERS)
    scores = [trust * s + _LISTED_WORD * n for s, n in zip(evidence.scores, evidence.listed, strict=True)]
    best = max(scores)
    return [score - best - _LETTER * foreign for score in scores] + [-_LETTER * (letters - foreign)]


def _likeliest(emissions: list[list[float]], hint: str | None) -> list[int]:
    """The likeliest chain of states (Viterbi), where each change costs the same."""
    prior = [-_STRANGER * (state not in LANGUAGES) + _DECLARED * (state == hint) for state in _STATES]
    scores = [p + e for p, e in zip(prior, emissions[0], strict=True)]
    back: list[list[int]] = []
    for emission in emissions[1:]:
        best = scores.index(max(scores))
        change = [scores[best] - _SWITCH + min(0.0, p) for p in prior]
        came = [state if scores[state] >= change[state] else best for state in range(len(_STATES))]
        scores = [max(s, c) + e for s, c, e in zip(scores, change, emission, strict=True)]
        back.append(came)
    path = [scores.index(max(scores))]
    for came in reversed(back):
        path.append(came[path[-1]])
    return path[::-1]
