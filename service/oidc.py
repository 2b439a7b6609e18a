"""Signing in by an office's own provider (OpenID Connect): the way there, and who came back from it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from nlp.errors import InputError
from service.settings import Settings, variable_of

CALLBACK = "/sign-in/oidc/callback"
"""Where the provider sends people back to, under the service's address."""
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Algorithms of an id_token's signature that are believed; neither "none" nor those with a shared secret."""

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")
_ALGORITHMS = "id_token_signing_alg_values_supported"
_SECONDS = 10
"""Seconds that the provider has to answer, all its answers together."""
_LEEWAY = 60
"""Seconds that the provider's clock may be off."""
_LONGEST_COOKIE = 3500  # browsers drop those over 4,096 bytes, attributes included

Why = Literal["unreachable", "stale", "refused", "unverified"]


class NotIdentifiedError(Exception):
    """Nobody was identified.

    Attributes:
        why: the provider cannot be reached; the browser is not (or no more) on the way; what came back is not
            believed; the e-mail address is not verified.
        fault: the same more closely, for the log; nothing that came from a browser.
    """

    def __init__(self, why: Why, fault: str) -> None:
        super().__init__(f"{why}: {fault}")
        self.why = why
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a browser is to go, and the cookie that it is known by when it comes back."""

    address: str
    cookie: str


@dataclass(frozen=True, slots=True)
class Identified:
    """The name by which the provider knows a person, and the page that they were going to."""

    name: str
    next_page: str


def _given(settings: Settings, name: str) -> Any:
    value = getattr(settings, name)
    if not value:
        raise InputError(variable_of(name), f"must be set where {variable_of('oidc_issuer')} is")
    return value


class Provider:
    """An office's provider, which is asked anew each time: what it publishes may change.

    Args:
        settings: that name it.

    Raises:
        InputError: a setting is missing.
    """

    def __init__(self, settings: Settings) -> None:
        self._issuer: str = _given(settings, "oidc_issuer")
        self._client_id: str = _given(settings, "oidc_client_id")
        self._client_secret: str = _given(settings, "oidc_client_secret").get_secret_value()
        self._claim = settings.oidc_claim
        # Not what a request calls the service: whoever sends one can put any name in its Host.
        self._callback = _given(settings, "base_url").rstrip("/") + CALLBACK
        self.over_tls = self._callback.startswith("https:")
        # To read the machine's certificates takes a while.
        self._tls = httpx2.create_ssl_context()

    async def send(self, next_page: str) -> Departure:
        """Say where to send a browser, which is going to a page of this service.

        Raises:
            NotIdentifiedError: the provider cannot be reached.
        """
        async with self._asking("unreachable"):
            app = await self._app()
            made = await app.create_authorization_url(self._callback)
        kept = {name: made[name] for name in ("state", "nonce", "code_verifier")}
        cookie = urlencode(kept | {"next": next_page})
        return Departure(made["url"], cookie if len(cookie) <= _LONGEST_COOKIE else urlencode(kept))

    async def identify(self, cookie: str, query: Mapping[str, str]) -> Identified:
        """Say who came back.

        Args:
            cookie: the departure's. It is not signed: it is worth nothing but to the browser that has it.
            query: with which the browser came back.

        Raises:
            NotIdentifiedError: nobody whose name is known for sure.
        """
        kept = dict(parse_qsl(cookie))
        if not {"state", "nonce", "code_verifier"} <= set(kept):
            raise NotIdentifiedError("stale", "no cookie")
        if not secrets.compare_digest(kept["state"].encode(), query.get("state", "").encode()):
            raise NotIdentifiedError("refused", "another state")
        if "code" not in query:
            raise NotIdentifiedError("refused", "an error instead of a code")
        async with self._asking("refused"):
            claims = await self._claims(query["code"], kept["code_verifier"], kept["nonce"])
        return Identified(self._name(claims), kept.get("next", "/"))

    async def _app(self) -> Any:
        """Read what the provider publishes, and take no more of it than where and how it signs."""
        app = StarletteOAuth2App(
            None,
            client_id=self._client_id,
            client_secret=self._client_secret,
            server_metadata_url=f"{self._issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "verify": self._tls,
            },
        )
        published = await app.load_server_metadata()
        if published["issuer"] != self._issuer:
            raise NotIdentifiedError("unreachable", "its issuer is another than the one set")
        scheme = self._issuer.partition(":")[0]
        for name in _ENDPOINTS:
            if not published.get(name, "https://").startswith((f"{scheme}://", "https://")):
                raise NotIdentifiedError("unreachable", f"its {name} is not reached by TLS")
        # Authlib would let anything else set how it asks: without PKCE, say, or by another proxy.
        kept = {name: published[name] for name in ("_loaded_at", *_ENDPOINTS) if name in published}
        # Where the list is empty, Authlib takes RS256 alone.
        kept[_ALGORITHMS] = [each for each in published.get(_ALGORITHMS, []) if each in SIGNATURES]
        app.server_metadata = kept
        return app

    async def _claims(self, code: str, code_verifier: str, nonce: str) -> Mapping[str, Any]:
        """Take what the provider says of the person for whom it gave a code, when that is proved."""
        app = await self._app()
        token = await app.fetch_access_token(self._callback, code=code, code_verifier=code_verifier)
        required = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._client_id},
        }
        claims: Mapping[str, Any] | None = await app.parse_id_token(
            token, nonce=nonce, claims_options=required, leeway=_LEEWAY
        )
        if claims is None:
            raise NotIdentifiedError("refused", "no id_token")
        if self._claim in claims:
            return claims
        told: Mapping[str, Any] = await app.userinfo(token=token)
        if told["sub"] != claims["sub"]:
            raise NotIdentifiedError("refused", "userinfo of somebody else")
        return told

    def _name(self, claims: Mapping[str, Any]) -> str:
        """Read the name of the account, which a person must not be able to choose at the provider."""
        name = claims.get(self._claim)
        # Signs that only become those of a name when they are made small are none: "K" for kelvin is one.
        if not isinstance(name, str) or not name.isascii():
            raise NotIdentifiedError("refused", f"no usable {self._claim}")
        if self._claim != "email":
            return name
        if claims.get("email_verified") is not True:
            raise NotIdentifiedError("unverified", "email_verified is not true")
        return name.lower()

    @asynccontextmanager
    async def _asking(self, otherwise: Why) -> AsyncIterator[None]:
        """Name what goes wrong while the provider is asked; what it says may have any shape."""
        try:
            async with asyncio.timeout(_SECONDS):
                yield
        except (httpx2.HTTPError, TimeoutError) as error:
            raise NotIdentifiedError("unreachable", type(error).__name__) from error
        except (AuthlibBaseError, JoseError) as error:
            fault = f"{type(error).__name__}: {getattr(error, 'claim', error.error)}"
            raise NotIdentifiedError(otherwise, fault) from error
        except (
            httpx2.InvalidURL, LookupError, TypeError, ValueError, AttributeError, RuntimeError,
        ) as error:  # fmt: skip
            raise NotIdentifiedError(otherwise, type(error).__name__) from error
