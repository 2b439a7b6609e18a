"""Answers as they are read: found by filters, with what was suggested and decided."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import Session

from nlp.answers import Stance
from nlp.states import all_states
from service.errors import NotFoundError
from service.intake.fields import plain
from service.store.models import active_model_id
from service.store.tables import (
    Answer,
    Mention,
    Questionnaire,
    QuestionnaireInstrument,
    Suggestion,
    Tagging,
)
from service.store.views import reviewed_answers, reviewed_states, reviewed_tags


@dataclass(frozen=True, slots=True)
class QuestionnaireFilter:
    """Which questionnaires; what is None is not asked.

    Attributes:
        state: code of the respondent.
        region: of the respondent: a UN regional group or an M49 region.
        language: as declared by the sender; "none" for those that declare none.
        replaced: whether another one replaces it; by default those that count.
    """

    state: str | None = None
    region: str | None = None
    instrument: str | None = None
    cycle: str | None = None
    language: str | None = None
    replaced: bool | None = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter on Questionnaire, as part of a query."""
        found: list[ColumnElement[bool]] = []
        if self.replaced is not None:
            empty = Questionnaire.replaced_by.is_(None)
            found.append(~empty if self.replaced else empty)
        if self.region is not None:
            found.append(Questionnaire.state.in_(states_of(self.region)))
        if self.instrument is not None:
            about = QuestionnaireInstrument.questionnaire_id == Questionnaire.id
            found.append(exists().where(about, QuestionnaireInstrument.code == self.instrument))
        if self.language is not None:
            declared = None if self.language == "none" else self.language
            found.append(Questionnaire.language == declared)
        stated = [(name, getattr(self, name)) for name in ("state", "cycle")]
        found += [getattr(Questionnaire, name) == value for name, value in stated if value is not None]
        return found


