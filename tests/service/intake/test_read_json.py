import json

QUESTIONNAIRE = {
    "external_id": "2008-MDG-tip-2",
    "replaces": None,
    "state": "MDG",
    "instrument": ["tip"],
    "cycle": "2",
    "language": "fr",
    "answers": [{"id": "q12", "question": "Quoi ?", "text": "Former"}, {"text": ""}],
}


def test_answers_one_object_a_line(save, read):
    lines = [
        {"id": "a", "text": "x", "question": "q", "language": "fr", "state": "Chad", "instrument": "som"},
        {"text": ""},
    ]
    first, second = read(save("a.jsonl", "\n\n".join(map(json.dumps, lines))))
    assert (first.id, first.question, first.language, first.state, first.instruments) == (
        "a", "q", "fr", "TCD", ("som",),
    )  # fmt: skip
    assert (second.id, second.text, second.state) == ("a.jsonl#2", "", None)


def test_a_list_a_single_answer_and_a_batch_without_a_heading_are_read(save, texts):
    assert texts(save("a.json", '[{"text": "x"}, {"text": "y"}]')) == ["x", "y"]
    assert texts(save("b.json", '{"text": "x"}')) == ["x"]
    assert texts(save("c.json", '{"answers": [{"text": "x"}]}')) == ["x"]


def test_a_questionnaire_hands_its_heading_to_its_answers(save, read):
    first, second = read(save("a.json", json.dumps(QUESTIONNAIRE)))
    assert (first.id, first.state, first.instruments, first.cycle, first.language) == (
        "q12", "MDG", ("tip",), "2", "fr",
    )  # fmt: skip
    assert (second.id, second.state) == ("a.json#2", "MDG")


def test_answers_of_several_questionnaires_may_have_the_same_id(save, read):
    other = QUESTIONNAIRE | {"external_id": "other"}
    for path in (save("a.json", json.dumps([QUESTIONNAIRE, other])),
                 save("a.jsonl", json.dumps(QUESTIONNAIRE) + "\n" + json.dumps(other))):  # fmt: skip
        ids = [answer.id for answer in read(path)]
        assert ids == ["2008-MDG-tip-2/q12", f"{path.name}#2", "other/q12", f"{path.name}#4"]


def test_a_heading_does_not_hold_beyond_its_questionnaire(save, read):
    path = save("a.jsonl", json.dumps(QUESTIONNAIRE) + '\n{"text": "x"}')
    assert read(path)[-1].state is None


def test_an_unknown_state_in_a_heading_is_reported_and_loses_no_answer(save, read):
    problem, *answers = read(save("a.json", json.dumps(QUESTIONNAIRE | {"state": "Atlantis"})))
    assert problem.startswith("a.json, state: 'Atlantis' is no State")
    assert [answer.text for answer in answers] == ["Former", ""]


def test_a_bad_line_costs_no_other(save, read):
    broken, listed, textless, number, good = read(
        save("a.jsonl", '{"text": "x\n[1]\n{"id": 3}\n{"text": {"a": 1}}\n{"id": 5, "text": "y"}')
    )
    assert broken.startswith("a.jsonl, line 1: is no JSON (")
    assert listed.startswith("a.jsonl, line 2: is no object")
    assert textless.startswith("a.jsonl, line 3: has no text")
    assert number == "a.jsonl, line 4, text: is no text; write it as a string"
    assert (good.id, good.text) == ("5", "y")


def test_names_can_be_mapped(save, texts):
    assert texts(save("a.jsonl", '{"antwort": "x", "text": "y"}'), columns={"text": "antwort"}) == ["x"]


def test_json_and_json_lines_taken_for_each_other_are_told_apart(save, read):
    pretty = json.dumps(QUESTIONNAIRE, indent=1)
    assert read(save("a.jsonl", pretty)) == ["a.jsonl: is JSON, not JSON Lines; give it the ending .json"]
    [problem] = read(save("a.json", '{"text": "x"}\n{"text": "y"}'))
    assert problem.endswith("if it holds one object a line, give it the ending .jsonl")


def test_a_line_of_deepest_nesting_or_a_giant_number_costs_no_other(save, texts, read):
    path = save("a.jsonl", "[" * 200_000 + '\n{"id": ' + "9" * 9_999 + ', "text": "x"}\n{"text": "y"}')
    deep, giant, good = read(path)
    assert "nested too deep" in deep
    assert "number that is too long" in giant
    assert good.text == "y"


def test_half_a_surrogate_is_refused_before_it_breaks_an_output(save, read):
    [problem] = read(save("a.json", r'[{"text": "\ud800"}]'))
    assert problem.startswith("a.json, item 1, text: holds bytes that are no text")


def test_nesting_in_a_field_costs_its_row_alone(save, read):
    deep = '{"text": ' + "[" * 900 + "]" * 900 + "}"
    nested, good = read(save("a.json", f'[{deep}, {{"text": "x"}}]'))
    assert nested == "a.json, item 1, text: is no text; write it as a string"
    assert good.text == "x"
