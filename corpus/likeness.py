"""How alike answers are: to each other, to texts that must stay outside, to their labels' words."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from random import Random

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from nlp.answers import LabelledAnswer, Language
from nlp.data import read_yaml
from nlp.errors import MissingExtraError
from nlp.taxonomy import Entry, load_taxonomy

# Two texts are near-duplicates if the shorter shares this part of its runs of characters with the longer.
NEAR = 0.6
RUN_LENGTH = 5
# A short answer whose words all stand somewhere in a long one is no duplicate of it.
LEAST_SIZE = 0.5
# Shorter texts say too little: "No assistance is required." may well stand twice.
FEWEST_RUNS = 40
OPENING_WORDS = 4
# A run of words in a text outside that no answer may hold: its length, and how many of its words must not be
# those of the instruments' names, which are the same for everybody.
OUTSIDE_WORDS = 10
OWN_WORDS = 6


def words_of(text: str) -> list[str]:
    """The words of a text in small letters."""
    return re.findall(r"\w+", text.lower())


def near_duplicates(answers: Sequence[LabelledAnswer]) -> Iterator[tuple[str, str]]:
    """Find pairs of answers in one language that are nearly the same, other than those alike on purpose."""
    runs = CountVectorizer(analyzer="char", ngram_range=(RUN_LENGTH, RUN_LENGTH), binary=True, dtype=np.int32)
    rows = runs.fit_transform([labelled.answer.text for labelled in answers])
    sizes = np.asarray(rows.sum(axis=1)).ravel()
    for first in range(len(answers)):
        shared = (rows[first + 1 :] @ rows[first].T).toarray().ravel()
        smaller = np.minimum(sizes[first], sizes[first + 1 :])
        larger = np.maximum(sizes[first], sizes[first + 1 :])
        alike = (shared > NEAR * smaller) & (smaller > FEWEST_RUNS) & (smaller > LEAST_SIZE * larger)
        for offset in np.flatnonzero(alike):
            one, other = answers[first], answers[first + 1 + int(offset)]
            if not one.set_id or one.set_id != other.set_id:
                yield one.answer.id, other.answer.id


def common_openings(answers: Sequence[LabelledAnswer]) -> Counter[str]:
    """Count the first four words of answers that have more."""
    openings = (words_of(labelled.answer.text) for labelled in answers)
    return Counter(" ".join(words[:OPENING_WORDS]) for words in openings if len(words) > OPENING_WORDS)


def outside_runs(answers: Sequence[LabelledAnswer], texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Find answers that share a run of words with texts that must stay outside; gives id and run."""
    outside = {run for text in texts for run in _runs(words_of(text))}
    for labelled in answers:
        for run in _runs(words_of(labelled.answer.text)):
            if run in outside:
                yield labelled.answer.id, " ".join(run)
                break


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    names = _names()
    for start in range(len(words) - OUTSIDE_WORDS + 1):
        run = tuple(words[start : start + OUTSIDE_WORDS])
        if sum(word not in names for word in run) >= OWN_WORDS:
            yield run


@cache
def _names() -> frozenset[str]:
    """The words of the instruments' names in all languages."""
    labels = (label for entry in load_taxonomy().instruments for label in entry.labels.values())
    return frozenset(word for label in labels for word in words_of(label))


def label_word_shares(answers: Sequence[LabelledAnswer], language: Language) -> dict[str, float]:
    """For each sub-type the share of its passages that hold half or more of its label's content words."""
    held: dict[str, list[bool]] = {entry.code: [] for entry in load_taxonomy().subtypes}
    wanted = {entry.code: _content_words(entry, language) for entry in load_taxonomy().subtypes}
    for labelled in answers:
        for passage in labelled.passages:
            words = set(words_of(labelled.answer.text[passage.start : passage.end]))
            for code in {code for _, code in passage.tags if code in held}:
                held[code].append(2 * len(wanted[code] & words) >= max(2, len(wanted[code])))
    return {code: sum(each) / len(each) for code, each in held.items() if each}


def _content_words(entry: Entry, language: Language) -> set[str]:
    return {word for word in words_of(entry.label(language)) if word not in _function_words(language)}


@cache
def _function_words(language: Language) -> frozenset[str]:
    return frozenset(read_yaml(files("nlp") / "words.yaml")["function"][language].split())


def distinct_trigrams(texts: Sequence[str]) -> float:
    """The share of different ones among all runs of three words (distinct-3, Li et al. 2016)."""
    runs = [tuple(words[n : n + 3]) for words in map(words_of, texts) for n in range(len(words) - 2)]
    return len(set(runs)) / len(runs)


def self_bleu(texts: Sequence[str]) -> float:
    """The mean BLEU of each text against all others, 0 to 1 (Zhu et al. 2018): high where texts repeat.

    Raises:
        MissingExtraError: sacrebleu is not installed.
    """
    try:
        from sacrebleu import sentence_bleu
    except ModuleNotFoundError as error:
        raise MissingExtraError("sacrebleu") from error

    scores = (sentence_bleu(text, [*texts[:n], *texts[n + 1 :]]).score for n, text in enumerate(texts))
    return sum(scores) / (100 * len(texts))


def sample_texts(answers: Sequence[LabelledAnswer], words: int, seed: int) -> list[str]:
    """Draw answers by chance until they hold that many words, so that unequal sets can be compared."""
    chance = Random(seed)  # noqa: S311 - no secret
    texts, found = [], 0
    for labelled in chance.sample(answers, len(answers)):
        texts.append(labelled.answer.text)
        found += len(words_of(labelled.answer.text))
        if found >= words:
            break
    return texts
