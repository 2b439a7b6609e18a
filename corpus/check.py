"""Everything that is checked of the corpus, as findings."""

from collections.abc import Iterator, Mapping, Sequence

from corpus.likeness import (
    common_openings,
    distinct_trigrams,
    label_word_shares,
    near_duplicates,
    outside_runs,
    sample_texts,
    self_bleu,
    words_of,
)
from corpus.targets import Finding, count_findings
from nlp.answers import LANGUAGES, LabelledAnswer, Language
from nlp.languages import languages_of
from nlp.passages import split_passages

OPENINGS = 5
LABEL_WORDS = 0.25
# How much less various than the answers it is compared with the corpus may be.
LESS_VARIOUS = 0.10
# A few short or mixed answers are in another language than the one they are filed under, or cannot be told.
OTHER_LANGUAGE = 0.01
SAMPLES = 5


def check_corpus(
    answers: Sequence[LabelledAnswer], outside: Sequence[LabelledAnswer], texts: Sequence[str]
) -> Iterator[Finding]:
    """Check the corpus, language by language.

    Args:
        answers: all of the corpus.
        outside: labelled answers that must stay outside and are as various as answers should be.
        texts: other texts that must stay outside.
    """
    for language in LANGUAGES:
        here = [labelled for labelled in answers if labelled.answer.language == language]
        there = [labelled.answer.text for labelled in outside if labelled.answer.language == language]
        yield from count_findings(here, language)
        yield from _likeness(here, language)
        yield _languages(here, language)
        if there:
            yield from _variety(here, there, language)
        shared = list(outside_runs(here, [*there, *texts]))
        yield Finding(
            "sentences shared with texts outside", language, len(shared), high=0, detail=_pairs(shared)
        )


def _likeness(answers: Sequence[LabelledAnswer], language: Language) -> Iterator[Finding]:
    pairs = list(near_duplicates(answers))
    yield Finding("near-duplicates", language, len(pairs), high=0, detail=_pairs(pairs))
    opening, times = common_openings(answers).most_common(1)[0]
    yield Finding("most frequent opening", language, times, high=OPENINGS, detail=opening)
    code, share = max(label_word_shares(answers, language).items(), key=lambda item: item[1])
    yield Finding("passages in the words of their label", language, share, high=LABEL_WORDS, detail=code)


def _languages(answers: Sequence[LabelledAnswer], language: Language) -> Finding:
    texts = {labelled.answer.id: labelled.answer.text for labelled in answers}
    found = {name: languages_of(text, split_passages(text))[0] for name, text in texts.items()}
    others = [name for name, detected in found.items() if detected != language]
    share = len(others) / len(answers)
    return Finding(
        "answers that read as another language", language, share, high=OTHER_LANGUAGE, detail=" ".join(others)
    )


def _variety(
    answers: Sequence[LabelledAnswer], texts: Sequence[str], language: Language
) -> Iterator[Finding]:
    """Compare with texts outside at the same number of words, mean of some samples."""
    words = sum(len(words_of(text)) for text in texts)
    samples = [sample_texts(answers, words, seed) for seed in range(SAMPLES)]
    different = sum(map(distinct_trigrams, samples)) / SAMPLES
    least = 1 - LESS_VARIOUS
    yield Finding(
        "distinct-3, part of that outside", language, different / distinct_trigrams(texts), low=least
    )
    alike = sum(map(self_bleu, samples)) / SAMPLES
    # Self-BLEU tells how alike texts are, from 0 to 1; one minus it is how various.
    various = (1 - alike) / (1 - self_bleu(texts))
    yield Finding("1 - self-BLEU, part of that outside", language, various, low=least)


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return "; ".join(" ~ ".join(pair) for pair in pairs[:8])


def by_check(findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    """Findings of the same check beside each other, in the order of their languages."""
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.check, []).append(finding)
    return grouped
