import pytest

from corpus.batch import parse_batch
from nlp.errors import InputError


def parse(text):
    return list(parse_batch(text.split("\n"), language="en", batch="b-01", where="en/b-01.txt"))


def parse_one(text):
    [labelled] = parse(text)
    assert not isinstance(labelled, InputError), labelled
    return labelled


def test_an_answer_has_what_its_head_and_passages_say():
    labelled = parse_one(
        "@ b-01-001 | untoc som | MUS Mauritius; GBR the UK | oblique | pair-1\n"
        "? What do you need?\n"
        "none | Three letters went to Mauritius and the UK.\n"
        "requested training.criminal-justice | A course would help."
    )
    assert labelled.answer.text == "Three letters went to Mauritius and the UK. A course would help."
    assert labelled.answer.question == "What do you need?"
    assert labelled.answer.language == "en"
    assert labelled.tags == {("requested", "training"), ("requested", "training.criminal-justice")}
    assert labelled.stances == {"requested"}
    assert labelled.instruments == {"untoc", "som"}
    assert labelled.states == {"MUS", "GBR"}
    assert labelled.group == "b-01"
    assert labelled.set_id == "pair-1"
    spans = [labelled.answer.text[passage.start : passage.end] for passage in labelled.passages]
    assert spans == ["Three letters went to Mauritius and the UK.", "A course would help."]


def test_a_passage_may_hold_several_stances():
    labelled = parse_one(
        "@ a\nreceived resources.equipment; requested legal | The cars came; laws are missing."
    )
    assert labelled.passages[0].tags == (("received", "resources.equipment"), ("requested", "legal"))
    assert labelled.stances == {"received", "requested"}


def test_a_stance_without_a_code_is_an_unspecified_request():
    labelled = parse_one("@ a\nrequested | Any help is welcome.")
    assert labelled.tags == frozenset()
    assert labelled.stances == {"requested"}


def test_none_stands_only_alone():
    assert parse_one("@ a\nnone | Nothing.\nnone | Really nothing.").stances == {"none"}
    assert parse_one("@ a\nnone | We have cars.\nrequested | Help us.").stances == {"requested"}


def test_line_breaks_are_written_as_escapes_and_join_passages():
    labelled = parse_one("@ a\nrequested | Needs:\\n\nrequested legal | - a law\\n\nnone | a \\\\ b \\tc")
    assert labelled.answer.text == "Needs:\n- a law\na \\ b \tc"
    assert [labelled.answer.text[each.start : each.end] for each in labelled.passages] == [
        "Needs:",
        "- a law",
        "a \\ b \tc",
    ]


def test_an_answer_may_be_labelled_as_a_whole():
    labelled = parse_one("@ a\n= requested legal.drafting; received\n| One.\n| Two.")
    assert labelled.passages == ()
    assert labelled.tags == {("requested", "legal"), ("requested", "legal.drafting")}
    assert labelled.stances == {"requested", "received"}


def test_text_may_hold_bars_and_hashes():
    assert parse_one("@ a\nnone | code | name # 3").answer.text == "code | name # 3"


def test_comments_and_blank_lines_are_passed_over():
    assert [each.answer.id for each in parse("# head\n\n@ a\nnone | x\n\n# note\n@ b\n\nnone | y\n")] == [
        "a",
        "b",
    ]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("none | x", 1, "before the first answer"),
        ("@ a", 1, "has no text"),
        ("@ a\nno bar here", 2, "the bar is missing"),
        ("@ a\nnone | ", 2, "has no text"),
        ("@ a\nwanted legal | x", 2, "'wanted' is no stance"),
        ("@ a\nnone legal | x", 2, "'none' stands without a code"),
        ("@ a\n\nrequested legal.draft | x", 3, "legal.draft: is no code"),
        ("@ a\nrequested untoc | x", 2, "instrument"),
        ("@ a | nato\nnone | x", 1, "'nato' is no instrument"),
        ("@ a | | XXX\nnone | x", 1, "XXX"),
        ("@ a | | KEN Kenya\nnone | In Kenia.", 1, "does not hold 'Kenya'"),
        ("@ a\nnone | x\n| y", 1, "has no label"),
        ("@ a\n= none\nnone | x", 1, "label either"),
        ("@ a\n| x", 1, "label either"),
        ("@ | untoc\nnone | x", 1, "write '@ id"),
    ],
)
def test_an_error_names_file_and_line(text, line, problem):
    [error] = parse(text)
    assert isinstance(error, InputError)
    assert error.concerns == f"en/b-01.txt:{line}"
    assert problem in error.problem


def test_one_faulty_answer_leaves_the_others():
    first, error, last = parse("@ a\nnone | x\n@ b\nbad | y\n@ c\nnone | z")
    assert (first.answer.id, last.answer.id) == ("a", "c")
    assert isinstance(error, InputError)
