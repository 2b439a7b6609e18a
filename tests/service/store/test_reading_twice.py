"""Second readings where several act at once, on both kinds of database."""

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from nlp.answers import Answer as Given
from nlp.models import load_model
from service.errors import ConflictError, ForbiddenError, NeedtagError, NotFoundError
from service.intake import Questionnaire as Received
from service.review import agreement
from service.store import second_readings as readings
from service.store.answers import AnswerFilter, QuestionnaireFilter
from service.store.blindness import hidden_from
from service.store.decisions import Wish, decide, lock_answer, version_of
from service.store.models import activate, register
from service.store.questionnaires import receive
from service.store.records import answer_records
from service.store.settling import Choice, settle
from service.store.tables import Audit, SecondReading
from service.store.users import add_user, get_user
from tests.service.review.desk_examples import TEXT, fill

TYPE = {"code": "training", "stance": "requested"}
LAW = {"code": "legal.drafting", "stance": "offered"}


@pytest.fixture
def answers(database):
    """Three answers that rita has done."""
    with database.writing() as session:
        activate(session, register(session, load_model("dummy")), "test")
        for name in ("sam", "tim"):
            add_user(session, name, role="reviewer", languages=["en"], password=None, actor="test")
    ids = fill(database)
    for each in ids:
        write(database, each, Wish("accept", **TYPE), Wish("done"))
    return ids


def write(database, answer_id, *wishes, person="rita", reading=1):
    """As the API writes decisions."""
    with database.writing() as session:
        lock_answer(session, answer_id)
        if reading == readings.SECOND:
            readings.check_reader(session, answer_id, person)
        version = version_of(session, answer_id, reading)
        decide(session, answer_id, version, wishes, person, may_reopen=True, reading=reading)


def ask(session, actor="lea"):
    return readings.ask(session, AnswerFilter(), 1, actor)


def begin(session, name="sam"):
    found = readings.next_for(session, get_user(session, name))
    return found and found.answer_id


def put_in_place(session):
    """Replace the questionnaire by one with the same answers."""
    given = tuple(Given(f"q{number}", TEXT, f"Question {number}?", "en") for number in range(3))
    receive(session, Received("desk", "desk", "KEN", ("untoc",), "2", "en", given), "test")


class Meanwhile:
    """What somebody else got who came while another's changes were not yet kept: a result or a refusal."""

    def __init__(self, database, act):
        self.database, self.act = database, act
        self.result = None
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            with self.database.writing() as session:
                self.result = self.act(session)
        except NeedtagError as error:
            self.result = type(error)


@contextmanager
def meanwhile(database, act):
    """Act in a session that somebody else's act begins in the middle of, and waits for or not."""
    other = Meanwhile(database, act)
    with database.writing() as session:
        yield session, other
        other.thread.start()
        # Long enough to come to where the two are in each other's way; both orders must do.
        other.thread.join(0.5)
    other.thread.join()


def test_the_whole_way_from_the_request_to_the_agreement(database, answers):
    with database.writing() as session:
        assert ask(session) == 3
        assert begin(session) == answers[0]
        assert hidden_from(session, "sam") == {answers[0]}
        assert hidden_from(session, "tim") == frozenset()
        assert hidden_from(session, None) == {answers[0]}
    write(database, answers[0], Wish("add", **LAW), Wish("done"), person="sam", reading=2)
    with database.writing() as session:
        assert hidden_from(session, "sam") == frozenset()
        [pair] = readings.pairs(session)
        assert pair.disputed == [("legal.drafting", "offered"), ("training", "requested")]
        choice = Choice((2, 2), frozenset({("legal.drafting", "offered")}), frozenset())
        settle(session, answers[0], choice, "lea")
    with database.reading() as session:
        [record] = answer_records(session, [answers[0]])
        [settled] = readings.pairs(session)
        [pooled] = agreement.by_readers([settled])
    assert {tag["code"] for tag in record["reviewed"]["tags"]} == {"legal", "legal.drafting"}
    assert (settled.reading.settled_by, settled.disputed) == ("lea", pair.disputed)
    assert pooled.names == ("rita", "sam")
    assert pooled.agreement.alpha < 1


def test_of_two_leads_who_ask_at_once_each_is_told_what_was_added(database, answers):
    with meanwhile(database, lambda session: ask(session, "otto")) as (session, other):
        added = ask(session)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SecondReading)) == 3
        told = session.scalars(select(Audit.detail).where(Audit.action == "ask").order_by(Audit.id))
        assert {each["answers"] for each in told} == {3, 0}
    assert (added, other.result) == (3, 0)


def test_of_two_readers_who_come_at_once_each_gets_another_answer(database, answers):
    with database.writing() as session:
        ask(session)
    with meanwhile(database, lambda session: begin(session, "tim")) as (session, other):
        taken = begin(session)
    assert (taken, other.result) == (answers[0], answers[1])


