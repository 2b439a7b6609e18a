"""Sessions that read and write, of many threads, on both databases; URLs that are refused."""

import re
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from nlp.errors import InputError, MissingExtraError, NeedtagError
from service.errors import UnavailableError
from service.settings import Settings
from service.store import engines
from service.store.database import Database, database_seconds
from service.store.opening import open_database
from service.store.tables import Question

PASSWORD = "hush-hush"


def ask(session, number):
    session.add(Question(digest=str(number), text="Which assistance does your State need?"))


def count(session):
    return session.scalar(select(func.count()).select_from(Question))


def counted(database):
    with database.reading() as session:
        return count(session)


def test_what_was_written_is_kept_and_can_be_used_after_its_session(database):
    with database.writing() as session:
        question = Question(digest="1", text="?")
        session.add(question)
    assert question.id == 1
    assert counted(database) == 1


def test_an_error_takes_back_all_that_was_written(database):
    def fail():
        with database.writing() as session:
            ask(session, 1)
            session.flush()
            session.execute(text("CREATE TABLE scrap (id INTEGER)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert counted(database) == 0
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT * FROM scrap"))


def test_what_a_reading_session_changes_is_not_kept(database, kind):
    try:
        with database.reading() as session:
            ask(session, 1)
            session.flush()
    except DBAPIError:
        assert kind == "postgresql"
    assert counted(database) == 0


def test_a_reader_sees_the_database_as_it_was_at_its_first_query(database):
    with database.reading() as session:
        assert count(session) == 0
        with database.writing() as other:
            ask(other, 1)
        assert count(session) == 0
    assert counted(database) == 1


def test_a_reader_waits_for_no_writer(database):
    with database.writing() as session:
        ask(session, 1)
        session.flush()
        assert counted(database) == 0


def test_writers_of_many_threads_all_succeed(database):
    def write(thread):
        for number in range(5):
            with database.writing() as session:
                before = count(session)
                ask(session, f"{thread}.{number}")
                session.flush()
                assert count(session) > before

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(write, range(16)))
    assert counted(database) == 16 * 5


def test_writers_of_two_sets_of_connections_all_succeed(settings):
    databases = [open_database(settings) for _ in range(3)]

    def write(thread):
        for number in range(5):
            with databases[thread % 3].writing() as session:
                count(session)
                ask(session, f"{thread}.{number}")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(6)))
    assert counted(databases[0]) == 6 * 5
    for each in databases:
        each.dispose()


def test_what_the_database_learns_of_its_tables_stays(database):
    kept = {
        True: "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'questions'",
        False: "SELECT count(*) FROM pg_stats WHERE tablename = 'questions'",
    }
    with database.writing() as session:
        ask(session, 1)
    database.analyse()
    with database.reading() as session:
        assert session.scalar(text(kept[database.is_sqlite])) > 0


