"""What the views make of decisions: which stand, what is reviewed, with which tags and States."""

import datetime as dt

import pytest
from sqlalchemy import func, select, text

from service.store.tables import Answer, Decision, Mention, ModelVersion, Questionnaire, Suggestion, Tagging

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


class Desk:
    """One answer, tagged once, and the decisions on it."""

    def __init__(self, session, mentions=()):
        self.session = session
        self.questionnaire = self._add(
            Questionnaire(external_id="q", content="0" * 64, received_at=NOW, received_from="test")
        )
        self.answer = self._add(
            Answer(questionnaire_id=self.questionnaire.id, external_id="a", place=0, text="", words="")
        )
        model = self._add(ModelVersion(name="default", version="1", bands={}, first_seen=NOW))
        self.model = model.id
        self.tagging = self.tag(mentions)

    def tag(self, mentions, model=None):
        found = Tagging(
            answer_id=self.answer.id,
            model_version_id=model or self.model,
            at=NOW,
            stances=[],
            passages=[],
        )
        self._add(found)
        for place, state in enumerate(mentions):
            self._add(Mention(tagging_id=found.id, place=place, state=state, start=0, end=1))
        return found.id

    def _add(self, row):
        self.session.add(row)
        self.session.flush()
        return row

    def decide(self, act, code="", stance="", **rest):
        number = 1 + (self.session.scalar(select(func.max(Decision.number))) or 0)
        kind = "" if not code else "subtype" if "." in code else "type"
        fields = {"reading": 1, "new_stance": "", "state": "", "tagging_id": self.tagging, "kind": kind}
        decision = Decision(
            answer_id=self.answer.id,
            number=number,
            act=act,
            code=code,
            stance=stance,
            passages=[],
            at=NOW,
            **{**fields, "person": "rita", **rest},
        )
        return self._add(decision).id

    def view(self, name, *columns):
        found = self.session.execute(text(f"SELECT {', '.join(columns)} FROM {name}"))
        return sorted(tuple(row) for row in found)

    def standing(self):
        return self.view("standing_tags", "code", "stance")

    def reviewed(self):
        return self.view("reviewed_tags", "kind", "code", "stance")

    def states(self):
        return [state for (state,) in self.view("reviewed_states", "state")]


@pytest.fixture
def desk(database):
    with database.writing() as session:
        yield Desk(session)


def test_what_is_accepted_or_added_stands_and_what_nobody_touched_does_not(desk):
    desk.session.add(
        Suggestion(
            tagging_id=desk.tagging,
            place=0,
            kind="type",
            code="training",
            stance="requested",
            confidence=0.9,
            band="safe",
            passages=[],
        )
    )
    accepted = desk.decide("accept", "legal.drafting", "requested")
    added = desk.decide("add", "equipment", "received")
    found = desk.view("standing_tags", "answer_id", "kind", "code", "stance", "decision_id")
    assert found == [
        (desk.answer.id, "subtype", "legal.drafting", "requested", accepted),
        (desk.answer.id, "type", "equipment", "received", added),
    ]


def test_what_is_accepted_twice_stands_once_by_the_later_decision(desk):
    desk.decide("accept", "legal", "requested")
    later = desk.decide("accept", "legal", "requested")
    assert desk.view("standing_tags", "decision_id") == [(later,)]


def test_a_reject_drops_the_tag_in_its_stance_alone_until_it_is_added_again(desk):
    desk.decide("accept", "legal", "requested")
    desk.decide("accept", "legal", "received")
    desk.decide("reject", "legal", "requested")
    assert desk.standing() == [("legal", "received")]
    desk.decide("add", "legal", "requested")
    assert desk.standing() == [("legal", "received"), ("legal", "requested")]


def test_a_restance_moves_the_tag_and_its_undo_moves_it_back(desk):
    desk.decide("accept", "legal", "requested")
    moved = desk.decide("restance", "legal", "requested", new_stance="offered")
    assert desk.standing() == [("legal", "offered")]
    desk.decide("undo", undoes=moved)
    assert desk.standing() == [("legal", "requested")]


def test_a_restance_of_a_suggestion_that_nobody_accepted_takes_it_in_the_new_stance(desk):
    desk.decide("restance", "legal", "requested", new_stance="offered")
    assert desk.standing() == [("legal", "offered")]


def test_a_tag_can_be_moved_again_moved_back_and_rejected(desk):
    desk.decide("accept", "legal", "requested")
    desk.decide("restance", "legal", "requested", new_stance="offered")
    desk.decide("restance", "legal", "offered", new_stance="received")
    assert desk.standing() == [("legal", "received")]
    desk.decide("restance", "legal", "received", new_stance="requested")
    assert desk.standing() == [("legal", "requested")]
    desk.decide("reject", "legal", "requested")
    assert desk.standing() == []


def test_an_undone_reject_lets_the_accept_stand_and_an_undone_accept_lets_nothing_stand(desk):
    accepted = desk.decide("accept", "legal", "requested")
    rejected = desk.decide("reject", "legal", "requested")
    desk.decide("undo", undoes=rejected)
    assert desk.standing() == [("legal", "requested")]
    desk.decide("undo", undoes=accepted)
    assert desk.standing() == []
    assert desk.view("standing_decisions", "id") == []


