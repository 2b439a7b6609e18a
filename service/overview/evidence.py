"""The words of an answer that a tag was put on."""

import json
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, Text, and_, cast, func, select
from sqlalchemy.orm import Session

from service.store.tables import Answer, Decision, Questionnaire, Suggestion, Tagging
from service.store.views import FIRST, standing_decisions

_STANCES = ("requested", "offered")
"""Their words are read: they tell which priority a wide sub-type falls under."""

PAGED = {"yield_per": 5000}
"""Rows held at once: many more would keep Python's collector of garbage busy."""

_PUTTING = ("accept", "add", "restance")
"""The acts that put a tag on an answer."""


def reviewed_words(
    session: Session, conditions: Sequence[ColumnElement[bool]]
) -> dict[tuple[int, str, str], str]:
    """The words behind the requests and offers that reviewers took or added, by answer, code and stance.

    They are the passages that the reviewer marked, or else those of the suggestion that was taken, or else
    the whole answer.

    Args:
        session: sees the database at one moment.
        conditions: on Questionnaire, which to read.
    """
    suggested = and_(
        Suggestion.tagging_id == Decision.tagging_id,
        Suggestion.code == Decision.code,
        Suggestion.stance == Decision.stance,
    )
    marked = func.nullif(cast(Decision.passages, Text), "[]")
    stance = func.coalesce(func.nullif(Decision.new_stance, ""), Decision.stance)
    rows = session.execute(
        select(
            Decision.answer_id,
            Decision.code,
            stance,
            Decision.tagging_id,
            func.coalesce(marked, cast(Suggestion.passages, Text), "[]"),
        )
        .join(standing_decisions, standing_decisions.c.id == Decision.id)
        .join(Answer, Answer.id == Decision.answer_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .outerjoin(Suggestion, suggested)
        .where(Decision.reading == FIRST, Decision.act.in_(_PUTTING), stance.in_(_STANCES), *conditions)
        .order_by(Decision.answer_id, Decision.number),
        execution_options=PAGED,
    )
    decided = select(Decision.answer_id).where(Decision.reading == FIRST)
    shown = select(Decision.tagging_id).where(Decision.reading == FIRST)
    cutter = Cutter(session, Answer.id.in_(decided), Tagging.id.in_(shown))
    # The last decision about a tag that nobody took back is the one that it stands by, if it stands.
    return {
        (answer, code, said): cutter.words(answer, tagging, _numbers(passages))
        for answer, code, said, tagging, passages in rows
    }


@lru_cache(maxsize=4096)
def _numbers(passages: str) -> list[int]:
    """The numbers in a JSON list; most answers have one of a few."""
    numbers: list[int] = json.loads(passages)
    return numbers


class Cutter:
    """Cuts passages out of answers.

    Args:
        session: sees the database at one moment.
        answers: which answers it may be asked for.
        taggings: which taggings, whose passages are meant by number.
    """

    def __init__(self, session: Session, answers: ColumnElement[bool], taggings: ColumnElement[bool]) -> None:
        texts = select(Answer.id, Answer.text).where(answers)
        # Parsed when they are asked for, as hundreds of thousands of objects would slow all else down.
        passages = select(Tagging.id, cast(Tagging.passages, Text)).where(taggings)
        # As an iterator: a result has the keys() of a mapping, and dict would take it for one.
        self.texts = dict(iter(session.execute(texts, execution_options=PAGED)))
        found = session.execute(passages, execution_options=PAGED)
        self.passages: dict[int | None, str] = dict(iter(found))

    def words(self, answer_id: int, tagging_id: int | None, numbers: Sequence[int]) -> str:
        """The passages with these numbers, a line each; the whole answer where none is known."""
        text = self.texts[answer_id]
        passages = json.loads(self.passages.get(tagging_id, "[]")) if numbers else []
        known = [passages[number] for number in numbers if number < len(passages)]
        return "\n".join(text[each["start"] : each["end"]] for each in known) or text
