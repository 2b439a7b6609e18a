"""Tells webhooks of events, from within `needtag serve`: away from the tagging, in a thread of its own.

Messages are signed as https://www.standardwebhooks.com says. Each webhook is served apart from the others, so
that a receiver that hangs holds up nobody else.
"""

import asyncio
import datetime as dt
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import TypeVar

import httpx2
from sqlalchemy.exc import SQLAlchemyError
from standardwebhooks.webhooks import Webhook as Signer

from nlp.errors import InputError, NeedtagError
from service.settings import Settings
from service.store import deliveries
from service.store.database import Database
from service.store.deliveries import Claim
from service.webhook_targets import Resolve, check_address, read_networks, resolve

log = logging.getLogger(__name__)

CONNECT_SECONDS, WHOLE_SECONDS = 5.0, 15.0
"""How long a receiver may take to accept a connection; and, from the look-up of its name, to answer."""
AT_ONCE = 4
"""Messages that one webhook is sent at the same time."""
PAUSE = 0.5
"""Seconds between two looks for messages that are due."""
LAST_SECONDS = 5.0
"""Seconds that messages under way have when the service is told to stop."""
NAMES_AT_ONCE = 64
"""Names looked up at the same time: a look-up cannot be broken off."""

T = TypeVar("T")


class Sender:
    """Sends what is due.

    Args:
        database: where the deliveries are.
        settings: of this needtag.
        resolve: looks up names.
    """

    def __init__(self, database: Database, settings: Settings, resolve: Resolve = resolve) -> None:
        self.database = database
        self.networks = read_networks(settings.webhook_networks)
        self.lease_seconds = WHOLE_SECONDS + settings.lease_seconds
        self.resolve = resolve
        # The system's own authorities, to which an office may have added its own.
        self.trusted = ssl.create_default_context()
        self.threads = ThreadPoolExecutor(1)

    def run(self, stop: threading.Event) -> None:
        """Send until told to stop; what is under way by then is sent again later if it takes long."""
        with self.threads:
            asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(NAMES_AT_ONCE))
        served: dict[int, asyncio.Task[None]] = {}
        while not stop.is_set():
            served = {webhook_id: task for webhook_id, task in served.items() if not task.done()}
            for webhook_id in await self._ask(self._look) or ():
                if webhook_id not in served:
                    served[webhook_id] = asyncio.create_task(self._serve(webhook_id, stop))
            await asyncio.sleep(PAUSE)
        if served:
            await asyncio.wait(served.values(), timeout=LAST_SECONDS)

    async def _ask(self, ask: Callable[[], T]) -> T | None:
        """Ask the database in its thread; a fault is logged, and later it is asked again."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, ask)
        except (NeedtagError, SQLAlchemyError) as error:
            log.warning("cannot tell webhooks now", extra={"fault": type(error).__name__})
            return None

    def _look(self) -> list[int]:
        with self.database.reading() as session:
            return deliveries.webhooks_to_serve(session)

    async def _serve(self, webhook_id: int, stop: threading.Event) -> None:
        """Send all that is due to one webhook."""

        def claim() -> list[Claim]:
            with self.database.writing() as session:
                return deliveries.claim(session, webhook_id, most=AT_ONCE, seconds=self.lease_seconds)

        while not stop.is_set() and (claims := await self._ask(claim)):
            await asyncio.gather(*map(self._send, claims))

    async def _send(self, claim: Claim) -> None:
        began = time.monotonic()
        status, error = await self._attempt(claim)

        def write() -> None:
            with self.database.writing() as session:
                deliveries.write_outcome(session, claim, status=status, error=error)

        await self._ask(write)
        extra = {
            "webhook": claim.webhook_id,
            "delivery": claim.delivery_id,
            "attempt": claim.attempt,
            "status": status,
            "error": error,
            "milliseconds": round((time.monotonic() - began) * 1000, 1),
        }
        log.info("told a webhook" if error is None else "could not tell a webhook", extra=extra)

    async def _attempt(self, claim: Claim) -> tuple[int | None, str | None]:
        """Send a message once; gives the receiver's status, if it answered, and why it failed, if it did."""
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                status = await self._post(claim)
        except Exception as error:  # noqa: BLE001 - a receiver may break off in any way; the others are served
            return None, _why(error)
        if 200 <= status < 300:
            return status, None
        redirects = "; redirects are not followed" if 300 <= status < 400 else ""
        return status, f"answered {status}{redirects}"

    async def _post(self, claim: Claim) -> int:
        """Post to the first of the receiver's addresses that takes it; those that were checked, no others."""
        url = httpx2.URL(claim.url)
        name = url.raw_host.decode()
        addresses = await self.resolve(name, url.port or (443 if url.scheme == "https" else 80))
        for each in addresses:
            check_address(each, self.networks)
        for each in addresses[:-1]:
            try:
                return await self._post_to(each, url, claim)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._post_to(addresses[-1], url, claim)

    async def _post_to(self, address: str, url: httpx2.URL, claim: Claim) -> int:
        """Post to an address under the receiver's name, which its certificate must have; reads no body."""
        timeout = httpx2.Timeout(WHOLE_SECONDS, connect=CONNECT_SECONDS)
        # A client for each message: a connection kept open would serve any name at the same address.
        async with httpx2.AsyncClient(
            verify=self.trusted, timeout=timeout, trust_env=False, follow_redirects=False
        ) as client:
            request = client.build_request(
                "POST",
                url.copy_with(host=address),
                content=claim.body,
                headers={"Host": url.netloc.decode(), **_headers(claim)},
                extensions={"sni_hostname": url.raw_host.decode()},
            )
            answer = await client.send(request, stream=True)
            await answer.aclose()
            return answer.status_code


def _why(error: Exception) -> str:
    """Say why a message did not arrive, without anything that a receiver sent."""
    match error:
        case InputError():
            return error.problem
        case TimeoutError() | httpx2.TimeoutException():
            return f"no answer within {WHOLE_SECONDS:g} seconds ({CONNECT_SECONDS:g} to connect)"
        case socket.gaierror() | UnicodeError():
            return "the name of the receiver cannot be looked up"
        case httpx2.ConnectError():
            return f"no connection ({error})"
    return f"no answer ({type(error).__name__})"


def _headers(claim: Claim) -> dict[str, str]:
    now = dt.datetime.now(dt.UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"needtag/{version('needtag')}",
        "webhook-id": claim.message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(claim.secret).sign(claim.message, now, claim.body.decode()),
    }
