"""A needtag in this process, and databases of both kinds, to be attacked."""

import pytest
from starlette.testclient import TestClient

from service.api.app import create_app
from service.modelling import load_named
from service.settings import Settings
from service.store.keys import add_key
from service.store.models import activate, register
from service.store.opening import open_database


@pytest.fixture
def served(tmp_path):
    """Serves on a home of its own, with any settings; gives a client with a key that may do everything."""
    opened = []

    def serve(**wanted):
        chosen = Settings(home=tmp_path / "home", database_url=None, _env_file=None, **wanted)
        known = open_database(chosen)
        with known.writing() as session:
            activate(session, register(session, load_named(chosen, "dummy")), "test")
            key = add_key(session, "tests", ["admin"], expires_at=None, actor="test")
        app = create_app(chosen, known)
        client = TestClient(
            app, headers={"Authorization": f"Bearer {key}"}, raise_server_exceptions=False
        ).__enter__()
        opened.append((client, known))
        return client

    yield serve
    for client, known in opened:
        client.__exit__(None, None, None)
        known.dispose()
