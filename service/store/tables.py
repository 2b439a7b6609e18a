"""The tables, in DESIGN's words. What is appended is never changed: triggers hold that for three of them."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Float, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# The tables whose rows are never changed, only added and purged.
APPENDED = ("suggestions", "decisions", "audit")


class UTC(TypeDecorator[dt.datetime]):
    """A point in time, in UTC; SQLite keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Turn it to UTC."""
        return value and value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Say that it is UTC."""
        return value and value.replace(tzinfo=dt.UTC) if value and not value.tzinfo else value


Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite counts ids up only in a column of just this type.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """All tables. An id is never given twice, also after its row was purged."""

    type_annotation_map: ClassVar = {
        dt.datetime: UTC(),
        dict[str, Any]: Json,
        list[Any]: Json,
        str: Text(),
        int: BigInteger(),
        float: Float(),
    }


def _id() -> Mapped[int]:
    return mapped_column(RowId, primary_key=True, autoincrement=True)


def _parent(column: str, *, index: bool = False) -> Mapped[int]:
    return mapped_column(ForeignKey(column, ondelete="CASCADE"), index=index)


def _refers(table: str, column: str) -> Index:
    """An index of the rows that have a value there; nearly all do not, and would make it worthless."""
    refers = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=refers, postgresql_where=refers)


def _table(*rest: Any) -> tuple[Any, ...]:
    return (*rest, {"sqlite_autoincrement": True})


class Questionnaire(Base):
    """One State's submission in one reporting cycle.

    Attributes:
        external_id: the sender's id; of the questionnaires that have the same, only one is not replaced.
        content: SHA-256 of what was sent, which tells a repeat from another content.
        replaces, replaced_by: the earlier and the later submission; the latest counts.
        instruments: codes, in the order given.
    """

    __tablename__ = "questionnaires"
    __table_args__ = _table(
        Index(
            "one_current_questionnaire",
            "external_id",
            unique=True,
            sqlite_where=text("replaced_by IS NULL"),
            postgresql_where=text("replaced_by IS NULL"),
        ),
        _refers("questionnaires", "replaces"),
        _refers("questionnaires", "replaced_by"),
    )
    id: Mapped[int] = _id()
    external_id: Mapped[str] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(String(64))
    replaces: Mapped[int | None] = mapped_column(ForeignKey("questionnaires.id", ondelete="SET NULL"))
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("questionnaires.id", ondelete="SET NULL"))
    state: Mapped[str | None] = mapped_column(index=True)
    cycle: Mapped[str | None]
    language: Mapped[str | None]
    received_at: Mapped[dt.datetime] = mapped_column(index=True)
    received_from: Mapped[str]


class QuestionnaireInstrument(Base):
    """An instrument that a questionnaire is about; `place` from 0."""

    __tablename__ = "questionnaire_instruments"
    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey("questionnaires.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True, index=True)
    place: Mapped[int]


class Question(Base):
    """The text of a form's question, once however many answered it; `digest` is its SHA-256."""

    __tablename__ = "questions"
    __table_args__ = _table()
    id: Mapped[int] = _id()
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str]


class Answer(Base):
    """The free text given to a question, as received.

    Attributes:
        external_id: the sender's id, unique within the questionnaire; `place` from 0, in the sender's order.
        words: its words without case and accents, for the search; see service.store.words.
    """

    __tablename__ = "answers"
    __table_args__ = _table(Index("answers_of_questionnaire", "questionnaire_id", "external_id", unique=True))
    id: Mapped[int] = _id()
    questionnaire_id: Mapped[int] = _parent("questionnaires.id")
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    external_id: Mapped[str]
    place: Mapped[int]
    language: Mapped[str | None]
    text: Mapped[str]
    words: Mapped[str]


class ModelVersion(Base):
    """A model that has worked here; `bands` are its thresholds, by kind of label, as reviewers were shown."""

    __tablename__ = "model_versions"
    __table_args__ = _table(Index("model_versions_named", "name", "version", unique=True))
    id: Mapped[int] = _id()
    name: Mapped[str]
    version: Mapped[str]
    bands: Mapped[dict[str, Any]]
    first_seen: Mapped[dt.datetime]


