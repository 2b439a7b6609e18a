"""What happens to questionnaires that webhooks are told of, each time once, together with what made it so.

Both events are read off the answers by whoever has just done the last thing to one of them. The questionnaire
must be locked by then: of two who do the last things at once, neither would else see both.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Literal, get_args

from sqlalchemy import exists, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.answers import is_reviewed
from service.store.database import database_seconds
from service.store.progress import waiting
from service.store.tables import Activation, Answer, Decision, Delivery, Questionnaire, Webhook
from service.store.views import FIRST

Event = Literal["questionnaire.tagged", "questionnaire.reviewed"]
EVENTS: tuple[Event, ...] = get_args(Event)


def tell_if_tagged(session: Session, questionnaire_ids: Sequence[int]) -> None:
    """Tell webhooks of those questionnaires of which no answer waits to be tagged any longer.

    That happens once for each time that a model was made the active one.

    Args:
        session: the writing one in which an answer of each ceased to wait.
        questionnaire_ids: of the questionnaires, which are locked.
    """
    listeners = _listeners(session, "questionnaire.tagged")
    if not listeners:
        return
    waits = exists().where(Answer.questionnaire_id == Questionnaire.id, waiting())
    counts = Questionnaire.id.in_(questionnaire_ids), Questionnaire.replaced_by.is_(None)
    activation = session.scalar(select(func.max(Activation.id))) or 0
    for each in session.scalars(select(Questionnaire.id).where(*counts, ~waits)).all():
        _tell(session, listeners, "questionnaire.tagged", each, activation)


def tell_if_reviewed(session: Session, questionnaire_id: int) -> None:
    """Tell webhooks of a questionnaire of which all answers are done.

    That happens again when one was reopened and is done once more.

    Args:
        session: the writing one in which the last answer was done.
        questionnaire_id: of the questionnaire, which is locked.
    """
    listeners = _listeners(session, "questionnaire.reviewed")
    if not listeners:
        return
    undone = exists().where(Answer.questionnaire_id == questionnaire_id, ~is_reviewed())
    if session.scalar(select(undone)):
        return
    last = select(func.max(Decision.id)).join(Answer, Answer.id == Decision.answer_id)
    of_first = Answer.questionnaire_id == questionnaire_id, Decision.reading == FIRST
    decision = session.scalar(last.where(*of_first))
    if decision is not None:
        _tell(session, listeners, "questionnaire.reviewed", questionnaire_id, decision)


def _listeners(session: Session, event: Event) -> list[int]:
    hooks = session.execute(select(Webhook.id, Webhook.events))
    return [webhook_id for webhook_id, events in hooks if event in events]


def _tell(
    session: Session, listeners: Sequence[int], event: Event, questionnaire_id: int, occurrence: int
) -> None:
    common = {
        "questionnaire_id": questionnaire_id,
        "event": event,
        "occurrence": occurrence,
        "at": dt.datetime.now(dt.UTC),
        "due": database_seconds(session),
        "attempts": 0,
    }
    rows = [common | {"webhook_id": each, "message": f"msg_{uuid.uuid4().hex}"} for each in listeners]
    insert = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert
    session.execute(insert(Delivery).on_conflict_do_nothing(), rows)
