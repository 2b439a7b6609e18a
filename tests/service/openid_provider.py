"""OpenID Connect providers that tests start: one from elsewhere, one of our own that can be told to lie."""

import base64
import hmac
import json
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from tests.service.review.browser import serving

CLIENT_ID, CLIENT_SECRET = "needtag", "known-to-both"
START_SECONDS = 60


@cache
def key(name):
    """A key of that id."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


class Provider:
    """A provider that signs one person in without asking, and checks what is sent to it.

    `claims` is what an id_token says of the person, `told` what userinfo does. `spoil` changes an id_token's
    claims, `sign` makes the token of them, `publish` changes what is published, `keys` makes its keys.
    """

    def __init__(self):
        self.issuer = None
        self.be_honest()

    def be_honest(self):
        """Forget what a test told it."""
        self.key = self.published_key = key("first")
        self.claims = {"email": "rita@office.example", "email_verified": True}
        self.told = {}
        self.spoil = self.publish = lambda given: given
        self.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, self.key)
        self.keys = lambda: {"keys": [self.published_key.as_dict(private=False)]}
        self.token_requests = 0
        self._codes = {}

    @contextmanager
    def running(self):
        """Serve it; gives itself."""
        routes = [
            Route("/.well-known/openid-configuration", self._configuration),
            Route("/authorize", self._authorize),
            Route("/token", self._token, methods=["POST"]),
            Route("/userinfo", self._userinfo),
            Route("/keys", self._keys),
        ]
        with serving(Starlette(routes=routes)) as address:
            self.issuer = address
            yield self

    async def _configuration(self, _):
        published = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return JSONResponse(self.publish(published))

    async def _keys(self, _):
        return JSONResponse(self.keys())

    async def _authorize(self, request):
        query = request.query_params
        assert (query["client_id"], query["response_type"]) == (CLIENT_ID, "code")
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = dict(query)
        back = urlencode({"code": code, "state": query["state"]})
        return RedirectResponse(f"{query['redirect_uri']}?{back}", 302)

    async def _token(self, request):
        self.token_requests += 1
        form = await request.form()
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, 401)
        # A code is good for one request, whatever comes of it.
        asked = self._codes.pop(form.get("code"), None)
        if (
            asked is None
            or asked["redirect_uri"] != form["redirect_uri"]
            or asked["code_challenge"] != create_s256_code_challenge(form["code_verifier"])
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "4711",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.claims
        answer = {"access_token": "good", "token_type": "Bearer", "expires_in": 300}
        return JSONResponse(answer | {"id_token": self.sign(self.spoil(claims))})

    async def _userinfo(self, request):
        assert request.headers["authorization"] == "Bearer good"
        return JSONResponse({"sub": "4711"} | self.told)


def unsigned(claims):
    """An id_token that says it needs no signature."""
    return f"{_encoded({'alg': 'none'})}.{_encoded(claims)}."


def signed_by(secret, claims):
    """An id_token signed by what both sides know."""
    signed = f"{_encoded({'alg': 'HS256', 'kid': 'first'})}.{_encoded(claims)}"
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _encoded(part):
    return _base64(json.dumps(part).encode())


def _base64(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@contextmanager
def running_mock(*people):
    """Run oidc-provider-mock as a process, with people as claims; gives its issuer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    users = [part for each in people for part in ("--user-claims", json.dumps(each))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *users]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        issuer = f"http://127.0.0.1:{port}"
        try:
            _wait_for(issuer, process)
            yield issuer
        finally:
            process.terminate()


def _wait_for(issuer, process):
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