@dataclass(frozen=True, slots=True)
class AnswerFilter:
    """Which answers; what is None is not asked.

    Attributes:
        questionnaires: those that they belong to.
        questionnaire_id: the one that they belong to, replaced or not.
        words: all must begin words of the text, in any order, without regard to case and accents.
        tag: code of a reviewed tag or, where the answer is not reviewed, of a suggestion `safe` or `suggest`.
        stance: of that tag; without `tag`, of the answer.
        named: code of a State named in the text.
        hidden: ids of answers whose review is not for whoever asks: as if nobody had reviewed them.
    """

    questionnaires: QuestionnaireFilter = QuestionnaireFilter()
    questionnaire_id: int | None = None
    words: str | None = None
    tag: str | None = None
    stance: Stance | None = None
    named: str | None = None
    reviewed: bool | None = None
    hidden: frozenset[int] = frozenset()

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter on Answer and Questionnaire, as part of a query that joins both."""
        if self.questionnaire_id is not None:
            found = [Answer.questionnaire_id == self.questionnaire_id]
        else:
            found = self.questionnaires.conditions()
        words = plain(self.words or "").split()
        found += [Answer.words.contains(f" {word}", autoescape=True) for word in words]
        if self.reviewed is not None:
            reviewed = is_reviewed(self.hidden)
            found.append(reviewed if self.reviewed else ~reviewed)
        if self.tag is not None:
            found.append(self._either(self._reviewed_tag(), self._suggested_tag()))
        elif self.stance is not None:
            found.append(
                self._either(self._reviewed_stance(self.stance), self._suggested_stance(self.stance))
            )
        if self.named is not None:
            of_answer = reviewed_states.c.answer_id == Answer.id
            mentioned = Mention.tagging_id == current_tagging(), Mention.state == self.named
            found.append(
                self._either(
                    exists().where(of_answer, reviewed_states.c.state == self.named),
                    exists().where(*mentioned),
                )
            )
        return found

    def _either(self, reviewed: ColumnElement[bool], suggested: ColumnElement[bool]) -> ColumnElement[bool]:
        """What a person found where one has read the answer, else what the model suggests."""
        read = is_reviewed(self.hidden)
        return or_(and_(read, reviewed), and_(~read, suggested))

    def _reviewed_tag(self) -> ColumnElement[bool]:
        of_answer = reviewed_tags.c.answer_id == Answer.id, reviewed_tags.c.code == self.tag
        said = [] if self.stance is None else [reviewed_tags.c.stance == self.stance]
        return exists().where(*of_answer, *said)

    def _suggested_tag(self) -> ColumnElement[bool]:
        of_answer = Suggestion.tagging_id == current_tagging(), Suggestion.code == self.tag
        said = [] if self.stance is None else [Suggestion.stance == self.stance]
        return exists().where(*of_answer, *said, Suggestion.band.in_(("safe", "suggest")))

    @staticmethod
    def _reviewed_stance(stance: Stance) -> ColumnElement[bool]:
        of_answer = reviewed_tags.c.answer_id == Answer.id
        if stance == "none":
            return ~exists().where(of_answer, reviewed_tags.c.stance != "")
        return exists().where(of_answer, reviewed_tags.c.stance == stance)

    @staticmethod
    def _suggested_stance(stance: Stance) -> ColumnElement[bool]:
        listed = cast(Tagging.stances, Text).contains(f'"{stance}"', autoescape=True)
        return exists().where(Tagging.id == current_tagging(), listed)


@lru_cache(256)
def is_reviewed(hidden: frozenset[int] = frozenset()) -> ColumnElement[bool]:
    """Whether an answer is done, as part of a query; those whose ids are `hidden` pass for not done."""
    found = exists().where(reviewed_answers.c.answer_id == Answer.id)
    return and_(Answer.id.not_in(hidden), found) if hidden else found


@cache
def wants_a_look() -> ColumnElement[bool]:
    """Whether the model is unsure of an answer, or of a tag of it, as part of a query."""
    strange = exists().where(Tagging.id == current_tagging(), Tagging.unsure.is_not(None))
    return or_(
        strange, exists().where(Suggestion.tagging_id == current_tagging(), Suggestion.band == "unsure")
    )


@cache
def current_tagging() -> ScalarSelect[int]:
    """The id of what is shown of an answer, as part of a query: by the active model, or else the latest."""
    return (
        select(Tagging.id)
        .where(Tagging.answer_id == Answer.id, Tagging.error.is_(None))
        .order_by((Tagging.model_version_id == active_model_id()).desc(), Tagging.id.desc())
        .limit(1)
        .correlate(Answer)
        .scalar_subquery()
    )


def states_of(region: str) -> list[str]:
    """The codes of the States in a UN regional group or an M49 region."""
    return [each.code for each in all_states() if region in (each.group, each.region, each.sub_region)]


# To build the query takes longer than to run it, and people ask the same again and again.
@lru_cache(1024)
def find_answers(wanted: AnswerFilter) -> Select[Any]:
    """The ids of the answers that a filter lets through, in the order in which they came, as a query."""
    return (
        select(Answer.id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .where(*wanted.conditions())
        .order_by(Answer.id)
    )


@lru_cache(1024)
def _find_page(wanted: AnswerFilter) -> Select[Any]:
    return find_answers(wanted).where(Answer.id > bindparam("after")).limit(bindparam("most", type_=Integer))


def answer_ids(session: Session, wanted: AnswerFilter, *, after: int, most: int) -> list[int]:
    """Give the ids of the first answers after one that a filter lets through."""
    return list(session.scalars(_find_page(wanted), {"after": after, "most": most}))


def get_answer(session: Session, answer_id: int, *, lock: bool = False) -> Answer:
    """Find an answer.

    Raises:
        NotFoundError: there is none with this id.
    """
    wanted = select(Answer).where(Answer.id == answer_id)
    found: Answer | None = session.scalar(wanted.with_for_update() if lock else wanted)
    if found is None:
        raise NotFoundError(f"answer {answer_id}", "is not here; its questionnaire may have been deleted")
    return found
