"""What the API takes in the bodies of requests, in DESIGN's words."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from nlp.answers import Answer
from nlp.states import get_state
from service.api.filters import Instrument
from service.intake import Questionnaire
from service.intake.fields import language_of
from service.intake.items import LONGEST
from service.store.decisions import MOST_ACTS, Act
from service.store.events import Event
from service.webhook_targets import LONGEST_URL

MOST_TAGGED = 64
"""Answers that one request can have tagged at once."""
MOST_ANSWERS = 10_000
"""Answers that one questionnaire can have."""
MOST_FIELDS = 20
"""That an object may have; each that is not known is an error, and a body has room for millions of them."""


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

    @model_validator(mode="before")
    @classmethod
    def _check_fields(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(value) > MOST_FIELDS:
            raise ValueError("has far more fields than there are; send those that are known alone")
        return value

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


TaggedStance = Literal["requested", "offered", "received"]


class DecisionGiven(_Given):
    """A decision.

    `accept`, `reject`, `add` and `restance` name a tag by `code` and `stance` (an instrument has none),
    `restance` its `new_stance` too; `state-add` and `state-remove` a `state`; `note` the `note`, which may
    stand beside any other act too; `undo` the number of the decision that it `undoes`; `done` and `reopen`
    nothing. `accept` takes a suggested tag, `add` any.

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


class ModelGiven(_Given):
    """The name of a model's folder in the home, or `default`."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$", examples=["default"])


class WebhookGiven(_Given):
    """An address, and the events that it is to be told of."""

    url: str = Field(
        pattern="^https?://", max_length=LONGEST_URL, examples=["https://archive.example.org/needtag"]
    )
    events: list[Event] = Field(min_length=1, max_length=10, examples=[["questionnaire.tagged"]])
