"""Deliveries: messages that webhooks have not acknowledged are the work of senders, claimed as answers are.

A sender takes a message by putting off when it is due: if the sender falls silent, it is due again. The
number of the attempt tells a sender that was thought dead from the one that has the message now.
"""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.errors import NotFoundError
from service.store.audit import note
from service.store.database import database_seconds
from service.store.questionnaires import instruments_of
from service.store.records import questionnaire_fields
from service.store.tables import Delivery, Questionnaire, Webhook
from service.store.webhooks import get_webhook

SHORTEST, LONGEST = 5.0, 2 * 3600.0
"""Seconds from a failed attempt to the next."""
PATIENCE = 24 * 3600.0
"""Seconds from the first attempt to the last."""

State = Literal["waiting", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A message in a sender's hands; `attempt` counts the senders that had it, this one included."""

    delivery_id: int
    attempt: int
    webhook_id: int
    url: str
    secret: str
    message: str
    body: bytes


def webhooks_to_serve(session: Session) -> list[int]:
    """The ids of the webhooks for which messages are due."""
    due = Delivery.due <= database_seconds(session)
    return list(session.scalars(select(Delivery.webhook_id).where(due).distinct()))


def claim(session: Session, webhook_id: int, *, most: int, seconds: float) -> list[Claim]:
    """Take some messages for a webhook that are due, for so many seconds; the session is a writing one."""
    now = database_seconds(session)
    due = select(Delivery).where(Delivery.webhook_id == webhook_id, Delivery.due <= now)
    first = due.order_by(Delivery.due, Delivery.id).limit(most)
    taken = list(session.scalars(first.with_for_update(skip_locked=True)))
    for each in taken:
        each.due, each.until = now + seconds, each.until or now + PATIENCE
        each.attempts += 1
    session.flush()
    return [_claim(session, each) for each in taken]


def _claim(session: Session, delivery: Delivery) -> Claim:
    webhook = session.get_one(Webhook, delivery.webhook_id)
    body = {
        "type": delivery.event,
        "timestamp": delivery.at.isoformat(),
        "data": {"questionnaire": _questionnaire(session, delivery.questionnaire_id)},
    }
    return Claim(
        delivery.id,
        delivery.attempts,
        webhook.id,
        webhook.url,
        webhook.secret,
        delivery.message,
        orjson.dumps(body),
    )


def _questionnaire(session: Session, questionnaire_id: int) -> dict[str, Any]:
    stored = session.get_one(Questionnaire, questionnaire_id)
    return questionnaire_fields(stored, instruments_of(session, [questionnaire_id])[questionnaire_id])


def write_outcome(session: Session, claim: Claim, *, status: int | None, error: str | None) -> None:
    """Write what came of an attempt: it is over, or due again, later each time, or given up after a day.

    Nothing is written if another sender has taken the message since, or it is gone.

    Args:
        session: a writing one.
        claim: that the attempt was made on.
        status: the receiver's HTTP status, if it answered.
        error: why the attempt failed; None if it did not.
    """
    now = database_seconds(session)
    of_attempt = Delivery.id == claim.delivery_id, Delivery.attempts == claim.attempt
    delivery = session.scalar(select(Delivery).where(*of_attempt).with_for_update())
    if delivery is None:
        return
    delivery.status, delivery.error = status, error
    if error is None:
        delivery.due, delivery.delivered_at = None, dt.datetime.now(dt.UTC)
    else:
        delivery.due = _next(now, delivery.until or now)


def _next(now: float, until: float) -> float | None:
    """When to try again, if at all: after about as long again as has passed, for the last time at `until`."""
    if now >= until:
        return None
    passed = now - (until - PATIENCE)
    # No secret: it only keeps receivers that come back from being asked by all at once.
    pause = min(max(passed, SHORTEST), LONGEST) * random.uniform(0.5, 1.5)  # noqa: S311
    return min(now + pause, until)


def state_of(delivery: Delivery) -> State:
    """How far a delivery is."""
    if delivery.due is not None:
        return "waiting"
    return "failed" if delivery.delivered_at is None else "delivered"


_IN_STATE: dict[State, ColumnElement[bool]] = {
    "waiting": Delivery.due.is_not(None),
    "delivered": Delivery.due.is_(None) & Delivery.delivered_at.is_not(None),
    "failed": Delivery.due.is_(None) & Delivery.delivered_at.is_(None),
}


def list_deliveries(
    session: Session, webhook_id: int, *, state: State | None, before: int | None, most: int
) -> list[Delivery]:
    """The newest deliveries to a webhook; in one state, with ids below `before`, where these are given.

    Raises:
        NotFoundError: there is no such webhook.
    """
    wanted = select(Delivery).where(Delivery.webhook_id == get_webhook(session, webhook_id).id)
    if state is not None:
        wanted = wanted.where(_IN_STATE[state])
    if before is not None:
        wanted = wanted.where(Delivery.id < before)
    return list(session.scalars(wanted.order_by(Delivery.id.desc()).limit(most)))


def send_again(session: Session, webhook_id: int, delivery_id: int, actor: str) -> Delivery:
    """Let a message be sent now, whatever came of it before, and for a day if need be; its id stays.

    Raises:
        NotFoundError: there is no such delivery to this webhook.
    """
    wanted = select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == webhook_id)
    found: Delivery | None = session.scalar(wanted.with_for_update())
    if found is None:
        raise NotFoundError(f"delivery {delivery_id}", "is not here; its questionnaire may have been deleted")
    found.due, found.until, found.delivered_at = database_seconds(session), None, None
    session.flush()
    note(session, actor, "ask", "delivery", delivery_id, webhook=webhook_id)
    return found


def count_undelivered(session: Session) -> int:
    """How many messages no receiver has acknowledged yet, without those given up."""
    return session.scalar(select(func.count()).where(_IN_STATE["waiting"])) or 0