@pytest.fixture
def read_twice(database, answers):
    """An answer that sam has read, too, and the choice of a lead who has seen both readings."""
    with database.writing() as session:
        ask(session)
        assert begin(session) == answers[0]
    write(database, answers[0], Wish("add", **LAW), Wish("done"), person="sam", reading=2)
    return answers[0], Choice((2, 2), frozenset(), frozenset())


def test_nothing_is_settled_on_what_the_reader_changes_at_that_moment(database, read_twice):
    answer, choice = read_twice
    with meanwhile(database, lambda session: settle(session, answer, choice, "lea")) as (session, other):
        lock_answer(session, answer)
        readings.check_reader(session, answer, "sam")
        again = Wish("undo", undoes=2), Wish("accept", **TYPE), Wish("done")
        decide(session, answer, 2, again, "sam", may_reopen=False, reading=2)
    assert other.result is ConflictError
    with database.reading() as session:
        assert readings.find_reading(session, answer).settled_at is None


def test_a_reader_changes_nothing_that_a_lead_settles_at_that_moment(database, read_twice):
    answer, choice = read_twice

    def change(session):
        lock_answer(session, answer)
        readings.check_reader(session, answer, "sam")
        decide(session, answer, 2, [Wish("undo", undoes=2)], "sam", may_reopen=False, reading=2)

    with meanwhile(database, change) as (session, other):
        settle(session, answer, choice, "lea")
    assert other.result is ConflictError


def test_of_two_leads_who_settle_at_once_the_second_is_refused(database, read_twice):
    answer, choice = read_twice
    with meanwhile(database, lambda session: settle(session, answer, choice, "otto")) as (session, other):
        settle(session, answer, choice, "lea")
    assert other.result is ConflictError
    with database.reading() as session:
        assert readings.find_reading(session, answer).settled_by == "lea"


def test_nobody_begins_to_read_what_is_replaced_at_that_moment(database, answers):
    with database.writing() as session:
        ask(session)
    with meanwhile(database, lambda session: readings.begin(session, answers[0], "sam").reader) as (
        session,
        other,
    ):
        put_in_place(session)
    assert other.result is ConflictError
    with database.writing() as session:
        assert begin(session) > answers[-1]


def test_whoever_asks_for_the_next_meanwhile_gets_none_of_the_replaced(database, answers):
    with database.writing() as session:
        ask(session)
    with meanwhile(database, begin) as (session, other):
        put_in_place(session)
    assert other.result is None or other.result > answers[-1]


def test_no_second_reading_is_asked_for_of_what_is_replaced_at_that_moment(database, answers):
    with meanwhile(database, ask) as (session, other):
        put_in_place(session)
    with database.writing() as session:
        asked = list(session.scalars(select(SecondReading.answer_id)))
        assert not set(asked) & set(answers)
        assert len(asked) == other.result
        assert ask(session) == 3 - len(asked)
        assert readings.ask(session, AnswerFilter(QuestionnaireFilter(replaced=True)), 1, "lea") == 0


def test_nobody_begins_to_read_what_they_decide_on_at_that_moment(database, answers):
    with database.writing() as session:
        ask(session)
    write(database, answers[0], Wish("reopen"), person="lea")
    with meanwhile(database, lambda session: readings.begin(session, answers[0], "sam")) as (session, other):
        decide(session, answers[0], 3, [Wish("done")], "sam", may_reopen=False)
    assert other.result is ForbiddenError


def test_nobody_decides_in_the_first_reading_of_what_they_begin_to_read_at_that_moment(database, answers):
    with database.writing() as session:
        ask(session)
    write(database, answers[0], Wish("reopen"), person="lea")

    def finish(session):
        decide(session, answers[0], 3, [Wish("done")], "sam", may_reopen=False)

    with meanwhile(database, finish) as (session, other):
        assert begin(session) == answers[0]
    assert other.result is ForbiddenError


def test_a_pair_waits_for_the_first_reading_when_that_is_reopened(database, read_twice):
    answer, choice = read_twice
    write(database, answer, Wish("reopen"), person="lea")
    with database.writing() as session:
        assert readings.pairs(session) == []
        with pytest.raises(ConflictError):
            settle(session, answer, Choice((3, 2), choice.tags, choice.states), "lea")
    write(database, answer, Wish("reject", **TYPE), Wish("done"))
    with database.writing() as session:
        [pair] = readings.pairs(session)
        assert (pair.first.version, pair.disputed) == (5, [("legal.drafting", "offered")])
        settle(session, answer, Choice((5, 2), choice.tags, choice.states), "lea")
    with database.reading() as session:
        assert answer_records(session, [answer])[0]["reviewed"]["tags"] == []


def test_what_nobody_asked_for_is_found_by_no_reader(database, answers):
    with database.writing() as session:
        assert begin(session) is None
        for act in (
            readings.begin,
            lambda *given: settle(given[0], given[1], Choice((2, 0), (), ()), given[2]),
        ):
            with pytest.raises(NotFoundError):
                act(session, answers[0], "sam")
