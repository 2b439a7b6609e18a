"""How much a request may bring, how long it may take to come in, and how many may come in a minute."""

import asyncio
import hashlib
import ipaddress
import math
import secrets
import time

from fastapi import HTTPException
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem

# What looks whether the service is well must not be refused for looking often.
UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
# The pages that take names, passwords and links; nothing else begins so.
SIGN_IN = "/sign-in"
# Keys or passwords that were refused, from one address in a minute: enough for a mistake, too few to guess.
FAILURES = 30
# Whoever makes up a key with each request still has one address; many clients may share it too.
CLIENTS_PER_ADDRESS = 10


class BodyLimit:
    """Middleware that refuses a body that is too large (413) or too slow (408), whatever length it declares.

    Args:
        size: bytes that a body may have.
        seconds: from the request's head to the body's end.
    """

    def __init__(self, app: ASGIApp, size: int, seconds: float) -> None:
        self.app = app
        self.size = size
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; what it declares is judged before anything is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _declared(scope) > self.size:
            await problem(413, self._too_large())(scope, receive, send)
        else:
            await self.app(scope, self._limited(receive), send)

    def _too_large(self) -> str:
        return f"the body is larger than {self.size / 1e6:g} megabytes; send it in smaller parts"

    def _limited(self, receive: Receive) -> Receive:
        ends, read, complete = asyncio.get_running_loop().time() + self.seconds, 0, False

        async def limited() -> Message:
            nonlocal read, complete
            if complete:  # what still comes is the news that the client has gone
                return await receive()
            try:
                async with asyncio.timeout_at(ends):
                    message = await receive()
            except TimeoutError:
                sentence = (
                    f"the body did not come in within {self.seconds:g} seconds; send it in smaller parts"
                )
                # FastAPI passes on only its own exception from here.
                raise HTTPException(408, sentence, {"Connection": "close"}) from None
            read += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if read > self.size:
                raise HTTPException(413, self._too_large())
            return message

        return limited


def _declared(scope: Scope) -> float:
    """Read Content-Length, which is no more than a claim: 0 where it is none or no number."""
    length = Headers(scope=scope).get("content-length", "")
    # As a float, a number of any length can be compared.
    return float(length) if length.isascii() and length.isdigit() else 0


class RateLimit:
    """Middleware that refuses (429) whoever asks too often: by key, without key by address.

    An address from which too many wrong keys or passwords came is refused until the minute is over.

    Args:
        per_minute: requests of one key, or of one address without key; an address as a whole may make
            `CLIENTS_PER_ADDRESS` times as many.
    """

    def __init__(self, app: ASGIApp, per_minute: int) -> None:
        self.app = app
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._each = RateLimitItemPerMinute(per_minute, namespace="each")
        self._address = RateLimitItemPerMinute(per_minute * CLIENTS_PER_ADDRESS, namespace="address")
        self._failures = RateLimitItemPerMinute(FAILURES, namespace="failures")
        self._salt = secrets.token_bytes(16)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say how long to wait."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        address, key = self._bucket(_network(scope)), Headers(scope=scope).get("authorization", "").split()
        # The last word: a key has one limit, however many blanks stand before it.
        wait = await self._wait(address, self._bucket(key[-1]) if key else address)
        if wait:
            await problem(429, headers={"Retry-After": str(wait)})(scope, receive, send)
            return

        async def watch(message: Message) -> None:
            guessed = key or scope["path"].startswith(SIGN_IN)
            if guessed and message["type"] == "http.response.start" and message["status"] == 401:
                await self._limiter.hit(self._failures, address)
            await send(message)

        await self.app(scope, receive, watch)

    async def _wait(self, address: str, client: str) -> int:
        """Count the request; seconds to wait, 0 for none."""
        if not await self._limiter.test(self._failures, address):
            return await self._until(self._failures, address)
        if not await self._limiter.hit(self._address, address):
            return await self._until(self._address, address)
        if not await self._limiter.hit(self._each, client):
            return await self._until(self._each, client)
        return 0

    async def _until(self, item: RateLimitItem, bucket: str) -> int:
        stats = await self._limiter.get_window_stats(item, bucket)
        return max(1, math.ceil(stats.reset_time - time.time()))

    def _bucket(self, client: str) -> str:
        """Name the bucket of a key or an address without telling it.

        There are 65,536, so memory is bounded; which clients share one is another secret of each process.
        """
        return hashlib.blake2b(client.encode(), key=self._salt, digest_size=2).hexdigest()


def _network(scope: Scope) -> str:
    """Name whom an address belongs to: one subscriber has a whole /64 of IPv6."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a Unix socket's client has none
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host