class Activation(Base):
    """The act of making a model the active one; the last one holds."""

    __tablename__ = "activations"
    __table_args__ = _table()
    id: Mapped[int] = _id()
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"))
    at: Mapped[dt.datetime]
    actor: Mapped[str]


class Tagging(Base):
    """What one model version found in one answer, or the error for which it was set aside.

    Attributes:
        language: that the text is in; `unsure`: why the whole answer wants a human.
        stances, passages: as in a tagged answer.
    """

    __tablename__ = "taggings"
    __table_args__ = _table(Index("tagged_once", "answer_id", "model_version_id", unique=True))
    id: Mapped[int] = _id()
    answer_id: Mapped[int] = _parent("answers.id")
    model_version_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id"), index=True)
    at: Mapped[dt.datetime]
    language: Mapped[str | None]
    unsure: Mapped[str | None]
    stances: Mapped[list[Any]]
    passages: Mapped[list[Any]]
    error: Mapped[str | None]


class Suggestion(Base):
    """A tag proposed by a model; `place` is its place in the tagged answer, `stance` "" where it has none."""

    __tablename__ = "suggestions"
    __table_args__ = _table(Index("suggested_once", "tagging_id", "code", "stance", unique=True))
    id: Mapped[int] = _id()
    tagging_id: Mapped[int] = _parent("taggings.id")
    place: Mapped[int]
    kind: Mapped[str]
    code: Mapped[str] = mapped_column(index=True)
    stance: Mapped[str]
    confidence: Mapped[float]
    band: Mapped[str]
    passages: Mapped[list[Any]]


class Mention(Base):
    """A State that a model found named in an answer, with its place in the text; `place` from 0."""

    __tablename__ = "mentions"
    __table_args__ = _table(Index("mentions_of_tagging", "tagging_id", "state"))
    id: Mapped[int] = _id()
    tagging_id: Mapped[int] = _parent("taggings.id")
    place: Mapped[int]
    state: Mapped[str] = mapped_column(index=True)
    start: Mapped[int]
    end: Mapped[int]


class Decision(Base):
    """One act of a reviewer.

    Attributes:
        reading: 1, or 2 for somebody's who reads the answer again without seeing the first reading.
        number: counts the decisions of a reading from 1; two people cannot both write the next one.
        tagging_id: what the reviewer saw.
        code, kind, stance: of the tag that it is about; "" where it is about none.
        new_stance: of a restance.
        state: of a state-add or state-remove.
        passages: numbers of the passages that the reviewer marked; `note`: what they wrote.
        undoes: the decision that an undo takes back.
        carried_from: the decision on the replaced questionnaire that this one repeats.
    """

    __tablename__ = "decisions"
    __table_args__ = _table(
        Index("decisions_in_order", "answer_id", "reading", "number", unique=True),
        _refers("decisions", "undoes"),
    )
    id: Mapped[int] = _id()
    answer_id: Mapped[int] = _parent("answers.id")
    reading: Mapped[int]
    number: Mapped[int]
    tagging_id: Mapped[int | None] = mapped_column(ForeignKey("taggings.id", ondelete="CASCADE"), index=True)
    act: Mapped[str]
    code: Mapped[str]
    kind: Mapped[str]
    stance: Mapped[str]
    new_stance: Mapped[str]
    state: Mapped[str]
    passages: Mapped[list[Any]]
    note: Mapped[str | None]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    carried_from: Mapped[int | None]
    person: Mapped[str]
    at: Mapped[dt.datetime]


class Lease(Base):
    """A worker's claim on an answer that waits to be tagged; `until` in seconds of the database's clock.

    Attributes:
        attempts: how many workers claimed it; one that kills its workers is set aside.
    """

    __tablename__ = "leases"
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True)
    owner: Mapped[str]
    until: Mapped[float]
    attempts: Mapped[int]


class User(Base):
    """A person who signs in.

    Attributes:
        role: reader, reviewer, lead or admin.
        languages: those that they review in.
        password: its Argon2id hash; None for somebody who signs in by a link.
    """

    __tablename__ = "users"
    __table_args__ = _table()
    id: Mapped[int] = _id()
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    languages: Mapped[list[Any]]
    password: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]


