"""What is believed of a provider: everything that it may say, over real HTTP."""

import asyncio
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc import jwt

from nlp.errors import InputError
from service import oidc
from service.oidc import NotIdentifiedError
from service.settings import Settings, read_settings
from tests.service.openid_provider import CLIENT_ID, CLIENT_SECRET, key, signed_by, unsigned

RITA = "rita@office.example"


def settings_for(issuer, **more):
    """Settings that name a provider."""
    named = {
        "base_url": "https://needtag.example",
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
    }
    return Settings(**named | more, _env_file=None)


@pytest.fixture
def come_back(provider):
    """Goes the whole way; gives who came back. What they came with can be changed."""

    def go(*, cookie=None, query=None, **more):
        async def way():
            known = oidc.Provider(settings_for(provider.issuer, **more))
            departure = await known.send("/team")
            async with httpx.AsyncClient(trust_env=False, timeout=60) as browser:
                back = (await browser.get(departure.address)).headers["location"]
            brought = dict(parse_qsl(urlsplit(back).query)) | (query or {})
            return await known.identify(departure.cookie if cookie is None else cookie, brought)

        return asyncio.run(way())

    return go


@pytest.fixture
def refused(come_back):
    """Goes the whole way in vain; gives why, and the fault."""

    def go(**more):
        with pytest.raises(NotIdentifiedError) as caught:
            come_back(**more)
        return caught.value.why, caught.value.fault

    return go


def test_somebody_is_known_by_their_verified_address(come_back):
    assert come_back() == oidc.Identified(RITA, "/team")


def test_an_address_may_have_capitals(come_back, provider):
    provider.claims["email"] = "Rita@Office.Example"
    assert come_back().name == RITA


def test_userinfo_may_say_what_the_id_token_does_not(come_back, provider):
    provider.told, provider.claims = provider.claims, {}
    assert come_back().name == RITA


def test_another_claim_is_taken_as_it_is(come_back, provider):
    provider.claims = {"preferred_username": "Rita"}
    assert come_back(oidc_claim="preferred_username").name == "Rita"


def test_keys_may_change(come_back, provider):
    come_back()
    provider.key = provider.published_key = key("second")
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "second"}, claims, provider.key)
    assert come_back().name == RITA


def test_what_a_provider_publishes_does_not_change_how_it_is_asked(come_back, provider):
    published = {
        "client_id": "x",
        "scope": "x",
        "code_challenge_method": "plain",
        "timeout": "x",
        "verify": 7,
    }
    provider.publish = lambda given: given | published | {"jwks": {"keys": []}}
    assert come_back().name == RITA


@pytest.mark.parametrize("state", ["", "wrong", "é"])
def test_another_state_is_refused_before_the_provider_is_asked(refused, provider, state):
    assert refused(query={"state": state}) == ("refused", "another state")
    assert provider.token_requests == 0


@pytest.mark.parametrize("cookie", ["", "nonsense", "state=", "state=a&nonce=b"])
def test_who_did_not_set_out_does_not_come_back(refused, provider, cookie):
    assert refused(cookie=cookie) == ("stale", "no cookie")
    assert provider.token_requests == 0


def test_a_code_that_the_provider_does_not_know_is_refused(refused):
    assert refused(query={"code": "made-up"}) == ("refused", "OAuthError: invalid_grant")


def test_a_wrong_secret_is_told_to_whoever_runs_needtag(refused):
    assert refused(oidc_client_secret="another") == ("refused", "OAuthError: invalid_client")


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ({"nonce": "another"}, "InvalidClaimError: nonce"),
        ({"nonce": None}, "MissingClaimError: nonce"),
        ({"aud": "another"}, "InvalidClaimError: aud"),
        ({"aud": "another", "azp": CLIENT_ID}, "InvalidClaimError: aud"),
        ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "InvalidClaimError: azp"),
        ({"aud": None}, "MissingClaimError: aud"),
        ({"iss": "https://evil.example"}, "InvalidClaimError: iss"),
        ({"iss": None}, "MissingClaimError: iss"),
        ({"exp": 1_000_000_000}, "ExpiredTokenError: exp"),
        ({"exp": None}, "MissingClaimError: exp"),
        ({"iat": 9_000_000_000}, "InvalidClaimError: iat"),
        ({"sub": None}, "MissingClaimError: sub"),
        ({"at_hash": "another"}, "InvalidClaimError: at_hash"),
    ],
    ids=str,
)
def test_an_id_token_that_says_something_else_is_refused(refused, provider, spoilt, fault):
    def spoil(claims):
        return {name: value for name, value in (claims | spoilt).items() if value is not None}

    provider.spoil = spoil
    assert refused() == ("refused", fault)


