"""/v1/webhooks: addresses that are told of events, and what became of each message."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from service.api.dependencies import Admin, DatabaseDep, Id, KeyedRoute, SettingsDep
from service.api.given import WebhookGiven
from service.api.paging import Cursor, Limit, cut
from service.api.problems import responses
from service.store import deliveries
from service.store.deliveries import State
from service.store.events import Event
from service.store.tables import Delivery, Webhook
from service.store.webhooks import add_webhook, list_webhooks, remove_webhook
from service.webhook_targets import read_networks

router = APIRouter(route_class=KeyedRoute, prefix="/v1/webhooks", tags=["webhooks"])


class WebhookShown(BaseModel):
    """An address that is told of events."""

    id: Id
    url: str
    events: list[Event]
    created_at: str


class WebhookMade(WebhookShown):
    """A new webhook with the `secret` that its messages are signed with, which is not shown again."""

    secret: str


class Webhooks(BaseModel):
    """Every webhook, the newest first."""

    items: list[WebhookShown]


class DeliveryShown(BaseModel):
    """A message about an event.

    `message` is the id that the receiver knows it by, `answered` the HTTP status of the last attempt, `error`
    why that failed; a message that waits is sent at `next_at`.
    """

    id: Id
    message: str
    event: Event
    questionnaire: Id
    at: str
    status: State
    attempts: int
    next_at: str | None
    delivered_at: str | None
    answered: int | None
    error: str | None


class DeliveryPage(BaseModel):
    """Some deliveries; `next` is the cursor of the following ones, null at the end."""

    items: list[DeliveryShown]
    next: str | None


@router.post("", status_code=201, responses=responses(401, 403, 422, 503))
def make_webhook(
    actor: Admin, given: WebhookGiven, database: DatabaseDep, settings: SettingsDep
) -> WebhookMade:
    """Let an address be told of events from now on.

    It gets a POST for each, signed as https://www.standardwebhooks.com says. The address must be a public
    one, unless the service allows its network.
    """
    networks = read_networks(settings.webhook_networks)
    with database.writing() as session:
        made = add_webhook(session, given.url, given.events, networks=networks, actor=actor.name)
    return WebhookMade.model_validate(_fields(made) | {"secret": made.secret})


@router.get("", responses=responses(401, 403, 422, 503))
def show_webhooks(database: DatabaseDep, actor: Admin) -> Webhooks:  # noqa: ARG001 - asked for the right alone
    """List the webhooks, without their secrets."""
    with database.reading() as session:
        return Webhooks(items=[WebhookShown.model_validate(_fields(each)) for each in list_webhooks(session)])


def _fields(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": str(webhook.id),
        "url": webhook.url,
        "events": webhook.events,
        "created_at": webhook.created_at.isoformat(),
    }


@router.delete("/{webhook_id}", status_code=204, responses=responses(401, 403, 404, 422, 503))
def delete_webhook(webhook_id: Id, database: DatabaseDep, actor: Admin) -> None:
    """Remove a webhook: it is told nothing more, and what it was told is forgotten."""
    with database.writing() as session:
        remove_webhook(session, int(webhook_id), actor=actor.name)


@router.get("/{webhook_id}/deliveries", responses=responses(401, 403, 404, 422, 503))
def list_deliveries(
    webhook_id: Id,
    database: DatabaseDep,
    actor: Admin,  # noqa: ARG001 - asked for the right alone
    status: Annotated[State | None, Query(description="How far they are.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DeliveryPage:
    """List what a webhook was told or is to be told, the latest first."""
    before = int(cursor) if cursor else None
    with database.reading() as session:
        found = deliveries.list_deliveries(
            session, int(webhook_id), state=status, before=before, most=limit + 1
        )
    stored = {each.id: each for each in found}
    ids, following = cut(list(stored), limit)
    return DeliveryPage(items=[_delivery(stored[each]) for each in ids], next=following)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/send",
    status_code=202,
    responses=responses(401, 403, 404, 422, 503),
)
def send_delivery_again(
    webhook_id: Id, delivery_id: Id, database: DatabaseDep, actor: Admin
) -> DeliveryShown:
    """Send a message now, whatever came of it before, under the id that it had."""
    with database.writing() as session:
        return _delivery(deliveries.send_again(session, int(webhook_id), int(delivery_id), actor.name))


def _delivery(delivery: Delivery) -> DeliveryShown:
    return DeliveryShown.model_validate(
        {
            "id": str(delivery.id),
            "message": delivery.message,
            "event": delivery.event,
            "questionnaire": str(delivery.questionnaire_id),
            "at": delivery.at.isoformat(),
            "status": deliveries.state_of(delivery),
            "attempts": delivery.attempts,
            "next_at": delivery.due and dt.datetime.fromtimestamp(delivery.due, dt.UTC).isoformat(),
            "delivered_at": delivery.delivered_at and delivery.delivered_at.isoformat(),
            "answered": delivery.status,
            "error": delivery.error,
        }
    )