class UserSession(Base):
    """A session of a person in a browser, known by the SHA-256 of its cookie.

    Attributes:
        csrf: what forms and scripts of the session send along.
    """

    __tablename__ = "user_sessions"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = _parent("users.id", index=True)
    csrf: Mapped[str]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class SignInLink(Base):
    """A link to sign in with once, known by the SHA-256 of its token."""

    __tablename__ = "sign_in_links"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = _parent("users.id", index=True)
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class Hold(Base):
    """Who has a questionnaire on the desk, and until when nobody else is sent to it."""

    __tablename__ = "holds"
    questionnaire_id: Mapped[int] = mapped_column(
        ForeignKey("questionnaires.id", ondelete="CASCADE"), primary_key=True
    )
    person: Mapped[str] = mapped_column(index=True)
    until: Mapped[dt.datetime]


class SecondReading(Base):
    """A second, blind reading of an answer that a lead asked for.

    Attributes:
        reader: who has begun it.
        settled_at, settled_by: when a lead settled what the two readers disagree on, and who.
        settled_after: number of the last decision of the first reader, after which the lead's begin.
    """

    __tablename__ = "second_readings"
    __table_args__ = _table()
    id: Mapped[int] = _id()
    answer_id: Mapped[int] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), unique=True)
    asked_by: Mapped[str]
    asked_at: Mapped[dt.datetime]
    reader: Mapped[str | None] = mapped_column(index=True)
    settled_at: Mapped[dt.datetime | None]
    settled_by: Mapped[str | None]
    settled_after: Mapped[int | None]


class ApiKey(Base):
    """A key of the API, kept as its SHA-256: it is random, so that a slow hash would guard nothing."""

    __tablename__ = "api_keys"
    __table_args__ = _table()
    id: Mapped[int] = _id()
    name: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any]]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]


class IdempotencyKey(Base):
    """A sender's Idempotency-Key.

    Attributes:
        content: SHA-256 of what was sent.
        result: ids of what it made: questionnaires, or decisions.
    """

    __tablename__ = "idempotency_keys"
    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str] = mapped_column(String(64))
    result: Mapped[list[Any]]
    at: Mapped[dt.datetime] = mapped_column(index=True)


class Audit(Base):
    """Who did what to which data, without any text of an answer."""

    __tablename__ = "audit"
    __table_args__ = _table(Index("audit_of_subject", "subject", "subject_id"))
    id: Mapped[int] = _id()
    at: Mapped[dt.datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[str | None]
    detail: Mapped[dict[str, Any]]


class Webhook(Base):
    """An address that is told of events.

    Attributes:
        events: those that it is told of.
        secret: what its messages are signed with; they could not be if it were kept as a hash.
    """

    __tablename__ = "webhooks"
    __table_args__ = _table()
    id: Mapped[int] = _id()
    url: Mapped[str]
    events: Mapped[list[Any]]
    secret: Mapped[str]
    created_at: Mapped[dt.datetime]


class Delivery(Base):
    """A message to a webhook about an event; what it says is read off the questionnaire when it is sent.

    Attributes:
        occurrence: tells an event from an earlier one of its kind about the same questionnaire.
        message: the id that the receiver knows it by, the same in each attempt.
        at: when the event was.
        due: when to send it, in seconds of the database's clock, or when to take it from a sender that fell
            silent; None once it was delivered or given up.
        until: when to give up; None before the first attempt.
        attempts: how many senders took it, or one how often.
        status, error: what came of the last attempt: the receiver's HTTP status, and why it failed.
    """

    __tablename__ = "deliveries"
    __table_args__ = _table(
        Index("told_once", "webhook_id", "questionnaire_id", "event", "occurrence", unique=True),
        _refers("deliveries", "due"),
    )
    id: Mapped[int] = _id()
    webhook_id: Mapped[int] = _parent("webhooks.id")
    questionnaire_id: Mapped[int] = _parent("questionnaires.id", index=True)
    event: Mapped[str]
    occurrence: Mapped[int]
    message: Mapped[str]
    at: Mapped[dt.datetime]
    due: Mapped[float | None]
    until: Mapped[float | None]
    attempts: Mapped[int]
    delivered_at: Mapped[dt.datetime | None]
    status: Mapped[int | None]
    error: Mapped[str | None]
