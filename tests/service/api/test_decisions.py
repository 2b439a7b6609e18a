"""Decisions are written all or none, on what their writer saw, and never lost."""

import threading

import pytest

from service.store.tables import Decision

TEXT = "Kenya requests training of prosecutors and the drafting of a law on firearms."
ADD = {"act": "add", "code": "legal.drafting", "stance": "requested"}
DONE = {"act": "done"}


@pytest.fixture
def answer(api):
    sent = {"external_id": "q", "answers": [{"id": "1", "text": TEXT}]}
    api.admin.post("/v1/questionnaires", json=sent)
    api.tag()
    return Answer(api, api.admin.get("/v1/answers").json()["items"][0]["id"])


class Answer:
    def __init__(self, api, number):
        self.api = api
        self.path = f"/v1/answers/{number}"

    def decide(self, version, *decisions, client=None, **headers):
        body = {"version": version, "decisions": list(decisions)}
        return (client or self.api.admin).post(f"{self.path}/decisions", json=body, headers=headers)

    def show(self):
        return self.api.admin.get(self.path).json()

    def acts(self):
        return [each["act"] for each in self.show()["decisions"]]

    def reviewed(self):
        return [(each["code"], each["stance"]) for each in self.show()["reviewed"]["tags"]]


def test_what_is_written_is_shown_with_its_number_writer_and_the_new_version(answer):
    found = answer.decide(0, ADD, DONE)
    assert found.status_code == 201
    assert found.json()["version"] == 2
    assert [each["number"] for each in found.json()["decisions"]] == [1, 2]
    assert found.json()["decisions"] == answer.show()["decisions"]
    assert found.json()["decisions"][0]["by"].startswith("key admin")
    assert answer.reviewed() == [("legal", "requested"), ("legal.drafting", "requested")]


def test_a_stale_version_is_refused_and_nothing_is_changed_or_lost(answer):
    answer.decide(0, ADD)
    for stale in (0, 2, 2**31):
        refused = answer.decide(stale, {"act": "add", "code": "training", "stance": "offered"}, DONE)
        assert refused.status_code == 409
        assert "version 1" in refused.json()["detail"]
    assert (answer.acts(), answer.show()["version"], answer.show()["status"]) == (["add"], 1, "tagged")


def test_of_decisions_of_which_one_makes_no_sense_none_is_written(answer):
    refused = answer.decide(0, ADD, {"act": "undo", "undoes": 9}, DONE)
    assert refused.status_code == 422
    assert answer.acts() == []


def test_a_later_decision_of_a_request_sees_the_earlier_ones(answer):
    restance = {"act": "restance", "code": "legal.drafting", "stance": "requested", "new_stance": "offered"}
    assert answer.decide(0, ADD, restance, {"act": "undo", "undoes": 2}, DONE).status_code == 201
    assert answer.reviewed() == [("legal", "requested"), ("legal.drafting", "requested")]


def test_a_repeat_with_the_same_key_writes_once_and_gets_the_same_answer(answer):
    first = answer.decide(0, ADD, **{"Idempotency-Key": "once"})
    answer.decide(1, DONE)
    again = answer.decide(0, ADD, **{"Idempotency-Key": "once"})
    assert (again.status_code, again.json()) == (201, first.json())
    assert answer.acts() == ["add", "done"]
    other = answer.decide(2, {"act": "reopen"}, **{"Idempotency-Key": "once"})
    assert other.status_code == 422


def test_a_key_that_was_used_for_a_questionnaire_does_not_pass_for_a_decisions(answer):
    sent = {"external_id": "r", "answers": [{"id": "1", "text": TEXT}]}
    headers = {"Idempotency-Key": "once"}
    assert answer.api.admin.post("/v1/questionnaires", json=sent, headers=headers).status_code == 202
    assert answer.decide(0, ADD, **headers).status_code == 422


