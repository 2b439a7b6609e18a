"""The pages on a database of their own, with the examples in it; people of every role who are signed in."""

import itertools
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from nlp.errors import NeedtagError
from service.api.app import create_app
from service.intake import read_questionnaires
from service.modelling import load_named
from service.sessions import COOKIE
from service.settings import Settings
from service.store import users
from service.store.decisions import Wish, decide, version_of
from service.store.models import activate, register
from service.store.opening import FILE, open_database
from service.store.questionnaires import receive
from service.store.tables import Answer, Questionnaire
from service.worker import Worker
from tests.service.review.browser import add_person, chromium, visit  # noqa: F401 - fixtures

EXAMPLES = Path(__file__).parents[3] / "examples"
# Those that are read without a program for Word or PDF: one questionnaire in each language, and seven others.
FILES = (
    "madagascar-tip-2008.json",
    "ghana-firearms-2010.jsonl",
    "guatemala-migrantes-2012.csv",
    "asia-pacific-2013.xlsx",
)
_NUMBERS = itertools.count(1)


@pytest.fixture
def kind():
    """SQLite, unless a test asks for both: `@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])`."""
    return "sqlite"


@pytest.fixture(scope="session")
def filled_home(small_model_folder, tmp_path_factory):
    """Makes a home whose database holds the examples, tagged by the small model."""

    def make(url=None):
        home = tmp_path_factory.mktemp("home", numbered=True)
        (home / "models").mkdir()
        (home / "models" / "small").symlink_to(small_model_folder)
        settings = Settings(home=home, database_url=url, _env_file=None)
        database = open_database(settings)
        with database.writing() as session:
            activate(session, register(session, load_named(settings, "small")), "test")
            for name in FILES:
                for each in read_questionnaires(EXAMPLES / name):
                    if isinstance(each, NeedtagError):
                        raise each
                    receive(session, each, "test")
        worker = Worker(database, settings)
        while worker.work_once():
            pass
        database.wipe()
        database.analyse()
        database.dispose()
        return home

    return make


@pytest.fixture(scope="session")
def sqlite_template(filled_home):
    """A file with the examples."""
    return filled_home() / FILE


@pytest.fixture(scope="session")
def postgresql_template(filled_home, postgresql):
    """The name of a database with the examples."""
    name = postgresql.create()
    filled_home(postgresql.url(name))
    return name


@pytest.fixture
def settings(database_url, small_model_folder, tmp_path):
    """Those of a needtag that has the small model, and takes as many requests as a test sends."""
    models = tmp_path / "home" / "models"
    models.mkdir(parents=True)
    (models / "small").symlink_to(small_model_folder)
    return Settings(
        home=tmp_path / "home", database_url=database_url, requests_per_minute=10**9, _env_file=None
    )


@pytest.fixture
def app(settings, database):
    """The application with its pages."""
    return create_app(settings, database)


class Browser(TestClient):
    """Somebody's browser; `name` is the person's, `csrf` what the pages of their session send along."""

    name = csrf = ""

    def enter(self, name, database):
        """Begin a session."""
        with database.writing() as session:
            token = users.sign_in(session, users.get_user(session, name))
        with database.reading() as session:
            self.csrf = users.find_session(session, token).csrf
        self.name = name
        self.cookies.set(COOKIE, token)

    def submit(self, address, **fields):
        """Send a form of a page."""
        return self.post(address, data={"csrf": self.csrf, **fields})


@pytest.fixture
def visitor(app):
    """A browser in which nobody is signed in; faults are answered, not raised."""
    with ExitStack() as stack:
        yield stack.enter_context(Browser(app, raise_server_exceptions=False))


@pytest.fixture
def sign_in(app, database):
    """Signs somebody in whose account is new; gives their browser."""
    with ExitStack() as stack:

        def begin(role="reviewer", languages=("en", "fr", "es"), name=None, lang="en"):
            name = name or f"{role}.{next(_NUMBERS)}"
            with database.writing() as session:
                users.add_user(
                    session, name, role=role, languages=list(languages), password=None, actor="test"
                )
            browser = stack.enter_context(
                Browser(app, headers={"Accept-Language": lang}, raise_server_exceptions=False)
            )
            browser.enter(name, database)
            return browser

        yield begin


@pytest.fixture
def questionnaires(database):
    """The ids of the examples' questionnaires by State and instruments, such as "MDG tip"."""
    with database.reading() as session:
        found = session.execute(select(Questionnaire.external_id, Questionnaire.id))
        return {_short(external_id): id_ for external_id, id_ in found}


def _short(external_id):
    return {"2008-MDG-tip-2": "MDG tip"}.get(external_id) or " ".join(
        external_id.rpartition("#")[2].split("-")[:-1]
    )


@pytest.fixture
def answers_of(database):
    """Gives the ids of a questionnaire's answers, in order."""

    def find(questionnaire_id):
        wanted = select(Answer.id).where(Answer.questionnaire_id == questionnaire_id).order_by(Answer.place)
        with database.reading() as session:
            return list(session.scalars(wanted))

    return find


@pytest.fixture
def decided(database):
    """Writes decisions on an answer, each an act and what it is about."""

    def write(answer_id, *acts, person="rita", reading=1):
        wishes = [Wish(each) if isinstance(each, str) else Wish(each[0], **each[1]) for each in acts]
        with database.writing() as session:
            version = version_of(session, answer_id, reading)
            decide(session, answer_id, version, wishes, person, may_reopen=True, reading=reading)

    return write
