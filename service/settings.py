"""The settings of a running needtag: from options of a command, the environment, or a file `.env`."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nlp.errors import InputError
from service.webhook_targets import read_networks


class Settings(BaseSettings):
    """What can be set; each by the environment variable NEEDTAG_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="NEEDTAG_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(
        Path("needtag-home"),
        description="Folder where a running needtag keeps its database, models and files.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL, postgresql://USER:PASSWORD@HOST/NAME; without it, SQLite in the home.",
    )
    host: str = Field("127.0.0.1", description="Address that the service listens on.")
    port: int = Field(
        8000, ge=0, le=65535, description="Port that the service listens on; 0 takes a free one."
    )
    workers: int = Field(
        1, ge=0, le=64, description="Processes that tag in the background, started with the service."
    )
    lease_seconds: float = Field(
        60.0,
        gt=0,
        description="Seconds after which the work of a worker that fell silent goes to another.",
    )
    body_megabytes: float = Field(32.0, gt=0, description="Megabytes that the body of one request may have.")
    request_seconds: float = Field(60.0, gt=0, description="Seconds that a request may take to come in.")
    requests_per_minute: int = Field(
        1200, gt=0, description="Requests a minute that one key may make, or one address without a key."
    )
    retention_days: int | None = Field(
        None, gt=0, description="Days after which a questionnaire is purged; without it, none is."
    )
    webhook_networks: str = Field(
        "", description="Private networks that webhooks may be sent to, as 10.1.0.0/16, with commas between."
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR."
    )
    base_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+/?$",
        description="Where people reach the service, such as https://needtag.example.org, for links to it.",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^(https://|http://(localhost|127\.0\.0\.1)[:/])",
        description="Issuer of the OpenID Connect provider by which people may sign in; without it, by none.",
    )
    oidc_client_id: str | None = Field(None, description="What needtag is called at the provider.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="Secret by which the provider knows needtag."
    )
    oidc_name: str = Field("OpenID Connect", description="What people call the provider, for the button.")
    oidc_claim: str = Field(
        "email", description="Claim that must be the account's name; an email must also be verified."
    )

    @field_validator("webhook_networks")
    @classmethod
    def _check_networks(cls, value: str) -> str:
        try:
            read_networks(value)
        except ValueError as error:
            raise ValueError(f"must be networks with commas between ({error})") from None
        return value


def read_settings(**given: Any) -> Settings:
    """Read the settings; what is given goes before the environment, None counts as not given.

    Raises:
        InputError: a setting has a value that it cannot have; names it, without the value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(variable_of(name), f"{said[0].lower()}{said[1:]}") from None


def address_of(host: str, port: int) -> str:
    """Write where a service listens as the address of its first page."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def variable_of(name: str) -> str:
    """Name the environment variable of a setting."""
    return f"NEEDTAG_{name.upper()}"


def environment_of(settings: Settings) -> dict[str, str]:
    """Give the settings as environment variables, for a process that is to have the same."""
    found = {}
    for name, value in settings:
        if value is not None:
            shown = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            found[variable_of(name)] = shown
    return found | {variable_of("home"): str(settings.home.resolve())}