@pytest.mark.parametrize("announced", [["RS256", "HS256", "none"], ["none"], ["HS256"], []], ids=str)
@pytest.mark.parametrize("made", ["alg none", "client's secret", "public key", "another key", "nonsense"])
def test_an_id_token_that_the_provider_did_not_sign_is_refused(refused, provider, made, announced):
    another, public = key("another"), provider.key.as_pem(private=False)
    provider.publish = lambda given: given | {"id_token_signing_alg_values_supported": announced}
    provider.sign, fault = {
        "alg none": (unsigned, "UnsupportedAlgorithmError"),
        "client's secret": (
            lambda claims: signed_by(CLIENT_SECRET.encode(), claims),
            "UnsupportedAlgorithmError",
        ),
        "public key": (lambda claims: signed_by(public, claims), "UnsupportedAlgorithmError"),
        "another key": (
            lambda claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, another),
            "BadSignatureError",
        ),
        "nonsense": (lambda _: "nonsense", "DecodeError"),
    }[made]
    why, found = refused()
    assert (why, found.partition(":")[0]) == ("refused", fault)


def test_without_an_id_token_nobody_is_known(refused, provider):
    provider.sign = lambda _: None
    assert refused()[0] == "refused"


def test_userinfo_of_somebody_else_is_refused(refused, provider):
    provider.told, provider.claims = provider.claims | {"sub": "4712"}, {}
    assert refused() == ("refused", "userinfo of somebody else")


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_is_refused(refused, provider, verified):
    provider.claims["email_verified"] = verified
    assert refused()[0] == "unverified"


@pytest.mark.parametrize("email", [None, 7, [RITA], "ri\u017fa@office.example"])
def test_an_address_that_is_none_is_refused(refused, provider, email):
    provider.claims["email"] = email
    assert refused() == ("refused", "no usable email")


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": 7},
        {"authorization_endpoint": None},
        [],
        "nonsense",
        None,
    ],
    ids=str,
)
def test_a_provider_that_publishes_what_cannot_be_counts_as_out_of_reach(refused, provider, published):
    provider.publish = lambda given: given | published if isinstance(published, dict) else published
    assert refused()[0] == "unreachable"


@pytest.mark.parametrize("keys", [None, [], {"keys": 7}, {"keys": [{"kty": "nonsense"}]}], ids=str)
def test_keys_that_are_none_are_refused(refused, provider, keys):
    provider.keys = lambda: keys
    assert refused()[0] == "refused"


@pytest.mark.parametrize(
    ("missing", "empty"),
    [
        ("oidc_client_id", None),
        ("oidc_client_id", ""),
        ("oidc_client_secret", None),
        ("oidc_client_secret", ""),
        ("base_url", None),
    ],
)
def test_a_setting_that_is_missing_is_named(missing, empty):
    with pytest.raises(
        InputError, match=f"NEEDTAG_{missing.upper()}: must be set where NEEDTAG_OIDC_ISSUER is"
    ):
        oidc.Provider(settings_for("https://id.example", **{missing: empty}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oidc_issuer", "http://id.example"),
        ("oidc_issuer", "http://localhost.evil.example"),
        ("oidc_issuer", "id.example"),
        ("base_url", "needtag.example"),
        ("base_url", "https://needtag.example/somewhere"),
    ],
)
def test_an_address_that_cannot_be_is_refused(name, value):
    with pytest.raises(InputError, match=f"NEEDTAG_{name.upper()}"):
        read_settings(**{name: value})
