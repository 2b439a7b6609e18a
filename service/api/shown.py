"""What the API gives, in DESIGN's words."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from nlp.answers import Language, Stance
from nlp.models import Band
from nlp.suggestions import TagKind
from service.api.dependencies import Id
from service.api.filters import Instrument
from service.api.problems import Problem
from service.store.decisions import Act
from service.store.progress import Status


class Received(BaseModel):
    """A questionnaire that was taken in; a repeat gets the same."""

    id: Id
    status: Literal["received"] = "received"


class ReceivedItem(Received):
    """One of several questionnaires that a file held."""

    external_id: str


class Unread(BaseModel):
    """A row, a field or a file that could not be read, and what to do."""

    concerns: str
    problem: str


class ReceivedFile(BaseModel):
    """What a file held, and what of it could not be read."""

    items: list[ReceivedItem]
    errors: list[Unread]


class AnswerUnderstood(BaseModel):
    """An answer that was found."""

    id: str
    question: str | None
    text: str


class Column(BaseModel):
    """A column of a table, and the field that it holds; null where no answer has it."""

    name: str
    field: str | None


class QuestionnaireUnderstood(BaseModel):
    """A questionnaire as it was understood, and what would become of it.

    `outcome`: it would be stored, it is stored already (`repeat`), it would replace another, or it would be
    refused (`conflict`), `detail` saying why.
    """

    outcome: Literal["store", "repeat", "replace", "conflict"]
    detail: str | None
    external_id: str
    replaces: str | None
    state: str | None
    instrument: list[str]
    cycle: str | None
    language: str | None
    columns: list[Column]
    answers: list[AnswerUnderstood]


class Understood(BaseModel):
    """What a dry run shows: nothing was stored."""

    dry_run: Literal[True] = True
    questionnaires: list[QuestionnaireUnderstood]
    errors: list[Unread]


class ProgressShown(BaseModel):
    """How many answers there are, and how many of them are how far.

    None waits to be tagged once `tagged` and `failed` together are `answers`. An answer fails alone, and its
    `error` says why. Those reviewed count as tagged.
    """

    answers: int
    tagged: int
    failed: int
    reviewed: int


class QuestionnaireShown(BaseModel):
    """A questionnaire with its status and progress; `replaced_by` is what counts in its place.

    Status: `received` (none of its answers is tagged yet), `tagging` (some are), `tagged` (all are, or
    failed), `in_review` (somebody decided on one), `reviewed` (all are done).
    """

    id: Id
    external_id: str
    status: Status
    progress: ProgressShown
    replaces: Id | None
    replaced_by: Id | None
    state: str | None
    instrument: list[Instrument]
    cycle: str | None
    language: Language | None
    received_at: str = Field(examples=["2026-01-31T12:00:00+00:00"])


class QuestionnairePage(BaseModel):
    """Some questionnaires; `next` is the cursor of the following ones, null at the end."""

    items: list[QuestionnaireShown]
    next: str | None


class StanceShown(BaseModel):
    """A stance of an answer."""

    code: Stance
    confidence: float


class WordShown(BaseModel):
    """A word that a tag rests on."""

    start: int
    end: int
    weight: float


class TagShown(BaseModel):
    """A suggested tag; an instrument has no stance."""

    kind: TagKind
    code: str
    stance: Stance | None
    confidence: float
    band: Band
    passages: list[int]


class MentionShown(BaseModel):
    """A State's name in the text."""

    start: int
    end: int
    text: str


class StateShown(BaseModel):
    """A State that the text names."""

    code: str
    name: str
    mentions: list[MentionShown]


class PassageShown(BaseModel):
    """A passage; offsets count the characters of the text as received."""

    start: int
    end: int
    language: str | None
    stances: list[Stance]


class ModelShown(BaseModel):
    """Which model suggested it."""

    name: str
    version: str


class Found(BaseModel):
    """What was found in an answer."""

    question: str | None
    language: str | None
    text: str
    unsure: Literal["language", "unfamiliar"] | None
    stances: list[StanceShown]
    tags: list[TagShown]
    states: list[StateShown]
    passages: list[PassageShown]


class TaggedAnswerShown(Found):
    """A tagged answer, as `needtag tag` writes it."""

    id: str
    model: ModelShown


class FailedAnswerShown(BaseModel):
    """An answer that could not be tagged, in its place."""

    id: str
    error: Problem


class TaggedAnswers(BaseModel):
    """A tagged answer or an error for each answer sent, in their order."""

    items: list[TaggedAnswerShown | FailedAnswerShown]


class ReviewedTag(BaseModel):
    """A tag that a person accepted or added."""

    kind: TagKind
    code: str
    stance: Stance | None


class Review(BaseModel):
    """The tags and States that stand since the answer was marked as done; without tags, it has none.

    A sub-type brings its type along.
    """

    by: str
    at: str
    tags: list[ReviewedTag]
    states: list[str]


class QuestionnaireOfAnswer(BaseModel):
    """What is known of the questionnaire that an answer belongs to."""

    id: Id
    external_id: str
    state: str | None
    instrument: list[Instrument]
    cycle: str | None
    language: Language | None


class AnswerShown(Found):
    """A stored answer: what is shown as tagged, and its review if it is done.

    `version` is the number of its decisions, which the next decision names. Until it is tagged its lists are
    empty and `model` is null.
    """

    id: Id
    external_id: str
    questionnaire: QuestionnaireOfAnswer
    status: Literal["received", "tagged", "failed", "reviewed"]
    error: str | None
    version: int
    reviewed: Review | None
    model: ModelShown | None


class AnswerPage(BaseModel):
    """Some answers; `next` is the cursor of the following ones, null at the end."""

    items: list[AnswerShown]
    next: str | None


class DecisionShown(BaseModel):
    """A decision, in the first `reading` or a second; `carried` over from a replaced questionnaire."""

    reading: int
    number: int
    act: Act
    code: str | None
    stance: Stance | None
    new_stance: Stance | None
    state: str | None
    passages: list[int]
    undoes: int | None
    note: str | None
    by: str
    at: str
    carried: bool


class AnswerWithDecisions(AnswerShown):
    """A stored answer with its decisions, in order."""

    decisions: list[DecisionShown]


class Evidence(BaseModel):
    """The words that a suggested tag rests on, the heaviest first."""

    code: str
    stance: Stance | None
    words: list[WordShown]


class EvidenceShown(BaseModel):
    """The evidence of an answer's tags, by the model that is active."""

    model: ModelShown
    tags: list[Evidence]


class DecisionsWritten(BaseModel):
    """The decisions as written, and the answer's version after them."""

    version: int
    decisions: list[DecisionShown]


class ModelVersionShown(BaseModel):
    """A model that is known here, with the confidence at which each band begins, by kind of label."""

    id: Id
    name: str
    version: str
    active: bool
    bands: dict[str, dict[str, float | None]]
    first_seen: str


class Models(BaseModel):
    """Every model version that is known here, the newest first."""

    items: list[ModelVersionShown]


def errors_shown(errors: Sequence[Any]) -> list[Unread]:
    """The errors of what could not be read."""
    return [Unread(concerns=each.concerns, problem=each.problem) for each in errors]
