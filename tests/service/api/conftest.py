"""A small app inside the shell that every route of the API has; the whole API on databases of both kinds."""

import itertools
import shutil
import sqlite3
import threading
from contextlib import ExitStack, contextmanager
from typing import Annotated, Literal

import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.testclient import TestClient

from nlp.errors import InputError, ModelError
from service.api import limits
from service.api.app import create_app
from service.api.problems import responses
from service.api.shell import install_shell
from service.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    SchemaError,
    UnauthorizedError,
    UnavailableError,
)
from service.settings import Settings
from service.store.keys import add_key
from service.store.opening import FILE, open_database
from service.worker import Worker

_NUMBERS = itertools.count(1)
# What must be in no log.
SECRET = "Guinea seeks training of its prosecutors"


class Piece(BaseModel):
    id: int
    text: str


class Listed(BaseModel):
    kind: Literal["listed"]


class Named(BaseModel):
    kind: Literal["named"]


class Pieces(BaseModel):
    model_config = {"extra": "forbid"}

    answers: list[Piece]
    filter: Annotated[Listed | Named | None, Field(discriminator="kind")] = None
    count: int | None = None

    @field_validator("count")
    @classmethod
    def _even(cls, count):
        if count and count % 2:
            raise ValueError("must be even")
        return count


def _raised():
    locked = sqlite3.OperationalError("database is locked")
    return {
        "input": InputError("row 3", "has no text"),
        "unauthorized": UnauthorizedError("the key", "is not known here; ask for another"),
        "forbidden": ForbiddenError("the key", "has no scope review"),
        "missing": NotFoundError("answer 7", "is not there, or no longer"),
        "conflict": ConflictError("decision 2", "is there already; read the answer again"),
        "model": ModelError("model x", "is damaged"),
        "schema": SchemaError("the database", "is older; run needtag db upgrade"),
        "unavailable": UnavailableError("the service", "is full"),
        "locked": OperationalError("INSERT INTO answers VALUES (?)", (SECRET,), locked),
        "pool": PoolTimeoutError(SECRET),
        "integrity": IntegrityError("INSERT INTO answers VALUES (?)", (SECRET,), Exception(SECRET)),
        "fault": ValueError(f"cannot read {SECRET!r}"),
        "group": ExceptionGroup(SECRET, [KeyError(SECRET)]),
    }


router = APIRouter(prefix="/things")


@router.get("/{id}", responses=responses(401, 404))
def thing(id: str, request: Request, limit: Annotated[int, Query(le=10)] = 1):  # noqa: A002
    request.state.actor = "desk"
    if id in (raised := _raised()):
        raise raised[id]
    return {"id": id, "limit": limit}


@router.post("", status_code=202)
def post(pieces: Pieces):
    return len(pieces.answers)


@router.get("")
def things():
    return []


def own_header():
    return PlainTextResponse("page", headers={"Content-Security-Policy": "default-src 'self'"})


def broken_stream():
    def parts():
        yield "first\n"
        raise ValueError(SECRET)

    return StreamingResponse(parts(), media_type="text/plain")


def make_app(**settings):
    """The app with these settings."""
    app = FastAPI(openapi_url="/openapi.json", docs_url=None, redoc_url=None, redirect_slashes=False)
    chosen = Settings(_env_file=None, **settings)
    app.state.metrics = install_shell(app, chosen, lambda: {"answers_waiting": 3})
    v1 = APIRouter(prefix="/v1")
    v1.include_router(router)
    app.include_router(v1)
    app.get("/healthz")(lambda: "well")
    app.get("/page", include_in_schema=False)(own_header)
    app.get("/stream", include_in_schema=False)(broken_stream)
    return app


def make_client(**settings):
    """The app's client, in this process."""
    return TestClient(make_app(**settings))


@pytest.fixture
def shelled():
    """An app in its shell with the default settings."""
    return make_client()


@pytest.fixture
def shelled_with():
    """The same with other settings."""
    return make_client


@pytest.fixture
def secret():
    """A text that must be in no log."""
    return SECRET


@pytest.fixture
def listening():
    """The same under a real server: gives its port."""
    servers = []

    def serve(**settings):
        config = uvicorn.Config(make_app(**settings), port=0, log_config=None, ws="none", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        servers.append((server, thread))
        while not server.started:
            assert thread.is_alive()
            thread.join(0.01)
        return server.servers[0].sockets[0].getsockname()[1]

    yield serve
    for server, thread in servers:
        server.should_exit = True
        thread.join()


class Api:
    """The whole API on a database of its own, with a worker; `admin` is a client that may do everything."""

    def __init__(self, settings, database, stack):
        self.settings = settings
        self.database = database
        self.app = create_app(settings, database)
        self.worker = Worker(database, settings)
        self.admin = stack.enter_context(self.client("admin"))

    def key(self, *scopes, expires_at=None):
        """Make a key; gives its name and the key."""
        name = f"{'-'.join(scopes)} {next(_NUMBERS)}"
        with self.database.writing() as session:
            return name, add_key(session, name, scopes, expires_at=expires_at, actor="test")

    def client(self, *scopes):
        """A client with a new key of these scopes; without any, without a key."""
        headers = {"Authorization": f"Bearer {self.key(*scopes)[1]}"} if scopes else {}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)

    def activate(self, name):
        """Make a model known and active; gives its id."""
        known = self.admin.post("/v1/models", json={"name": name})
        assert known.status_code == 201, known.text
        assert self.admin.post(f"/v1/models/{known.json()['id']}/activate").status_code == 200
        return known.json()["id"]

    def tag(self):
        """Tag all that waits; gives how many answers were claimed."""
        return sum(iter(self.worker.work_once, 0))

    def rows(self, table):
        """Every row of a table, as text."""
        with self.database.reading() as session:
            return [repr(tuple(row)) for row in session.execute(select(getattr(table, "__table__", table)))]


@pytest.fixture(scope="session")
def open_api(request, tmp_path_factory):
    """Opens the API on an empty database of a kind, with the models `small`, `other` and `dummy` at hand.

    `small` and `other` find the same. There is no limit of rate unless one is chosen.
    """

    @contextmanager
    def opened(kind, model="small", **chosen):
        home = tmp_path_factory.mktemp("home", numbered=True)
        with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
            # Tests of keys that are no good send many.
            patch.setattr(limits, "FAILURES", 10**9)
            if kind == "sqlite":
                shutil.copy(request.getfixturevalue("sqlite_template"), home)
                url = f"sqlite:///{home / FILE}"
            else:
                server = request.getfixturevalue("postgresql")
                name = server.create(request.getfixturevalue("postgresql_template"))
                stack.callback(server.drop, name)
                url = server.url(name)
            if model != "dummy":
                folder = request.getfixturevalue("small_model_folder")
                for each in ("small", "other"):
                    shutil.copytree(folder, home / "models" / each)
            chosen = {"requests_per_minute": 10**9, **chosen}
            settings = Settings(home=home, database_url=url, _env_file=None, **chosen)
            database = open_database(settings)
            stack.callback(database.dispose)
            api = Api(settings, database, stack)
            if model:
                api.activate(model)
            yield api

    return opened


@pytest.fixture
def api(kind, open_api):
    """The API on each kind of database."""
    with open_api(kind) as opened:
        yield opened


@pytest.fixture
def sqlite_api(open_api):
    """The API, where the kind of database makes no difference."""
    with open_api("sqlite") as opened:
        yield opened
