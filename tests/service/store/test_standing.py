"""What stands after any decisions: in Python for the desk, as in the views of the database."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nlp.errors import NeedtagError
from service.store.decisions import Wish, decide, version_of
from service.store.second_readings import decisions_of
from service.store.standing import standing
from service.store.tables import Answer, Mention, ModelVersion, Questionnaire, Suggestion, Tagging
from service.store.views import read_states, read_tags, standing_decisions, standing_tags
from tests.service.store.test_views import NOW

TAGS = (("data", "requested"), ("data.database", "requested"), ("legal", "offered"), ("untoc", ""))
STANCES = ("requested", "offered", "received")
NAMED, OTHER = "KEN", "GHA"

stances = st.sampled_from(STANCES)
tags = st.one_of(st.sampled_from(TAGS), st.tuples(st.sampled_from(["data", "legal.drafting"]), stances))
wishes = st.one_of(
    st.builds(lambda act, tag: Wish(act, *tag), st.sampled_from(["accept", "reject", "add"]), tags),
    st.builds(lambda tag, new: Wish("restance", *tag, new_stance=new), tags, stances),
    st.builds(
        lambda act, state: Wish(act, state=state),
        st.sampled_from(["state-add", "state-remove"]),
        st.sampled_from([NAMED, OTHER]),
    ),
    st.builds(lambda number: Wish("undo", undoes=number), st.integers(1, 12)),
    st.sampled_from([Wish("done"), Wish("reopen"), Wish("note", note="See the annex.")]),
)


@pytest.fixture
def answer_id(database):
    """An answer with suggestions, that names a State."""
    with database.writing() as session:

        def add(row):
            session.add(row)
            session.flush()
            return row.id

        model = add(ModelVersion(name="default", version="1", bands={}, first_seen=NOW))
        questionnaire = add(
            Questionnaire(external_id="q", content="0" * 64, received_at=NOW, received_from="test")
        )
        answer = add(Answer(questionnaire_id=questionnaire, external_id="a", place=0, text="Kenya", words=""))
        tagging = add(Tagging(answer_id=answer, model_version_id=model, at=NOW, stances=[], passages=[]))
        for place, (code, stance) in enumerate(TAGS):
            kind = "subtype" if "." in code else "type" if stance else "instrument"
            shown = {"kind": kind, "code": code, "stance": stance, "passages": []}
            add(Suggestion(tagging_id=tagging, place=place, confidence=0.9, band="safe", **shown))
        add(Mention(tagging_id=tagging, place=0, state=NAMED, start=0, end=5))
    return answer


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(sequence=st.lists(wishes, max_size=14), reading=st.sampled_from([1, 2]))
def test_what_stands_is_the_same_here_as_in_the_views(database, answer_id, sequence, reading):
    with database.writing() as session:
        for wish in sequence:
            try:
                with session.begin_nested():
                    version = version_of(session, answer_id, reading)
                    decide(session, answer_id, version, [wish], "rita", may_reopen=True, reading=reading)
            except NeedtagError:
                continue
        check(session, answer_id, reading)
        session.rollback()


def check(session, answer_id, reading):
    found = standing(decisions_of(session, answer_id, reading))

    def rows(view, *columns):
        mine = view.c.answer_id == answer_id, view.c.reading == reading
        return sorted(
            tuple(row) for row in session.execute(select(*(view.c[each] for each in columns)).where(*mine))
        )

    assert [number for (number,) in rows(standing_decisions, "number")] == found.numbers
    assert rows(standing_tags, "code", "stance") == sorted(found.tags)
    assert rows(standing_tags, "code", "decision_id") == sorted(
        (code, decision.id) for (code, _), decision in found.tags.items()
    )
    assert not set(found.tags) & (set(found.rejected) | set(found.restanced))
    if found.done is None:
        assert rows(read_tags, "code") == rows(read_states, "state") == []
        return
    types = {(code.partition(".")[0], stance) for code, stance in found.tags}
    assert rows(read_tags, "code", "stance") == sorted(set(found.tags) | types)
    named = {NAMED} if found.states.get(NAMED, True) else set()
    added = {code for code, there in found.states.items() if there}
    assert [state for (state,) in rows(read_states, "state")] == sorted(named | added)