def test_of_many_who_decide_on_the_same_version_at_once_one_is_heard_and_the_others_are_told(answer):
    statuses, barrier = [], threading.Barrier(6)

    def decide():
        with answer.api.client("review") as client:
            barrier.wait()
            statuses.append(answer.decide(0, ADD, client=client).status_code)

    threads = [threading.Thread(target=decide) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(statuses) == [201, 409, 409, 409, 409, 409]
    assert answer.acts() == ["add"]


def test_what_is_done_takes_no_decision_until_an_admin_reopens_it_or_its_reviewer_undoes_it(answer):
    with answer.api.client("review") as reviewer, answer.api.client("review") as other:
        answer.decide(0, ADD, DONE, client=reviewer)
        assert answer.decide(2, ADD, client=reviewer).status_code == 409
        assert answer.decide(2, {"act": "reopen"}, client=other).status_code == 403
        assert answer.decide(2, {"act": "undo", "undoes": 2}, client=other).status_code == 403
        assert answer.decide(2, {"act": "undo", "undoes": 2}, client=reviewer).status_code == 201
        assert answer.decide(3, DONE, client=reviewer).status_code == 201
    assert answer.decide(4, {"act": "reopen"}).status_code == 201
    assert answer.show()["reviewed"] is None
    assert answer.acts() == ["add", "done", "undo", "done", "reopen"]


@pytest.mark.parametrize(
    ("decision", "word"),
    [
        ({"act": "accept", "code": "legal.drafting", "stance": "received"}, "add it instead"),
        ({"act": "add", "code": "nothing", "stance": "requested"}, "nothing"),
        ({"act": "add", "code": "legal.drafting"}, "stance"),
        ({"act": "add", "code": "firearms", "stance": "requested"}, "stance"),
        ({"act": "add"}, "code"),
        ({"act": "restance", "code": "legal", "stance": "requested"}, "new_stance"),
        ({**ADD, "passages": [99]}, "passages"),
        ({"act": "state-add"}, "state"),
        ({"act": "state-add", "state": "XXX"}, "XXX"),
        ({"act": "state-remove", "state": "PER"}, "PER"),
        ({"act": "note"}, "note"),
        ({"act": "note", "note": " \n"}, "note"),
        ({"act": "undo"}, "undoes"),
        ({"act": "undo", "undoes": 1}, "1"),
        ({**ADD, "note": "nul \0"}, "NUL"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_and_says_why(answer, decision, word):
    refused = answer.decide(0, decision)
    assert refused.status_code == 422
    assert word in refused.json()["detail"]
    assert answer.api.rows(Decision) == []


def test_a_note_stands_by_itself_changes_no_tag_and_can_be_taken_back(answer):
    note = {"act": "note", "note": "Ask the desk officer."}
    found = answer.decide(0, ADD, note)
    assert found.status_code == 201
    assert found.json()["decisions"][1]["note"] == "Ask the desk officer."
    assert answer.decide(2, {"act": "undo", "undoes": 2}, note, DONE).status_code == 201
    assert answer.reviewed() == [("legal", "requested"), ("legal.drafting", "requested")]
    assert answer.decide(5, note).status_code == 409


def test_reopening_what_is_not_done_is_refused(answer):
    assert answer.decide(0, {"act": "reopen"}).status_code == 409


def test_decisions_go_over_to_what_replaces_the_questionnaire_where_the_text_is_the_same(answer):
    answer.decide(0, ADD, {**ADD, "code": "training", "note": "seen"}, DONE)
    later = {
        "external_id": "q",
        "replaces": "q",
        "answers": [{"id": "1", "text": TEXT}, {"id": "2", "text": "None."}],
    }
    answer.api.admin.post("/v1/questionnaires", json=later)
    same, other = answer.api.admin.get("/v1/answers").json()["items"]
    carried = Answer(answer.api, same["id"])
    assert (same["status"], other["status"], other["version"]) == ("reviewed", "received", 0)
    assert all(each["carried"] for each in carried.show()["decisions"])
    assert carried.acts() == answer.acts() == ["add", "add", "done"]
    refused = answer.decide(3, {"act": "reopen"})
    assert refused.status_code == 409
    assert "questionnaire" in refused.json()["detail"]
    assert carried.decide(3, {"act": "reopen"}).status_code == 201
