"""What decisions say: worked by hand on a few answers, and on figures that others published."""

import datetime as dt
import io
import json
from dataclasses import asdict

from rich.console import Console

from evaluation.bootstrap import Estimate
from evaluation.decision_tables import print_decisions
from evaluation.decisions import SITTING, Share, decision_figures, mean_of, median_of
from evaluation.words import short_names

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def suggestion(answer, code, band, taken, *, stance="requested", model="m 1"):
    return {
        "id": answer,
        "code": code,
        "stance": stance,
        "band": band,
        "model": model,
        "taken": taken,
        "added": False,
    }


def added(answer, code):
    return suggestion(answer, code, None, True, model=None) | {"added": True}


def decisions(answer, *acts, by="person a", reading=1, model="m 1", seconds=10, carried=False):
    """One decision after the other; an act is a name, or a name and other fields."""
    rows = []
    for number, act in enumerate(acts, 1):
        name, fields = (act, {}) if isinstance(act, str) else act
        row = {"id": answer, "reading": reading, "number": number, "act": name, "by": by, "model": model}
        row |= {"code": None, "stance": None, "new_stance": None, "undoes": None, "confidence": None}
        row |= {"carried": carried, "at": (NOON + dt.timedelta(seconds=seconds * number)).isoformat()}
        rows.append(row | fields)
    return rows


def tag(act, code, stance="requested", confidence=None, **fields):
    return act, {"code": code, "stance": stance, "confidence": confidence, **fields}


def test_the_interval_of_a_share_is_wilson_s():
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    published = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611)}
    published[1, 29] = (0.0061, 0.1718)
    for (part, whole), (low, high) in published.items():
        found = Share(part, whole).estimate
        assert (found.value, round(found.low, 4), round(found.high, 4)) == (part / whole, low, high)
    assert Share(20, 20).estimate.high == 1
    assert Share(0, 0).estimate == Estimate(None, None, None)


def test_means_and_medians_of_few_values_have_no_interval_and_of_many_one_around_them():
    assert mean_of([]) == median_of([]) == Estimate(None, None, None)
    assert mean_of([3]) == Estimate(3, None, None)
    assert mean_of([0, 0, 3]).low == 0
    assert median_of([1, 2]) == Estimate(1.5, None, None)
    # Conover 1999: of 100 values the 40th and the 61st.
    assert median_of(range(1, 101)) == Estimate(50.5, 40, 61)


def test_suggestions_on_reviewed_answers_are_counted_by_label_and_band():
    tags = [
        suggestion("1", "legal", "safe", True),
        suggestion("1", "legal", "safe", False, stance="offered"),
        suggestion("2", "legal", "unsure", False),
        suggestion("2", "training", "suggest", True),
        suggestion("3", "training", "suggest", None),
        added("1", "resources"),
    ]
    found = decision_figures(tags, [])
    assert (found.judged, found.outdated) == (2, 0)
    assert found.bands == {"safe": Share(1, 2), "suggest": Share(1, 1), "unsure": Share(0, 1)}
    assert [(each.code, each.together) for each in found.labels] == [
        ("legal", Share(1, 3)),
        ("training", Share(1, 1)),
    ]
    assert found.labels[0].bands == {"safe": Share(1, 2), "suggest": Share(0, 0), "unsure": Share(0, 1)}
    assert decision_figures([*tags, *tags], []) == found


def test_suggestions_that_the_reviewer_did_not_see_do_not_count():
    tags = [suggestion("1", "legal", "safe", False, model="m 2"), suggestion("2", "legal", "safe", True)]
    found = decision_figures(tags, decisions("1", "done") + decisions("2", "done"))
    assert (found.judged, found.outdated, found.bands["safe"]) == (1, 1, Share(1, 1))


def test_edits_are_decisions_that_stand_and_change_what_the_model_said():
    first = decisions(
        "1",
        tag("accept", "legal", confidence=0.9),
        tag("reject", "training", confidence=0.4),
        ("undo", {"undoes": 2}),
        tag("restance", "resources", confidence=0.4, new_stance="received"),
        "state-add",
        "note",
        "done",
    )
    open_again = decisions("3", tag("reject", "legal", confidence=0.9), "done", "reopen")
    second_reading = decisions("2", "state-add", "done", reading=2)
    found = decision_figures([], [*first, *decisions("2", "done"), *open_again, *second_reading])
    assert found.answers == 2
    assert found.edits.value == 1
    assert found.acts == {"restance": 1, "state-add": 1}


