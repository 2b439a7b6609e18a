"""Every number from the service's database is one that another query finds, in another way."""

from collections import Counter

import pytest
from sqlalchemy import select, text

from service.overview.counts import region_of
from service.overview.database import read_database
from service.overview.items import UNITS
from service.overview.overview import make_overview
from service.store.answers import QuestionnaireFilter
from service.store.decisions import Wish, decide, version_of
from service.store.tables import Answer
from tests.service.overview.reviewed_examples import fill

# What stands, from the decisions themselves and none of the views: of those that nobody took back, the last
# about a tag says whether it is on the answer.
TAGS = """
WITH kept AS (
  SELECT * FROM decisions
  WHERE reading = 1 AND act <> 'undo' AND id NOT IN (SELECT undoes FROM decisions WHERE undoes IS NOT NULL)
), closing AS (
  SELECT answer_id, act, row_number() OVER (PARTITION BY answer_id ORDER BY number DESC) AS place
  FROM kept WHERE act IN ('done', 'reopen')
), done AS (
  SELECT answer_id FROM closing WHERE place = 1 AND act = 'done'
), said AS (
  SELECT answer_id, number, code, kind, stance, act IN ('accept', 'add') AS here FROM kept
  WHERE act IN ('accept', 'add', 'reject', 'restance')
  UNION ALL
  SELECT answer_id, number, code, kind, new_stance, act = 'restance' FROM kept WHERE act = 'restance'
), latest AS (
  SELECT answer_id, code, kind, stance, here,
         row_number() OVER (PARTITION BY answer_id, code, stance ORDER BY number DESC) AS place
  FROM said
), tags AS (
  SELECT l.answer_id, l.code, l.kind, l.stance FROM latest l JOIN done d ON d.answer_id = l.answer_id
  WHERE l.place = 1 AND l.here
)
"""
SUGGESTED = """
WITH kept AS (
  SELECT * FROM decisions
  WHERE reading = 1 AND act <> 'undo' AND id NOT IN (SELECT undoes FROM decisions WHERE undoes IS NOT NULL)
), done AS (
  SELECT k.answer_id FROM kept k WHERE k.act = 'done' AND NOT EXISTS (
    SELECT 1 FROM kept r WHERE r.answer_id = k.answer_id AND r.act = 'reopen' AND r.number > k.number)
), tags AS (
  SELECT t.answer_id, s.code, s.kind, s.stance FROM suggestions s JOIN taggings t ON t.id = s.tagging_id
  WHERE s.band <> 'unsure' AND t.answer_id NOT IN (SELECT answer_id FROM done)
)
"""
NEEDS = """
, of_text AS (SELECT answer_id, code FROM tags WHERE kind = 'instrument')
, needs AS (
  SELECT t.answer_id, t.code, t.stance FROM tags t WHERE t.kind = 'subtype'
  UNION
  SELECT t.answer_id, t.code, t.stance FROM tags t WHERE t.kind = 'type' AND NOT EXISTS (
    SELECT 1 FROM tags s
    WHERE s.answer_id = t.answer_id AND s.stance = t.stance AND s.code LIKE t.code || '.%')
)
SELECT DISTINCT n.answer_id, q.id AS questionnaire, q.state, q.cycle, q.language, n.stance, n.code,
       coalesce(x.code, i.code) AS instrument
FROM needs n
JOIN answers a ON a.id = n.answer_id
JOIN questionnaires q ON q.id = a.questionnaire_id AND q.replaced_by IS NULL
LEFT JOIN of_text x ON x.answer_id = n.answer_id
LEFT JOIN questionnaire_instruments i ON i.questionnaire_id = q.id AND x.code IS NULL
"""
STANCES = ("requested", "offered", "received")
GROUPS = {
    "regions": lambda row: region_of(row.state),
    "instruments": lambda row: row.instrument,
    "cycles": lambda row: row.cycle,
    "languages": lambda row: row.language,
}


@pytest.fixture
def filled(database):
    fill(database)
    return database


def rows_of(database, tags):
    with database.reading() as session:
        return session.execute(text(tags + NEEDS)).all()


def number_of(rows, unit):
    """Count rows in a unit."""
    keys = {
        "requests": lambda row: (row.questionnaire, row.instrument, row.code),
        "answers": lambda row: row.answer_id,
        "questionnaires": lambda row: row.questionnaire,
    }
    return len({keys[unit](row) for row in rows})


def is_that_of(count, rows, unit):
    """Whether a count has the number, the answers and the States of rows."""
    answers = {str(row.answer_id) for row in rows}
    states = {row.state for row in rows} - {None}
    return (
        count.number == number_of(rows, unit)
        and (set(count.answers), len(count.answers)) == (answers, len(answers))
        and count.states == tuple(sorted(states))
    )


def assert_counted(stances, rows, unit):
    """Every number of the three stances is that of the rows."""
    for stance in STANCES:
        tally = getattr(stances, stance)
        said = [row for row in rows if row.stance == stance]
        assert is_that_of(tally.total, said, unit)
        assert sum(count.number > 0 for count in tally.types.values()) == len(
            {row.code.partition(".")[0] for row in said}
        )
        for code, count in tally.types.items():
            assert is_that_of(count, [row for row in said if row.code.partition(".")[0] == code], unit)
        for code, count in (tally.subtypes | tally.general).items():
            assert is_that_of(count, [row for row in said if row.code == code], unit)