def test_an_answer_is_reviewed_from_done_to_reopen_and_by_the_last_done(desk):
    assert desk.view("reviewed_answers", "answer_id") == []
    desk.decide("done")
    again = desk.decide("done", person="sam")
    columns = ("answer_id", "decision_id", "tagging_id", "person")
    assert desk.view("reviewed_answers", *columns) == [(desk.answer.id, again, desk.tagging, "sam")]
    reopened = desk.decide("reopen")
    assert desk.view("reviewed_answers", "answer_id") == []
    desk.decide("undo", undoes=reopened)
    assert desk.view("reviewed_answers", "decision_id") == [(again,)]


def test_an_undone_done_leaves_the_answer_to_the_earlier_one(desk):
    first = desk.decide("done")
    second = desk.decide("done")
    desk.decide("undo", undoes=second)
    assert desk.view("reviewed_answers", "decision_id") == [(first,)]
    desk.decide("undo", undoes=first)
    assert desk.view("reviewed_answers", "decision_id") == []


def test_tags_are_reviewed_only_while_the_answer_is(desk):
    desk.decide("accept", "legal", "requested")
    assert desk.reviewed() == []
    desk.decide("done")
    assert desk.reviewed() == [("type", "legal", "requested")]
    desk.decide("reopen")
    assert desk.reviewed() == []


def test_done_without_a_tag_means_none(desk):
    desk.decide("done")
    assert desk.reviewed() == []


def test_a_sub_type_brings_its_type_along_once_in_each_stance(desk):
    desk.decide("accept", "legal.drafting", "requested")
    desk.decide("accept", "legal.review", "requested")
    desk.decide("accept", "legal", "received")
    desk.decide("accept", "legal.review", "received")
    desk.decide("done")
    assert desk.reviewed() == [
        ("subtype", "legal.drafting", "requested"),
        ("subtype", "legal.review", "received"),
        ("subtype", "legal.review", "requested"),
        ("type", "legal", "received"),
        ("type", "legal", "requested"),
    ]


def test_a_rejected_type_stays_while_its_sub_type_does(desk):
    desk.decide("reject", "legal", "requested")
    accepted = desk.decide("accept", "legal.drafting", "requested")
    desk.decide("done")
    assert ("type", "legal", "requested") in desk.reviewed()
    desk.decide("undo", undoes=accepted)
    assert desk.reviewed() == []


def test_an_instrument_brings_no_type_along(desk):
    desk.decide("add", "legal.tip", "", kind="instrument")
    desk.decide("done")
    assert desk.reviewed() == [("instrument", "legal.tip", "")]


def test_a_second_reading_stands_by_itself_and_changes_nothing_of_the_first(desk):
    desk.decide("accept", "legal.drafting", "requested")
    desk.decide("done")
    desk.decide("add", "training", "requested", reading=2)
    desk.decide("reject", "legal.drafting", "requested", reading=2)
    desk.decide("state-add", state="KEN", reading=2)
    desk.decide("done", reading=2)
    assert desk.reviewed() == [
        ("subtype", "legal.drafting", "requested"),
        ("type", "legal", "requested"),
    ]
    assert desk.states() == []
    assert desk.view("read_tags", "reading", "code") == [(1, "legal"), (1, "legal.drafting"), (2, "training")]
    assert desk.view("read_states", "reading", "state") == [(2, "KEN")]


def test_answers_of_a_replaced_questionnaire_are_reviewed_but_their_tags_do_not_count(database):
    with database.writing() as session:
        desk = Desk(session, ["KEN"])
        desk.decide("accept", "legal", "requested")
        desk.decide("done")
        later = Questionnaire(external_id="later", content="1" * 64, received_at=NOW, received_from="test")
        session.add(later)
        session.flush()
        desk.questionnaire.replaced_by = later.id
        session.flush()
        assert (desk.reviewed(), desk.states()) == ([], [])
        assert desk.view("reviewed_answers", "answer_id") == [(desk.answer.id,)]
        session.delete(later)
        session.flush()
        assert (desk.reviewed(), desk.states()) == ([("type", "legal", "requested")], ["KEN"])


def test_states_are_those_seen_less_the_removed_plus_the_added_each_once(database):
    with database.writing() as session:
        desk = Desk(session, ["KEN", "MDG", "KEN", "FRA"])
        desk.decide("state-remove", state="MDG")
        desk.decide("state-add", state="PER")
        desk.decide("state-add", state="FRA")
        desk.decide("done")
        assert desk.states() == ["FRA", "KEN", "PER"]


def test_the_last_word_on_a_state_counts_and_an_undone_one_does_not(database):
    with database.writing() as session:
        desk = Desk(session, ["KEN"])
        desk.decide("done")
        removed = desk.decide("state-remove", state="KEN")
        desk.decide("state-add", state="PER")
        desk.decide("state-remove", state="PER")
        assert desk.states() == []
        again = desk.decide("state-add", state="KEN")
        assert desk.states() == ["KEN"]
        desk.decide("undo", undoes=again)
        assert desk.states() == []
        desk.decide("undo", undoes=removed)
        assert desk.states() == ["KEN"]


def test_states_are_those_of_the_tagging_that_the_reviewer_saw(database):
    with database.writing() as session:
        desk = Desk(session, ["KEN"])
        other = ModelVersion(name="default", version="2", bands={}, first_seen=NOW)
        session.add(other)
        session.flush()
        desk.decide("done")
        newer = desk.tag(["PER"], other.id)
        assert desk.states() == ["KEN"]
        desk.decide("done", tagging_id=newer)
        assert desk.states() == ["PER"]
        desk.decide("done", tagging_id=None)
        assert desk.states() == []
