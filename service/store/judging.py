"""What the team's figures are counted from: rows as of the exports, with those fields alone that count."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from sqlalchemy import Row, Select, and_, exists, select
from sqlalchemy.orm import Session

from service.store.answers import current_tagging
from service.store.records import Record
from service.store.second_readings import with_types
from service.store.standing import TagKey, standing
from service.store.tables import Answer, Decision, ModelVersion, Questionnaire, Suggestion, Tagging
from service.store.views import FIRST

_MODEL = (ModelVersion.name + " " + ModelVersion.version).label("model")
_Row = Row[*tuple[Any, ...]]


def judged_rows(session: Session, hidden: Collection[int]) -> tuple[Iterator[Record], Iterator[Record]]:
    """Give rows of tags and of decisions, for `evaluation.decisions`, in a query each however many there are.

    They are those of all first readings, but of replaced questionnaires and of `hidden` answers. Of the tags
    only those are there that are suggested on an answer that is done.
    """
    made = session.execute(_made(hidden)).all()
    return _tag_rows(session, _taken(made)), _decision_rows(made)


def _made(hidden: Collection[int]) -> Select[*tuple[Any, ...]]:
    # Of what was suggested, it only counts whether a tag was that somebody added.
    same = Suggestion.tagging_id == Decision.tagging_id, Suggestion.code == Decision.code
    added = and_(Decision.act == "add", *same, Suggestion.stance == Decision.stance)
    return (
        select(
            Decision.id,
            Decision.answer_id,
            Decision.number,
            Decision.act,
            Decision.code,
            Decision.stance,
            Decision.new_stance,
            Decision.state,
            Decision.undoes,
            Decision.person,
            Decision.at,
            Decision.carried_from,
            _MODEL,
            Suggestion.confidence,
        )
        .join(Answer, Answer.id == Decision.answer_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .outerjoin(Tagging, Tagging.id == Decision.tagging_id)
        .outerjoin(ModelVersion, ModelVersion.id == Tagging.model_version_id)
        .outerjoin(Suggestion, added)
        .where(Questionnaire.replaced_by.is_(None), Decision.reading == FIRST, Answer.id.not_in(hidden))
        .order_by(Decision.answer_id, Decision.number)
    )


def _taken(made: Sequence[_Row]) -> dict[int, frozenset[TagKey]]:
    """The reviewed tags of the answers that are done."""
    found = {}
    for answer_id, rows in groupby(made, attrgetter("answer_id")):
        # A row has all the fields of a decision that count here, and is made in a tenth of the time.
        stands = standing(cast("Iterator[Decision]", rows))
        if stands.done is not None:
            found[answer_id] = with_types(stands.tags)
    return found


def _decision_rows(made: Sequence[_Row]) -> Iterator[Record]:
    numbers = {id_: number for id_, _, number, *_ in made}
    # Unpacked, as a row takes far longer to give its values by name.
    for _, answer_id, number, act, code, stance, new_stance, _, undoes, person, at, carried, *shown in made:
        yield {
            "id": answer_id,
            "reading": FIRST,
            "number": number,
            "act": act,
            "code": code or None,
            "stance": stance or None,
            "new_stance": new_stance or None,
            "undoes": numbers.get(undoes),
            "by": person,
            "at": at.isoformat(),
            "carried": carried is not None,
            "model": shown[0],
            "confidence": shown[1],
        }


def _tag_rows(session: Session, taken: Mapping[int, frozenset[TagKey]]) -> Iterator[Record]:
    decided = exists().where(Decision.answer_id == Answer.id, Decision.reading == FIRST)
    shown = (
        select(Answer.id, Suggestion.code, Suggestion.stance, Suggestion.band, _MODEL)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .join(Tagging, Tagging.id == current_tagging())
        .join(ModelVersion, ModelVersion.id == Tagging.model_version_id)
        .join(Suggestion, Suggestion.tagging_id == Tagging.id)
        .where(Questionnaire.replaced_by.is_(None), decided)
    )
    for id_, code, stance, band, model in session.execute(shown):
        if id_ in taken:
            yield {
                "id": id_,
                "code": code,
                "stance": stance or None,
                "band": band,
                "model": model,
                "taken": (code, stance) in taken[id_],
                "added": False,
            }
