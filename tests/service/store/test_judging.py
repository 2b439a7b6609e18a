"""The rows that the team's figures are counted from say the same as the exports'."""

import random

import pytest

from evaluation.decisions import decision_figures
from nlp.models import load_model
from service.store.answers import AnswerFilter
from service.store.decisions import Wish, decide
from service.store.exports import decision_rows, tag_rows
from service.store.judging import judged_rows
from service.store.models import activate, register
from service.store.tables import ModelVersion, Tagging
from service.store.views import SECOND
from tests.service.review.desk_examples import TAGS, fill
from tests.service.store.test_views import NOW

ADDED = Wish("add", "legal.drafting", "offered")


@pytest.fixture
def decided(database):
    """Answers on which two people decided at random; some are not done, some were tagged anew."""
    chance = random.Random(1)
    with database.writing() as session:
        activate(session, register(session, load_model("dummy")), "test")
    ids = fill(database, 20)
    with database.writing() as session:
        for answer_id in ids:
            wishes = [
                Wish(chance.choice(["accept", "reject"]), code, stance)
                for code, stance, *_ in chance.sample(TAGS[:4], 3)
            ]
            wishes += [Wish("restance", "training", "requested", new_stance="offered"), ADDED]
            wishes += [Wish("undo", undoes=chance.randrange(1, 6)), Wish("done")]
            kept = wishes[: chance.randrange(4, 9)]
            decide(session, answer_id, 0, kept, chance.choice(["rita", "omar"]), may_reopen=False)
        decide(session, ids[0], 0, [ADDED, Wish("done")], "sam", may_reopen=False, reading=SECOND)
        later = ModelVersion(name="later", version="1", bands={}, first_seen=NOW)
        session.add(later)
        session.flush()
        for answer_id in ids[:3]:
            session.add(
                Tagging(
                    answer_id=answer_id,
                    model_version_id=later.id,
                    at=later.first_seen,
                    stances=[],
                    passages=[],
                )
            )
        activate(session, later, "test")
    return ids


def test_the_figures_are_those_of_the_exports(database, decided):
    everything = AnswerFilter()
    with database.reading() as session:
        exported = decision_figures(
            tag_rows(session, everything, "en"), decision_rows(session, everything, "en")
        )
        counted = decision_figures(*judged_rows(session, ()))
    assert counted == exported
    assert 3 < counted.answers < 20
    assert counted.judged
    assert counted.added


def test_what_is_hidden_does_not_count(database, decided):
    with database.reading() as session:
        counted = decision_figures(*judged_rows(session, decided))
    assert (counted.answers, counted.judged) == (0, 0)
