"""The webhooks: addresses that are told of events, each with the secret that its messages are signed with."""

import base64
import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import InputError
from service.errors import NotFoundError
from service.store.audit import note
from service.store.events import EVENTS
from service.store.tables import Webhook
from service.webhook_targets import Networks, check_url


def add_webhook(
    session: Session, url: str, events: Sequence[str], *, networks: Networks, actor: str
) -> Webhook:
    """Let an address be told of events from now on; its `secret` is to be shown this once.

    Args:
        session: a writing one.
        url: of the receiver.
        events: what it is told of.
        networks: private ones that it may lie in.
        actor: who adds it.

    Raises:
        InputError: the URL is none that may be sent to, or an event is unknown.
    """
    check_url(url, networks)
    if not events or set(events) - set(EVENTS):
        raise InputError("event", f"must be some of {', '.join(EVENTS)}")
    webhook = Webhook(
        url=url,
        events=list(dict.fromkeys(events)),
        # As https://www.standardwebhooks.com writes them.
        secret=f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
        created_at=dt.datetime.now(dt.UTC),
    )
    session.add(webhook)
    session.flush()
    note(session, actor, "add", "webhook", webhook.id, events=webhook.events)
    return webhook


def list_webhooks(session: Session) -> list[Webhook]:
    """Every webhook, the newest first."""
    return list(session.scalars(select(Webhook).order_by(Webhook.id.desc())))


def get_webhook(session: Session, webhook_id: int) -> Webhook:
    """Find a webhook.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = session.get(Webhook, webhook_id)
    if found is None:
        raise NotFoundError(f"webhook {webhook_id}", "is not here; it may have been removed")
    return found


def remove_webhook(session: Session, webhook_id: int, *, actor: str) -> None:
    """Tell an address nothing more, also not what waits; what it was told is forgotten.

    Raises:
        NotFoundError: there is none with this id.
    """
    session.delete(get_webhook(session, webhook_id))
    note(session, actor, "revoke", "webhook", webhook_id)
