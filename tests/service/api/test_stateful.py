"""Questionnaire, tag, decide, replace, re-tag, export, delete: in any order, beside a model of what holds."""

import itertools
import json
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from service.store.tables import Base, Decision, Mention, Suggestion, Tagging

# What a questionnaire's end leaves: who may come, which models worked here, who did what, with which keys.
KEPT = {"users", "api_keys", "model_versions", "activations", "audit", "idempotency_keys"}
TEXTS = (
    "Kenya requests training of prosecutors and the drafting of a law on firearms.",
    "Le Mali sollicite une formation de ses magistrats et des équipements.",
    "El Perú ofrece asistencia técnica a Chile y recibió apoyo de la UNODC.",
    "None.",
)
CODES = ("legal", "legal.drafting", "training", "firearms")
STANCES = ("requested", "offered", "received")
STATES = ("KEN", "PER", "FRA")
ADD = {"act": "add", "code": "legal", "stance": "offered"}
MODELS = ("dummy", "small", "other")
NAMES = itertools.count(1)


@dataclass
class Act:
    """A decision, as the model keeps it; `tagging` are the States that its writer saw."""

    number: int
    act: str
    code: str | None = None
    stance: str | None = None
    new_stance: str | None = None
    state: str | None = None
    undoes: int | None = None
    seen: tuple = ()
    carried: bool = False


@dataclass
class Known:
    """An answer: its decisions, which models tagged it, and what they found."""

    id: str
    name: str
    text: str
    acts: list = field(default_factory=list)
    tagged: dict = field(default_factory=dict)

    def standing(self):
        undone = {each.undoes for each in self.acts if each.act == "undo"}
        return [each for each in self.acts if each.act != "undo" and each.number not in undone]

    def done(self):
        ends = [each for each in self.standing() if each.act in {"done", "reopen"}]
        return ends[-1] if ends and ends[-1].act == "done" else None

    def tags(self):
        """The tags accepted or added and not undone."""
        found = set()
        for each in self.standing():
            if each.act in {"accept", "add"}:
                found.add((each.code, each.stance))
            elif each.act in {"reject", "restance"}:
                found.discard((each.code, each.stance))
                if each.act == "restance":
                    found.add((each.code, each.new_stance))
        return found

    def reviewed_tags(self):
        return self.tags() | {(code.partition(".")[0], stance) for code, stance in self.tags()}

    def reviewed_states(self):
        last = {each.state: each.act for each in self.standing() if each.state}
        added = {state for state, act in last.items() if act == "state-add"}
        return (set(self.done().seen) - set(last)) | added


@dataclass
class Sent:
    """A questionnaire: its answers, what it replaces and what replaces it."""

    id: str
    name: str
    body: dict
    answers: list
    replaces: "Sent | None" = None
    replaced_by: "Sent | None" = None