def test_an_answer_whose_end_was_undone_is_not_done():
    assert decision_figures([], decisions("1", "done", ("undo", {"undoes": 1}))).answers == 0


def test_time_is_that_of_answers_decided_in_one_sitting_by_one_person():
    both = decisions("5", "state-add", "done")
    both[1]["by"] = "person b"
    rows = [
        *decisions("1", "state-add", "done", seconds=20),
        *decisions("2", "state-add", "state-add", "done", seconds=30, by="person b"),
        *decisions("3", "done"),
        *decisions("4", "state-add", "done", seconds=SITTING + 1),
        *both,
        *decisions("6", "state-add", "done", carried=True),
    ]
    found = decision_figures([], rows)
    assert (found.timed, found.seconds.value) == (2, 40)


def test_a_time_that_would_be_one_person_s_is_not_told():
    rows = decisions("1", "state-add", "done") + decisions("2", "state-add", "done")
    found = decision_figures([], rows)
    assert (found.timed, found.seconds) == (2, Estimate(None, None, None))


def test_what_was_added_is_what_the_model_shown_did_not_suggest_and_nobody_took_away():
    rows = [
        *decisions("1", tag("add", "legal"), tag("add", "training", confidence=0.5), "done"),
        *decisions("2", tag("add", "legal"), tag("add", "resources"), tag("reject", "resources"), "done"),
        *decisions("3", tag("add", "legal"), tag("restance", "legal", new_stance="offered"), "done"),
        *decisions("4", tag("add", "legal"), "done", model="m 2"),
    ]
    found = decision_figures([], rows).added
    assert [(each.code, each.stance, each.model, each.answers) for each in found] == [
        ("legal", "requested", "m 1", Share(2, 3)),
        ("legal", "offered", "m 1", Share(1, 3)),
        ("legal", "requested", "m 2", Share(1, 1)),
    ]


def test_each_version_of_the_model_has_its_share_acceptance_and_edits():
    tags = [suggestion("1", "legal", "safe", True), suggestion("2", "legal", "safe", False, model="m 2")]
    rows = decisions("1", "done") + decisions("2", "state-add", "done", model="m 2") + decisions("3", "done")
    first, second = decision_figures(tags, rows).models
    assert (first.model, first.answers, first.taken, first.edits.value) == (
        "m 1",
        Share(2, 3),
        Share(1, 1),
        0,
    )
    assert (second.model, second.taken, second.edits.value) == ("m 2", Share(0, 1), 1)


def test_no_result_names_a_person():
    rows = decisions("1", "state-add", "done", by="rita") + decisions("2", "state-add", "done", by="omar")
    found = decision_figures([suggestion("1", "legal", "safe", True)], rows)
    told = json.dumps(asdict(found)) + printed(found)
    assert "rita" not in told
    assert "omar" not in told


def test_a_decision_that_comes_twice_counts_once():
    rows = decisions("1", "state-add", "done")
    assert decision_figures([], rows * 2) == decision_figures([], rows)


def printed(figures, lang="en"):
    console = Console(file=io.StringIO(), width=160)
    print_decisions(figures, console, lang)
    return " ".join(console.file.getvalue().split())


def test_the_tables_show_shares_with_intervals_in_the_language():
    tags = [suggestion(str(number), "legal", "safe", number < 3) for number in range(4)]
    rows = decisions("1", tag("add", "training"), "done") + decisions("2", "state-add", "done", by="b")
    shown = printed(decision_figures(tags, rows), "fr")
    assert f"{short_names('fr')['legal']} 3/4" in shown
    assert "legal 75 % (30–95)" in shown
    assert "1/2" in shown
    assert "Edits per answer: 1,00" in shown
    assert "Time per answer: 10 seconds in the median" in shown


def test_of_nothing_nothing_is_shown_and_of_one_person_no_time():
    assert printed(decision_figures([], [])) == ""
    shown = printed(decision_figures([], decisions("1", "state-add", "done")))
    assert "told of a team alone, where at least 2 people have decided" in shown


def test_a_label_that_is_not_known_names_itself():
    assert "ours 1/1" in printed(decision_figures([suggestion("1", "ours", "safe", True)], []))
