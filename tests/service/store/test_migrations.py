"""The tables of an empty, an older, a newer and a foreign database."""

import shutil
import stat
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from service.errors import SchemaError
from service.settings import Settings
from service.store import migrations
from service.store.database import Database
from service.store.opening import FILE, open_database, upgrade_database
from service.store.tables import APPENDED, Base

ADD_NOTES = '''"""One more table."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade() -> None:
    op.create_table("notes_{revision}", sa.Column("id", sa.Integer(), primary_key=True))
    {more}
'''
OPEN = """
import sys
from service.settings import Settings
from service.store.opening import open_database

url, home = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
open_database(Settings(home=home, database_url=url, _env_file=None)).dispose()
"""


@pytest.fixture
def empty(empty_url, tmp_path):
    return Settings(home=tmp_path / "home", database_url=empty_url, _env_file=None)


@pytest.fixture
def later(monkeypatch, tmp_path):
    """Let needtag have a migration more."""
    folder = tmp_path / "100% migrations"
    shutil.copytree(migrations.FOLDER, folder)
    monkeypatch.setattr(migrations, "FOLDER", folder)

    def add(more="", revision="later"):
        text = ADD_NOTES.format(revision=revision, down="0004", more=more)
        (folder / "versions" / "later.py").write_text(text, "utf-8")

    return add


def tables(database):
    with database.reading() as session:
        return set(inspect(session.connection()).get_table_names())


def test_the_first_to_come_makes_the_tables_and_the_next_finds_them(empty):
    for _ in range(2):
        database = open_database(empty)
        assert tables(database) == {*Base.metadata.tables, migrations.VERSION_TABLE}
        database.dispose()


def test_the_migrations_make_just_what_the_tables_say(database):
    with database.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"version_table": migrations.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_sqlite_gives_no_id_twice(sqlite_template):
    database = Database(f"sqlite:///{sqlite_template}")
    with database.reading() as session:
        made = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    database.dispose()
    wanted = {name for name, each in Base.metadata.tables.items() if each.kwargs.get("sqlite_autoincrement")}
    assert {name for name, sql in made if "AUTOINCREMENT" in sql} == wanted
    assert "suggestions" in wanted


def test_two_processes_may_make_the_tables_at_once(empty, empty_url):
    command = [sys.executable, "-c", OPEN, empty_url, empty.home]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for each in processes:
        assert each.stdout.readline() == "ready\n"
    # All are let go before the first is waited for.
    for each in processes:
        each.stdin.write("\n")
        each.stdin.flush()
    assert [(each.communicate()[1], each.returncode) for each in processes] == [("", 0)] * 3
    database = open_database(empty)
    assert tables(database) == {*Base.metadata.tables, migrations.VERSION_TABLE}
    database.dispose()


def test_an_older_database_is_refused_until_it_is_upgraded(settings, database, later):
    later()
    with pytest.raises(SchemaError, match="older needtag; run 'needtag db upgrade'"):
        open_database(settings)
    assert "notes_later" not in tables(database)
    assert upgrade_database(settings)
    assert "notes_later" in tables(database)
    assert not upgrade_database(settings)
    open_database(settings).dispose()


def test_an_upgrade_that_fails_leaves_nothing_behind(settings, database, later):
    before = tables(database)
    later(more="op.execute('SELECT nothing FROM nowhere')")
    with pytest.raises(Exception, match="nowhere"):
        upgrade_database(settings)
    assert tables(database) == before
    later()
    assert upgrade_database(settings)


def test_upgrading_an_empty_database_makes_its_tables(empty, kind):
    assert upgrade_database(empty)
    assert not upgrade_database(empty)


@pytest.mark.parametrize("use", [open_database, upgrade_database])
def test_a_newer_database_is_refused_and_left_alone(settings, database, use):
    with database.writing() as session:
        session.execute(text("UPDATE needtag_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="made by a newer needtag; install that one"):
        use(settings)


@pytest.mark.parametrize("use", [open_database, upgrade_database])
@pytest.mark.parametrize("foreign", ["invoices", "alembic_version"])
def test_a_database_with_other_tables_is_refused_and_left_alone(empty, empty_url, use, foreign):
    empty.home.mkdir()
    database = Database(empty_url)
    with database.writing() as session:
        session.execute(text(f"CREATE TABLE {foreign} (version_num VARCHAR(32))"))
        # A program that names its revisions as needtag does.
        session.execute(text(f"INSERT INTO {foreign} VALUES ('0001')"))
    with pytest.raises(SchemaError, match="holds tables that are not needtag's"):
        use(empty)
    assert tables(database) == {foreign}
    database.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / FILE).write_text("Dear colleagues,\n" * 100)
    with pytest.raises(SchemaError, match=r"needtag\.db: is no SQLite database"):
        open_database(Settings(home=tmp_path, database_url=None, _env_file=None))


def test_the_home_and_its_files_are_for_their_owner_alone(tmp_path):
    home = tmp_path / "new" / "home 100%?"
    database = open_database(Settings(home=home, database_url=None, _env_file=None))
    with database.writing() as session:
        session.execute(text("INSERT INTO questions (digest, text) VALUES ('d', 't')"))
        assert {each.name for each in home.iterdir()} >= {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in home.iterdir()} == {0o600}
    database.dispose()


ROWS = {
    "audit": """
        INSERT INTO audit (at, actor, action, subject, detail)
        VALUES ('2026-01-01', 'key', 'read', 'answer', '{}')
    """,
    "suggestions": """
        INSERT INTO suggestions (tagging_id, place, kind, code, stance, confidence, band, passages)
        VALUES (1, 0, 'type', 'legal', 'requested', 0.5, 'suggest', '[]')
    """,
    "decisions": """
        INSERT INTO decisions
        (answer_id, reading, number, act, code, kind, stance, new_stance, state, passages, person, at)
        VALUES (1, 1, 1, 'done', '', '', '', '', '', '[]', 'p', '2026-01-01')
    """,
}
PARENTS = (
    """
    INSERT INTO questionnaires (external_id, content, received_at, received_from)
    VALUES ('q', 'c', '2026-01-01', 'key')
    """,
    "INSERT INTO answers (questionnaire_id, external_id, place, text, words) VALUES (1, 'a', 0, '', '')",
    "INSERT INTO model_versions (name, version, bands, first_seen) VALUES ('m', '1', '{}', '2026-01-01')",
    """
    INSERT INTO taggings (answer_id, model_version_id, at, stances, passages)
    VALUES (1, 1, '2026-01-01', '[]', '[]')
    """,
)
CHANGES = {
    "audit": "UPDATE audit SET actor = actor",
    "suggestions": "UPDATE suggestions SET band = 'safe'",
    "decisions": "UPDATE decisions SET note = 'x' WHERE id = 1",
}


def execute(session, *statements):
    for each in statements:
        session.connection().exec_driver_sql(each)


@pytest.mark.parametrize("table", APPENDED)
def test_what_was_appended_is_not_changed_but_may_be_purged(database, table):
    with database.writing() as session:
        execute(session, *PARENTS, ROWS[table])
    with (
        pytest.raises(IntegrityError, match=f"rows of {table} are never changed"),
        database.writing() as session,
    ):
        execute(session, CHANGES[table])
    with database.writing() as session:
        execute(session, f"DELETE FROM {table}")
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_a_purged_questionnaire_takes_all_of_its_own_along(database):
    with database.writing() as session:
        execute(session, *PARENTS, ROWS["suggestions"], ROWS["decisions"])
    with database.writing() as session:
        execute(session, "DELETE FROM questionnaires")
        for table in ("answers", "taggings", "suggestions", "decisions"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
