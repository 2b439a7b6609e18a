import json

from nlp.answers import Answer
from nlp.errors import InputError
from service.intake import Questionnaire, read_questionnaires

POSTED = {
    "external_id": "2010-TGO-tip-2", "replaces": "2009-TGO-tip-2", "state": "TGO", "instrument": ["tip"],
    "cycle": "2", "language": "fr", "answers": [{"id": "q1", "question": "Quoi ?", "text": "Former"}],
}  # fmt: skip


def test_a_posted_questionnaire_is_read_as_it_is(save):
    answer = Answer("q1", "Former", "Quoi ?", "fr", "TGO", ("tip",), "2")
    expected = Questionnaire("2010-TGO-tip-2", "2009-TGO-tip-2", "TGO", ("tip",), "2", "fr", (answer,))
    assert list(read_questionnaires(save("a.json", json.dumps(POSTED)))) == [expected]
    lines = "\n".join(json.dumps(POSTED | {"external_id": name}) for name in ("a", "b"))
    found = list(read_questionnaires(save("a.jsonl", lines)))
    assert [(one.external_id, [answer.id for answer in one.answers]) for one in found] == [
        ("a", ["q1"]),
        ("b", ["q1"]),
    ]


def test_rows_are_grouped_by_state_instruments_and_cycle_wherever_they_stand(save):
    path = save("a.csv", "id,state,instrument,text\n1,Chad,tip,a\n2,Togo,tip,b\n3,Chad,tip,c\n4,Chad,som,d\n")
    found = {one.external_id: [answer.text for answer in one.answers] for one in read_questionnaires(path)}
    assert found == {"a.csv#TCD-tip": ["a", "c"], "a.csv#TGO-tip": ["b"], "a.csv#TCD-som": ["d"]}


def test_bad_rows_are_reported_beside_the_questionnaires(save):
    error, one = read_questionnaires(save("a.csv", "id,state,text\n1,Atlantis,a\n2,Togo,b\n"))
    assert isinstance(error, InputError)
    assert [answer.id for answer in one.answers] == ["2"]
