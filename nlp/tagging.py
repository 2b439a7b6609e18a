"""The Tagger: an answer in, a tagged answer out. The door that other rooms use."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any, Literal

from nlp.answers import LANGUAGES, Answer, Language, Stance
from nlp.evidence import Evidence, find_evidence
from nlp.languages import languages_of
from nlp.models import LabelSet, Model, ModelId, Scores, load_model
from nlp.models.scores import Span
from nlp.passages import worded_passages
from nlp.states import Mention, extract_states, get_state
from nlp.suggestions import (
    Confidences,
    StanceFound,
    Tag,
    confidences,
    passage_stances,
    stance_confidences,
    suggest,
)

# Why a whole answer wants a human: it is in another language than the three, or unlike the corpus.
Unsure = Literal["language", "unfamiliar"]

# Answers that are scored in one call; large enough for speed, small enough for a progress bar.
BATCH = 64


@dataclass(frozen=True, slots=True)
class TaggedPassage:
    """A passage: its span in the answer's text, its language, its stances."""

    start: int
    end: int
    language: str | None
    stances: tuple[Stance, ...]


@dataclass(frozen=True, slots=True)
class TaggedAnswer:
    """An answer with all that was found in it.

    Attributes:
        evidence: the words that each tag rests on, in the order of the tags; None where nobody asked, and
            where the answer has no passage.
        confidences: of every label, shown or not; for evaluation, and no part of what is written out.
    """

    answer: Answer
    language: str | None
    unsure: Unsure | None
    stances: list[StanceFound]
    tags: list[Tag]
    mentions: list[Mention]
    passages: list[TaggedPassage]
    model: ModelId
    evidence: list[tuple[Evidence, ...]] | None = None
    confidences: Confidences = field(default_factory=Confidences.nothing, repr=False, compare=False)

    def to_json(self, lang: Language = "en") -> dict[str, Any]:
        """The tagged answer as files and the API give it, with the names of States in one language."""
        return {
            "id": self.answer.id,
            "question": self.answer.question,
            "language": self.language,
            "text": self.answer.text,
            "unsure": self.unsure,
            "stances": [asdict(stance) for stance in self.stances],
            "tags": self._tags(),
            "states": [
                self._state(code, lang) for code in dict.fromkeys(each.code for each in self.mentions)
            ],
            "passages": [asdict(passage) for passage in self.passages],
            "model": asdict(self.model),
        }

    def _tags(self) -> list[dict[str, Any]]:
        tags = [asdict(tag) for tag in self.tags]
        if self.evidence is not None:
            for tag, words in zip(tags, self.evidence, strict=True):
                tag["evidence"] = [asdict(word) for word in words]
        return tags

    def _state(self, code: str, lang: Language) -> dict[str, Any]:
        mentions = [
            {"start": mention.start, "end": mention.end, "text": mention.text}
            for mention in self.mentions
            if mention.code == code
        ]
        return {"code": code, "name": get_state(code).name(lang), "mentions": mentions}


class Tagger:
    """Tags answers with one model; may be shared by threads.

    Args:
        model: the default model if None.
        evidence: whether to find the words that each tag rests on as well, which takes many times as long.
    """

    def __init__(self, model: Model | None = None, *, evidence: bool = False) -> None:
        self.model = model or load_model()
        self.evidence = evidence

    def tag(self, answer: Answer) -> TaggedAnswer:
        """Tag one answer."""
        return next(self.tag_all([answer]))

    def tag_all(self, answers: Iterable[Answer]) -> Iterator[TaggedAnswer]:
        """Tag answers in order, reading a few ahead; each is tagged as if it were alone."""
        remaining = iter(answers)
        while batch := list(islice(remaining, BATCH)):
            spans = [worded_passages(answer.text) for answer in batch]
            texts = [(answer.text, each) for answer, each in zip(batch, spans, strict=True) if each]
            scored = iter(self.model.score(texts) if texts else [])
            for answer, each in zip(batch, spans, strict=True):
                yield self._tagged(answer, each, next(scored) if each else None)

    def _tagged(self, answer: Answer, spans: list[Span], scores: Scores | None) -> TaggedAnswer:
        if scores is None:
            nothing = Confidences.nothing(self.model.labels)
            return TaggedAnswer(answer, None, None, [], [], [], [], self.model.id, confidences=nothing)
        language, languages = languages_of(answer.text, spans, answer.language)
        unsure = _unsure(language, scores, self.model.labels)
        found = confidences(scores, self.model.calibration, self.model.labels)
        stances, tags = suggest(scores, found, self.model.calibration, trusted=unsure is None)
        # Labels of somebody's own are said in no stance.
        said_in = [()] * len(spans) if self.model.labels.own else passage_stances(scores)
        return TaggedAnswer(
            answer=answer,
            language=language,
            unsure=unsure,
            stances=stances,
            tags=tags,
            mentions=extract_states(answer.text),
            passages=[
                TaggedPassage(*span, spoken, said)
                for span, spoken, said in zip(spans, languages, said_in, strict=True)
            ],
            model=self.model.id,
            evidence=find_evidence(self.model, answer.text, spans, scores, tags) if self.evidence else None,
            confidences=replace(found, stances=stance_confidences(found, tags)),
        )


def _unsure(language: str | None, scores: Scores, labels: LabelSet) -> Unsure | None:
    # Labels of somebody's own may have been learned in any language: there, strange words alone tell.
    if language not in LANGUAGES and not labels.own:
        return "language"
    return None if scores.familiar else "unfamiliar"
