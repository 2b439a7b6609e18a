"""What the API takes and gives, in DESIGN's words."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from nlp.answers import Answer, Language, Stance
from nlp.models import Band
from nlp.states import get_state
from nlp.suggestions import TagKind
from service.api.dependencies import Id
from service.api.filters import Instrument
from service.api.problems import Problem
from service.intake import Questionnaire
from service.intake.fields import language_of
from service.intake.items import LONGEST
from service.store.decisions import MOST_ACTS, Act
from service.store.progress import Status

MOST_TAGGED = 64
"""Answers that one request can have tagged at once."""
MOST_ANSWERS = 10_000
"""Answers that one questionnaire can have."""


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("holds NUL characters; remove them")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("holds half of a character that takes two; send the whole of it") from error
    return text


class _Given(BaseModel):
    """What a request's body holds; a field that is not known is a mistake of the sender's."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="after")
    @classmethod
    def _check_texts(cls, value: Any) -> Any:
        return _storable(value) if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1, max_length=200)]
DeclaredLanguage = Annotated[
    str | None,
    Field(
        max_length=35,
        description="As declared by the sender: a hint. Only en, fr and es are kept.",
        examples=["fr"],
    ),
]
State = Annotated[
    str | None, Field(pattern="^[A-Z]{3}$", description="ISO 3166-1 alpha-3.", examples=["MDG"])
]


def _known_state(code: str | None) -> str | None:
    return code and get_state(code).code


class AnswerGiven(_Given):
    """An answer as it is sent."""

    id: Name = Field(description="Unique within what is sent.", examples=["q12"])
    text: str = Field(max_length=LONGEST, examples=["Madagascar sollicite une formation de ses magistrats."])
    question: str | None = Field(
        None, max_length=LONGEST, examples=["De quelle assistance avez-vous besoin ?"]
    )
    language: DeclaredLanguage = None

    def answer(self, language: str | None = None) -> Answer:
        """The answer as the Tagger takes it; `language` is declared for all answers."""
        return Answer(self.id, self.text, self.question, language_of(self.language or language or ""))


class AnswersGiven(_Given):
    """Answers to be tagged at once."""

    answers: list[AnswerGiven] = Field(min_length=1, max_length=MOST_TAGGED)


class QuestionnaireGiven(_Given):
    """A questionnaire as it is sent."""

    external_id: Name = Field(description="The sender's id of it.", examples=["2008-MDG-tip-2"])
    replaces: Name | None = Field(
        None, description="external_id of the questionnaire that this one replaces.", examples=[None]
    )
    state: State = None
    instrument: list[Instrument] = Field(default_factory=list, max_length=4, examples=[["tip"]])
    cycle: Name | None = Field(None, examples=["2"])
    language: DeclaredLanguage = None
    answers: list[AnswerGiven] = Field(min_length=1, max_length=MOST_ANSWERS)

    @field_validator("answers", mode="after")
    @classmethod
    def _check_ids(cls, answers: list[AnswerGiven]) -> list[AnswerGiven]:
        if len({each.id for each in answers}) < len(answers):
            raise ValueError("two answers have the same id; give each its own")
        return answers

    def questionnaire(self) -> Questionnaire:
        """The questionnaire as the readers of files give it.

        Raises:
            UnknownCodeError: there is no such State.
        """
        return Questionnaire(
            external_id=self.external_id,
            replaces=self.replaces,
            state=_known_state(self.state),
            instrument=tuple(dict.fromkeys(self.instrument)),
            cycle=self.cycle,
            language=language_of(self.language or ""),
            answers=tuple(each.answer(self.language) for each in self.answers),
        )


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


TaggedStance = Literal["requested", "offered", "received"]


class DecisionGiven(_Given):
    """A decision.

    `accept`, `reject`, `add` and `restance` name a tag by `code` and `stance` (an instrument has none),
    `restance` its `new_stance` too; `state-add` and `state-remove` a `state`; `undo` the number of the
    decision that it `undoes`; `done` and `reopen` nothing. `accept` takes a suggested tag, `add` any.

    `done` ends the review: the tags accepted or added are the reviewed ones, and a suggestion that nobody
    accepted is not taken. Without any, the answer has none. Then nothing more is decided on it but the `undo`
    of that `done`, by whoever wrote it, or `reopen`, by an admin.
    """

    act: Act
    code: str | None = Field(None, max_length=100, examples=["legal.drafting"])
    stance: TaggedStance | None = Field(None, examples=["requested"])
    new_stance: TaggedStance | None = None
    state: State = None
    passages: list[Annotated[int, Field(ge=0, le=100_000)]] = Field(default_factory=list, max_length=1000)
    undoes: int | None = Field(None, ge=1, le=2**31)
    note: str | None = Field(None, max_length=10_000)


class DecisionsGiven(_Given):
    """Decisions to be written together, all or none."""

    version: int = Field(
        ge=0,
        le=2**31,
        description="The answer's `version` that they are made on; in a second reading, its last number.",
    )
    reading: Literal[1, 2] = Field(
        1, description="2 for a second reading, in which only the person who has begun it decides."
    )
    decisions: list[DecisionGiven] = Field(min_length=1, max_length=MOST_ACTS)


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


class ModelGiven(_Given):
    """The name of a model's folder in the home, or `default`."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", examples=["default"])


def errors_shown(errors: Sequence[Any]) -> list[Unread]:
    """The errors of what could not be read."""
    return [Unread(concerns=each.concerns, problem=each.problem) for each in errors]