class Machine(RuleBasedStateMachine):
    """Drives the service and the model beside each other."""

    def __init__(self, api):
        super().__init__()
        self.api = api
        self.client = api.admin
        self.sent = []
        self.rows = {}
        self.active = next(
            each["name"] for each in self.client.get("/v1/models").json()["items"] if each["active"]
        )

    def current(self):
        return [each for each in self.sent if each.replaced_by is None]

    def answers(self):
        return [(sent, each) for sent in self.current() for each in sent.answers]

    def waiting(self):
        return [each for _, each in self.answers() if self.active not in each.tagged and not each.done()]

    def pick(self, data, choices):
        return choices[data.draw(st.integers(0, len(choices) - 1))]

    def contents(self, data):
        """Up to three answers; ids and texts differ within a questionnaire, and come again in others."""
        texts = data.draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True))
        names = data.draw(st.permutations(["q1", "q2", "q3"]))
        return [{"id": name, "text": text} for name, text in zip(names, texts, strict=False)]

    def post(self, body, **headers):
        return self.client.post("/v1/questionnaires", json=body, headers=headers)

    def stored(self, body, found):
        assert found.status_code == 202, found.text
        number = found.json()["id"]
        items = self.client.get(f"/v1/questionnaires/{number}/answers").json()["items"]
        assert [(each["external_id"], each["text"]) for each in items] == [
            (each["id"], each["text"]) for each in body["answers"]
        ]
        sent = Sent(number, body["external_id"], body, [])
        sent.answers = [Known(each["id"], each["external_id"], each["text"]) for each in items]
        self.sent.append(sent)
        return sent

    @rule(data=st.data())
    def send_new(self, data):
        body = {"external_id": f"questionnaire {next(NAMES)}", "answers": self.contents(data)}
        self.stored(body, self.post(body))

    @precondition(lambda self: self.current())
    @rule(data=st.data())
    def send_again(self, data):
        sent = self.pick(data, self.current())
        found = self.post(sent.body)
        assert (found.status_code, found.json()["id"]) == (202, sent.id)

    @precondition(lambda self: self.current())
    @rule(data=st.data())
    def send_other_content(self, data):
        sent = self.pick(data, self.current())
        refused = self.post({**sent.body, "replaces": None, "cycle": f"{next(NAMES)}"})
        assert refused.status_code == 409
        assert f'"replaces": "{sent.name}"' in refused.json()["detail"]

    @precondition(lambda self: self.current())
    @rule(data=st.data(), rename=st.booleans())
    def replace_one(self, data, rename):
        earlier = self.pick(data, self.current())
        name = f"questionnaire {next(NAMES)}" if rename else earlier.name
        answers = self.contents(data)
        body = {"external_id": name, "replaces": earlier.name, "answers": answers, "cycle": f"{next(NAMES)}"}
        later = self.stored(body, self.post(body))
        later.replaces, earlier.replaced_by = earlier, later
        before, after = ({each.name for each in sent.answers} for sent in (earlier, later))
        for old, new in itertools.product(earlier.answers, later.answers):
            moved = old.name not in after and new.name not in before
            if old.text == new.text and (old.name == new.name or moved):
                new.tagged = dict(old.tagged)
                new.acts = [replace(each, carried=True) for each in old.acts]

    @precondition(lambda self: len(self.sent) > len(self.current()))
    @rule(data=st.data())
    def replace_what_was_replaced(self, data):
        sent = self.pick(data, [each for each in self.sent if each.replaced_by])
        body = {
            "external_id": f"questionnaire {next(NAMES)}",
            "replaces": sent.name,
            "answers": sent.body["answers"],
        }
        # The name may have passed on to a questionnaire that counts.
        if not any(each.name == sent.name for each in self.current()):
            assert self.post(body).status_code == 409

    @rule()
    def tag(self):
        waiting = self.waiting()
        assert self.api.tag() == len(waiting)
        for each in waiting:
            found = self.client.get(f"/v1/answers/{each.id}").json()
            assert found["model"]["name"] == self.active
            each.tagged[self.active] = {
                "tags": found["tags"],
                "states": [state["code"] for state in found["states"]],
            }

    @rule(name=st.sampled_from(MODELS))
    def activate(self, name):
        self.api.activate(name)
        self.active = name

    @precondition(lambda self: self.answers())
    @rule(data=st.data())
    def decide(self, data):
        _, known = self.pick(data, self.answers())
        shown = self.client.get(f"/v1/answers/{known.id}").json()
        wishes = self.wishes(known, shown)
        wish = wishes[data.draw(st.sampled_from(sorted(wishes)))](data)
        body = {"version": len(known.acts), "decisions": [wish]}
        found = self.client.post(f"/v1/answers/{known.id}/decisions", json=body)
        assert found.status_code == 201, (wish, found.text)
        seen = tuple(each["code"] for each in shown["states"])
        known.acts.append(Act(len(known.acts) + 1, **wish, seen=seen))
        assert found.json()["version"] == len(known.acts)

    def wishes(self, known, shown):
        """What makes sense for an answer now, each as a way to draw it."""
        undoable = [each.number for each in known.standing() if not known.done() or each.act == "done"]
        found = (
            {"undo": lambda data: {"act": "undo", "undoes": self.pick(data, undoable)}} if undoable else {}
        )
        if known.done():
            return {**found, "reopen": lambda data: {"act": "reopen"}}
        suggested = [(each["code"], each["stance"]) for each in shown["tags"]]
        there = [*suggested, *sorted(known.tags(), key=str)]
        tagged = [each for each in there if each[1]]
        states = {state["code"] for state in shown["states"]}
        last = {each.state: each.act for each in known.standing() if each.state}
        removable = sorted(states | {state for state, act in last.items() if act == "state-add"})

        def about(act, choices):
            return lambda data: dict(
                zip(("act", "code", "stance"), (act, *self.pick(data, choices)), strict=True)
            )

        def restance(data):
            code, stance = self.pick(data, tagged)
            new = self.pick(data, [each for each in STANCES if each != stance])
            return {"act": "restance", "code": code, "stance": stance, "new_stance": new}

        every = [(code, stance) for code in CODES[:-1] for stance in STANCES] + [(CODES[-1], None)]
        found |= {
            "add": about("add", every),
            "done": lambda data: {"act": "done"},
            "state-add": lambda data: {"act": "state-add", "state": self.pick(data, STATES)},
        }
        if suggested:
            found["accept"] = about("accept", suggested)
        if there:
            found["reject"] = about("reject", there)
        if tagged:
            found["restance"] = restance
        if removable:
            found["state-remove"] = lambda data: {"act": "state-remove", "state": self.pick(data, removable)}
        return found

    @precondition(lambda self: self.answers())
    @rule(data=st.data(), off=st.sampled_from([-1, 1, 5]))
    def decide_on_a_stale_version(self, data, off):
        _, known = self.pick(data, self.answers())
        version = max(0, len(known.acts) + off)
        if version != len(known.acts):
            body = {"version": version, "decisions": [ADD]}
            assert self.client.post(f"/v1/answers/{known.id}/decisions", json=body).status_code == 409

    @precondition(lambda self: len(self.sent) > len(self.current()))
    @rule(data=st.data())
    def decide_on_what_was_replaced(self, data):
        sent = self.pick(data, [each for each in self.sent if each.replaced_by])
        known = self.pick(data, sent.answers)
        body = {
            "version": len(known.acts),
            "decisions": [{"act": "add", "code": "legal", "stance": "offered"}],
        }
        assert self.client.post(f"/v1/answers/{known.id}/decisions", json=body).status_code == 409

    @rule()
    def export(self):
        exported = [json.loads(line) for line in self.lines("decisions")]
        expected = [
            (known.id, act.number, act.act, act.code, act.stance, act.carried)
            for _, known in self.answers()
            for act in known.acts
        ]
        fields = ("id", "number", "act", "code", "stance", "carried")
        assert sorted(tuple(each[name] for name in fields) for each in exported) == sorted(expected)
        taken = {}
        for each in map(json.loads, self.lines("tags")):
            if each["taken"]:
                taken.setdefault(each["id"], set()).add((each["code"], each["stance"]))
        done = {known.id: known.reviewed_tags() for _, known in self.answers() if known.done()}
        assert taken == {number: tags for number, tags in done.items() if tags}
        ids = {json.loads(line)["id"] for line in self.lines("answers")}
        assert ids == {known.id for _, known in self.answers()}

    def lines(self, subject):
        found = self.client.get(f"/v1/exports/{subject}?format=jsonl")
        assert found.status_code == 200
        return found.text.splitlines()

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def delete(self, data):
        self.remove(self.pick(data, self.sent))

    def remove(self, sent):
        ids = {int(each.id) for each in sent.answers}
        assert self.client.delete(f"/v1/questionnaires/{sent.id}").status_code == 204
        assert self.client.get(f"/v1/questionnaires/{sent.id}").status_code == 404
        self.sent.remove(sent)
        for each in self.sent:
            if each.replaced_by is sent:
                each.replaced_by = sent.replaced_by
            if each.replaces is sent:
                each.replaces = sent.replaces
        self.rows = {key: row for key, row in self.rows.items() if row[0] not in ids}

    @invariant()
    def what_was_appended_is_there_unchanged_and_nothing_is_left_of_what_was_deleted(self):
        found = self.appended()
        assert {key: found.get(key) for key in self.rows} == self.rows
        known = {int(each.id) for sent in self.sent for each in sent.answers}
        assert {row[0] for row in found.values()} <= known
        self.rows = found

    def appended(self):
        """Every tagging, suggestion, mention and decision: the answer that it is of, and all its columns."""
        found = {}
        with self.api.database.reading() as session:
            for table in (Tagging, Decision):
                for row in session.scalars(select(table)):
                    found[table.__name__, row.id] = (row.answer_id, _columns(row))
            for table in (Suggestion, Mention):
                of = select(table, Tagging.answer_id).join(Tagging, Tagging.id == table.tagging_id)
                for row, answer_id in session.execute(of):
                    found[table.__name__, row.id] = (answer_id, _columns(row))
        return found

    @invariant()
    def what_is_shown_is_what_the_model_says(self):
        items = self.client.get("/v1/answers?limit=200").json()["items"]
        assert [each["id"] for each in items] == sorted((known.id for _, known in self.answers()), key=int)
        shown = {each["id"]: each for each in items}
        for sent, known in self.answers():
            self.compare(sent, known, shown[known.id])
        listed = self.client.get("/v1/questionnaires?limit=200").json()["items"]
        assert {each["id"] for each in listed} == {each.id for each in self.current()}
        for each in listed:
            sent = next(sent for sent in self.sent if sent.id == each["id"])
            assert each["replaces"] == (sent.replaces and sent.replaces.id)
            assert each["progress"] == {
                "answers": len(sent.answers),
                "tagged": sum(bool(known.done()) or self.active in known.tagged for known in sent.answers),
                "failed": 0,
                "reviewed": sum(bool(known.done()) for known in sent.answers),
            }

    def compare(self, sent, known, shown):
        assert shown["questionnaire"]["id"] == sent.id
        assert shown["version"] == len(known.acts)
        if self.active in known.tagged:
            assert shown["tags"] == known.tagged[self.active]["tags"]
        if not known.done():
            assert shown["reviewed"] is None
            return
        review = shown["reviewed"]
        assert {(each["code"], each["stance"]) for each in review["tags"]} == known.reviewed_tags()
        assert len(review["tags"]) == len(known.reviewed_tags())
        assert sorted(review["states"]) == sorted(known.reviewed_states())

    def teardown(self):
        for sent in list(self.sent):
            self.remove(sent)
        for table in Base.metadata.sorted_tables:
            assert table.name in KEPT or self.api.rows(table) == [], table.name


def _columns(row):
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


@pytest.mark.parametrize(
    ("kind", "examples"),
    [
        ("sqlite", 10),
        ("postgresql", 4),
        pytest.param("sqlite", 150, marks=pytest.mark.soak),
        pytest.param("postgresql", 100, marks=pytest.mark.soak),
    ],
)
def test_whatever_is_done_in_whatever_order_nothing_is_lost_doubled_or_left(open_api, kind, examples):
    with open_api(kind) as api:
        run_state_machine_as_test(
            lambda: Machine(api),
            settings=hypothesis_settings(
                max_examples=examples,
                stateful_step_count=30,
                derandomize=True,
                database=None,
                # Which lines failing cases share takes a trace of all of them.
                phases=set(Phase) - {Phase.explain},
            ),
        )
