"""What the desk shows of a record and its decisions, without a browser."""

import pytest

from service.intake.fields import plain
from service.review.desk import Chip, acts_of, chips_of, groups_of, implied, state_names
from service.store import second_readings
from service.store.standing import standing
from service.store.tables import Decision
from tests.service.review import desk_examples


def decided(*decisions):
    """What decisions amount to, each an act, the number that it undoes or a tag, and a new stance."""
    rows = []
    for number, (act, *about) in enumerate(decisions, start=1):
        row = Decision(id=100 + number, number=number, act=act, code="", stance="", new_stance="", state="")
        if act == "undo":
            row.undoes = 100 + about[0]
        else:
            row.code, row.stance, row.new_stance = (*about, "", "", "")[:3]
        rows.append(row)
    return standing(rows)


def tag(code, stance="requested", confidence=0.9, band="safe"):
    kind = "subtype" if "." in code else "type" if stance else "instrument"
    shown = {"kind": kind, "code": code, "stance": stance or None}
    return shown | {"confidence": confidence, "band": band, "passages": [0]}


def shown(tags, *decisions):
    return [(each.code, each.stance, each.status) for each in chips_of({"tags": tags}, decided(*decisions))]


@pytest.mark.parametrize(
    ("decisions", "status"),
    [
        ([], "open"),
        ([("accept", "data", "requested")], "accepted"),
        ([("reject", "data", "requested")], "rejected"),
        ([("accept", "data", "requested"), ("reject", "data", "requested")], "rejected"),
        ([("reject", "data", "requested"), ("undo", 1)], "open"),
    ],
)
def test_a_chip_shows_what_was_decided_last(decisions, status):
    assert shown([tag("data")], *decisions) == [("data", "requested", status)]


def test_a_tag_in_another_stance_keeps_its_place_and_what_was_suggested():
    found = list(chips_of({"tags": [tag("data")]}, decided(("restance", "data", "requested", "offered"))))
    assert found == [Chip("type", "data", "offered", 0.9, "safe", [0], "accepted", was="requested")]


def test_a_tag_put_back_into_its_stance_is_as_suggested():
    there = ("restance", "data", "requested", "offered")
    back = ("restance", "data", "offered", "requested")
    [chip] = chips_of({"tags": [tag("data")]}, decided(there, back))
    assert (chip.stance, chip.status, chip.was) == ("requested", "accepted", "")


def test_a_tag_in_another_stance_and_then_rejected_can_be_accepted_as_suggested():
    decisions = ("restance", "data", "requested", "offered"), ("reject", "data", "offered")
    assert shown([tag("data")], *decisions) == [("data", "requested", "rejected")]


def test_a_tag_put_where_another_is_is_shown_as_moved():
    tags = [tag("data"), tag("data", "offered")]
    assert shown(tags, ("restance", "data", "requested", "offered")) == [
        ("data", "requested", "moved"),
        ("data", "offered", "accepted"),
    ]


def test_two_tags_put_into_a_third_stance_are_one_tag():
    tags = [tag("data"), tag("data", "offered")]
    decisions = ("restance", "data", "requested", "received"), ("restance", "data", "offered", "received")
    assert shown(tags, *decisions) == [("data", "received", "accepted"), ("data", "offered", "moved")]


def test_an_added_tag_is_shown_until_it_is_rejected():
    add = ("add", "legal.drafting", "requested")
    assert shown([], add) == [("legal.drafting", "requested", "accepted")]
    assert shown([], add, ("reject", "legal.drafting", "requested")) == []
    assert shown([tag("untoc", "")], ("add", "untoc", "")) == [("untoc", "", "accepted")]


def test_a_type_is_implied_by_a_sub_type_that_is_taken_in_the_same_stance():
    tags = [
        tag("data"),
        tag("data", "offered"),
        tag("data.database"),
        tag("training"),
        tag("training.marking"),
    ]
    taken = decided(("accept", "data.database", "requested"), ("reject", "training.marking", "requested"))
    assert implied(chips_of({"tags": tags}, taken)) == {("data", "requested")}


def test_groups_are_in_the_taxonomy_s_order_and_what_is_uncertain_comes_last():
    tags = [
        tag("reporting", confidence=0.1, band="unsure"),
        tag("untoc", "", 0.9),
        tag("training.marking", confidence=0.6),
        tag("training", confidence=0.6),
        tag("training.criminal-justice", confidence=0.8),
        tag("data", confidence=0.7, band="suggest"),
    ]
    groups = groups_of({"tags": tags}, decided())
    assert [(group.code, [chip.code for chip in group.chips]) for group in groups] == [
        ("data", ["data"]),
        ("training", ["training", "training.criminal-justice", "training.marking"]),
        ("", ["untoc"]),
        ("reporting", ["reporting"]),
    ]


def test_what_was_written_together_is_one_act_as_far_as_it_stands(database, decided):
    first = desk_examples.fill(database)[0]
    accepts = [("accept", {"code": code, "stance": "received"}) for code in ("data", "data.database")]
    decided(first, *accepts)
    decided(first, ("state-remove", {"state": "TGO"}), "done")
    decided(first, ("undo", {"undoes": 4}))
    with database.reading() as session:
        decisions = second_readings.decisions_of(session, first)
        acts = acts_of(decisions, standing(decisions))
        assert [[each.number for each in act] for act in acts] == [[1, 2], [3]]


def test_states_stand_as_named_removed_and_added(sign_in, database, decided):
    first = desk_examples.fill(database)[0]
    decided(first, ("state-remove", {"state": "TGO"}), ("state-add", {"state": "KEN"}))
    html = sign_in().get(f"/answers/{first}").text
    states = html.partition('id="states"')[2].partition("</ul>")[0]
    assert [name for name in ("Togo", "Ghana", "Kenya") if name in states] == ["Ghana", "Kenya"]


def test_the_next_that_wants_a_look_begins_anew_at_the_end(sign_in, database, decided):
    ids = desk_examples.fill(database)
    page = sign_in().get(f"/answers/{ids[0]}").text
    assert f'data-key="w" aria-keyshortcuts="w" href="/answers/{ids[2]}"' in page
    page = sign_in().get(f"/answers/{ids[2]}").text
    assert 'data-key="w"' not in page
    assert "No other wants a look" in page
    decided(ids[2], "done")
    assert 'data-key="w"' not in sign_in().get(f"/answers/{ids[0]}").text


def test_scripts_are_asked_for_anew_and_what_has_its_version_in_the_address_is_kept(visitor):
    found = visitor.get("/static/outbox.js")
    assert found.headers["cache-control"] == "no-cache"
    again = visitor.get("/static/outbox.js", headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    kept = visitor.get(f"/static/outbox.js?{found.headers['etag'].strip(chr(34))}")
    assert "immutable" in kept.headers["cache-control"]
    assert visitor.get("/static/none.js").status_code == 404
    assert visitor.get("/static/..%2fdesk.py").status_code == 404


def test_a_state_is_called_by_every_name_that_is_its_own_alone():
    names = state_names()
    for code, name in (("IRN", "Irán"), ("RUS", "Russie"), ("SYR", "Syria"), ("DEU", "Alemania")):
        assert name in names[code]
    every = [plain(name) for each in names.values() for name in each]
    assert len(every) == len(set(every))
