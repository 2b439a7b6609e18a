"""Databases of both kinds, for tests of every room that needs one."""

import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import psycopg
import pytest

from service.settings import Settings
from service.store.opening import FILE, open_database

SERVER = Path(__file__).with_name("postgresql_server.py")


class PostgreSQL:
    """A server with nothing but this test run's databases; `socket` is the folder that it is reached by."""

    def __init__(self, socket):
        self.socket = socket

    def url(self, name):
        return f"postgresql://needtag@/{name}?host={self.socket}"

    def run(self, statement):
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template="template1"):
        name = f"test_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name):
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql():
    """A server of this process, which ends with it."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, SERVER], start_new_session=True, **pipes) as server:
        yield PostgreSQL(server.stdout.readline().strip() or pytest.fail("no PostgreSQL server started"))
        server.stdin.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql, tmp_path_factory):
    """The name of a database with all tables and no rows."""
    name = postgresql.create()
    open_database(
        Settings(home=tmp_path_factory.mktemp("home"), database_url=postgresql.url(name), _env_file=None)
    ).dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A file with all tables and no rows."""
    home = tmp_path_factory.mktemp("home")
    open_database(Settings(home=home, database_url=None, _env_file=None)).dispose()
    return home / FILE


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request):
    """The test runs once on each kind of database."""
    return request.param


@pytest.fixture
def empty_url(kind, request, tmp_path):
    """A database without tables; in the home, if it is a file."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'home' / FILE}"
        return
    server = request.getfixturevalue("postgresql")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database_url(kind, request, tmp_path):
    """A database as its template is, with all tables; in the home, if it is a file."""
    if kind == "sqlite":
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("sqlite_template"), home)
        yield f"sqlite:///{home / FILE}"
        return
    server = request.getfixturevalue("postgresql")
    name = server.create(request.getfixturevalue("postgresql_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def settings(database_url, tmp_path):
    """Those of a needtag with a home and a database of its own."""
    return Settings(home=tmp_path / "home", database_url=database_url, _env_file=None)


@pytest.fixture
def database(settings):
    """The same, open."""
    opened = open_database(settings)
    yield opened
    opened.dispose()