def test_every_number_is_that_of_an_independent_query_in_each_unit(filled):
    with filled.reading() as session:
        source = read_database(session, QuestionnaireFilter(), unreviewed=True)
    reviewed, suggested = rows_of(filled, TAGS), rows_of(filled, SUGGESTED)
    assert {row.stance for row in reviewed} == {row.stance for row in suggested} == set(STANCES)
    for unit in UNITS:
        overview = make_overview(source, unit)
        assert_every_number(overview.reviewed, reviewed, unit)
        assert_every_number(overview.unreviewed, suggested, unit)


def assert_every_number(counts, rows, unit):
    """Every number in all groups is that of the rows."""
    assert_counted(counts.all, rows, unit)
    for name, group_of in GROUPS.items():
        groups = getattr(counts, name)
        assert {group_of(row) for row in rows} <= set(groups)
        for group, stances in groups.items():
            assert_counted(stances, [row for row in rows if group_of(row) == group], unit)


def test_the_needs_and_their_states_are_those_of_an_independent_query(filled):
    with filled.reading() as session:
        overview = make_overview(read_database(session, QuestionnaireFilter()))
    rows = [row for row in rows_of(filled, TAGS) if row.stance == "requested"]
    expected = Counter((row.instrument, row.code) for row in rows)
    assert {(need.instrument, need.code) for need in overview.needs} == set(expected)
    for need in overview.needs:
        behind = [row for row in rows if (row.instrument, row.code) == (need.instrument, need.code)]
        assert is_that_of(need.count, behind, "requests")
        assert need.alone is (len({row.state for row in behind}) == 1 and behind[0].state is not None)
    assert overview.unreviewed is None


def test_one_cycle_alone_is_read_if_asked_for(filled):
    with filled.reading() as session:
        overview = make_overview(read_database(session, QuestionnaireFilter(cycle="2")))
        known = session.scalars(
            text("SELECT id FROM questionnaires WHERE cycle = '2' AND replaced_by IS NULL")
        )
        expected = {str(id_) for id_ in known}
    rows = [row for row in rows_of(filled, TAGS) if row.cycle == "2"]
    assert rows
    assert_counted(overview.reviewed.all, rows, "requests")
    assert {each.questionnaire for each in overview.source.submissions} == expected
    assert list(overview.reviewed.cycles) == ["2"]


def test_a_replaced_questionnaire_counts_no_more_and_what_was_carried_over_does(filled):
    with filled.reading() as session:
        source = read_database(session, QuestionnaireFilter(), unreviewed=True)
        old, new = session.scalars(
            text("SELECT id FROM questionnaires WHERE external_id = 'again' ORDER BY id")
        ).all()
    found = {item.questionnaire for item in source.items}
    assert str(old) not in found
    assert str(new) in found
    (submission,) = [each for each in source.submissions if each.questionnaire == str(new)]
    assert (submission.respondent, submission.instruments, submission.answers) == ("TGO", ("som", "tip"), 4)


def test_the_words_behind_requests_and_offers_are_the_passages_that_they_were_put_on(filled):
    with filled.reading() as session:
        source = read_database(session, QuestionnaireFilter(), unreviewed=True)
        texts = dict(session.execute(select(Answer.id, Answer.text)).all())
    requests = [item for item in source.items if item.stance in {"requested", "offered"}]
    for item in requests:
        assert item.evidence in texts[int(item.answer)]
        assert item.evidence or not texts[int(item.answer)]
    halves = [item for item in requests if item.evidence != texts[int(item.answer)]]
    assert len(halves) > len(requests) / 2
    assert {item.reviewed for item in halves} == {True, False}


def test_words_marked_by_a_decision_that_was_taken_back_are_not_those_behind_a_tag(filled):
    with filled.writing() as session:
        not_done = "answer_id NOT IN (SELECT answer_id FROM reviewed_answers)"
        answer_id = session.scalar(text(f"SELECT min(answer_id) FROM decisions WHERE {not_done}"))
        last = version_of(session, answer_id)
        wishes = (
            Wish("add", "data.research", "requested", passages=(0,)),
            Wish("add", "data.research", "requested", passages=(1,)),
            Wish("undo", undoes=last + 2),
            Wish("done"),
        )
        decide(session, answer_id, last, wishes, "rita", may_reopen=True)
        answer = session.get(Answer, answer_id).text
        source = read_database(session, QuestionnaireFilter())
    (item,) = [
        each
        for each in source.items
        if (each.answer, each.code, each.stance) == (str(answer_id), "data.research", "requested")
    ]
    assert item.evidence == answer[: len(answer) // 2]


def test_an_empty_database_has_an_overview_of_nothing(database):
    with database.reading() as session:
        overview = make_overview(read_database(session, QuestionnaireFilter(), unreviewed=True))
    assert overview.reviewed.all.requested.total.number == overview.unreviewed.all.requested.total.number == 0
    assert overview.needs == overview.source.items == overview.source.submissions == overview.silent == ()