def test_a_database_that_has_grown_learns_of_it_without_being_told(database):
    known = {
        True: "SELECT max(stat) FROM sqlite_stat1 WHERE tbl = 'questions'",
        False: "SELECT reltuples FROM pg_class WHERE relname = 'questions' AND reltuples > 0",
    }

    def learnt():
        database.analyse_if_grown()
        with database.reading() as session:
            return session.scalar(text(known[database.is_sqlite]))

    assert learnt() is None
    with database.writing() as session:
        for number in range(500):
            ask(session, number)
    # PostgreSQL counts changes with a delay.
    deadline = time.monotonic() + 30
    while not (found := learnt()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert float(str(found).split()[0]) == 500


def test_sqlite_lets_writers_in_as_they_came(sqlite_template):
    database = Database(f"sqlite:///{sqlite_template}")
    came, threads = [], []

    def write(number):
        with database.writing():
            came.append(number)

    with database.writing():
        for number in range(8):
            threads.append(threading.Thread(target=write, args=[number]))
            threads[-1].start()
            while len(database._turns._queue) < number + 2:
                time.sleep(0.001)
    for each in threads:
        each.join()
    assert came == list(range(8))
    database.dispose()


def test_a_writer_that_waits_too_long_is_told_to_come_again(sqlite_template, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    database, other = (Database(f"sqlite:///{sqlite_template}") for _ in range(2))
    with database.writing() as session:
        session.execute(text("SELECT 1"))
        # In the same process and, as far as SQLite can tell, in another.
        for each in (database, other):
            with pytest.raises(UnavailableError, match="try again later"), each.writing() as late:
                late.execute(text("SELECT 1"))
    with database.writing() as session:
        session.execute(text("SELECT 1"))
    for each in (database, other):
        each.dispose()


def test_a_fault_in_a_query_is_not_taken_for_a_busy_database(sqlite_template):
    database = Database(f"sqlite:///{sqlite_template}")
    with pytest.raises(OperationalError, match="no such table"), database.reading() as session:
        session.execute(text("SELECT * FROM nowhere"))
    database.dispose()


def test_a_lost_connection_is_told_to_come_again_and_the_next_one_holds(postgresql, request):
    name = postgresql.create(request.getfixturevalue("postgresql_template"))
    database = Database(postgresql.url(name))
    kill = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"

    def write():
        with database.writing() as session:
            ask(session, 1)
            session.flush()
            postgresql.run(kill)
            count(session)

    with pytest.raises(UnavailableError):
        write()
    assert counted(database) == 0
    postgresql.run(kill)
    assert counted(database) == 0
    database.dispose()
    postgresql.drop(name)


def test_sqlite_is_set_to_lose_and_to_leave_nothing(sqlite_template):
    database = Database(f"sqlite:///{sqlite_template}")
    assert database.is_sqlite
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "busy_timeout": 30_000,
    }
    with database.reading() as session:
        assert {name: session.scalar(text(f"PRAGMA {name}")) for name in wanted} == wanted
    database.dispose()


def test_postgresql_knows_who_is_there(postgresql):
    database = Database(postgresql.url("postgres"))
    with database.reading() as session:
        assert session.scalar(text("SHOW application_name")) == "needtag"
        assert session.scalar(text("SHOW jit")) == "off"
    database.dispose()
    named = Database(postgresql.url("postgres") + "&application_name=desk")
    with named.reading() as session:
        assert session.scalar(text("SHOW application_name")) == "desk"
    named.dispose()


def test_the_clock_goes_on_within_a_session(database):
    with database.writing() as session:
        first = database_seconds(session)
        time.sleep(0.01)
        assert first < database_seconds(session) < first + 3600
    # The server is on this machine.
    assert abs(time.time() - first) < 3600


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://needtag:{PASSWORD}@host/needtag",
        f"postgresql://needtag:{PASSWORD}@host:port/needtag",
        f"postgresql://needtag:p@ss-{PASSWORD}@host/needtag",
        f"postgresql://needtag:p@/{PASSWORD}@host/needtag",
        f"postgresql+asyncpg://needtag:{PASSWORD}@host/needtag",
        f"sqlite://needtag:{PASSWORD}@host/needtag.db",
        PASSWORD,
        "",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_another_url_is_refused_without_a_word_of_it(url):
    with pytest.raises(InputError, match="is no URL of a database; write postgresql://") as refused:
        Database(url)
    assert PASSWORD not in "".join(traceback.format_exception(refused.value, chain=True, limit=0))
    assert PASSWORD not in str(refused.value)


def test_a_url_may_name_the_driver_or_not():
    for scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        database = Database(f"{scheme}://needtag:{PASSWORD}@host/tags")
        assert (database.is_sqlite, str(database)) == (False, "database 'tags' on host")
        assert PASSWORD not in repr(database.url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://needtag:{password}@127.0.0.1:1/needtag",
        "postgresql://needtag@127.0.0.1:1/needtag?password={password}",
        "postgresql://needtag:{password}@/nowhere?host={socket}",
        "postgresql://needtag:{password}@/needtag?host={socket}&sslmode=verify-full",
        "postgresql://nobody:{password}@/postgres?host={socket}",
    ],
)
def test_a_database_that_cannot_be_reached_is_named_without_its_password(url, postgresql, tmp_path):
    url = url.format(password=PASSWORD, socket=postgresql.socket)
    with pytest.raises(NeedtagError, match=r"^database '.*' on .*: cannot be opened now: ") as refused:
        open_database(Settings(home=tmp_path, database_url=url, _env_file=None))
    said = "".join(traceback.format_exception(refused.value))
    assert PASSWORD not in said
    assert "\n" not in str(refused.value)


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file/home: cannot be written"):
        open_database(Settings(home=tmp_path / "file" / "home", database_url=None, _env_file=None))


def test_postgresql_without_its_library_names_the_extra(monkeypatch):
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=re.escape("pip install '.[postgresql]'")):
        Database("postgresql://needtag@localhost/needtag")
