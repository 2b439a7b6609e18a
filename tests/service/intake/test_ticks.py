import pytest

from service.intake.ticks import after_question, is_box, ticked


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("☒ judges\n☐ police\n☑ customs", "judges\ncustoms"),
        ("☐ judges\n□ police", ""),
        ("☒ Yes ☐ No", "Yes"),
        ("Yes ☐ No ☒", "No"),
        ("Oui : ☒  Non : ☐", "Oui"),
        ("[x] judges [ ] police [X] customs", "judges\ncustoms"),
        ("Training: ☒ judges ☐ police", "Training\njudges"),
        ("Training: ☐ judges ☐ police", ""),
        ("✓ judges", "judges"),
        ("☒", ""),
        ("☐ judges\nWe also need cars.", "We also need cars."),
        ("No box at all, only [sic] text (x).", "No box at all, only [sic] text (x)."),
    ],
)
def test_only_what_is_ticked_stays(text, chosen):
    assert ticked(text) == chosen


def test_options_in_the_paragraph_of_the_question_are_its_answer():
    assert after_question("1. Needed? Yes ☐ No ☒") == ("1. Needed?", "Yes ☐ No ☒")
    assert after_question("Needed ☐ Yes") == ("Needed", "☐ Yes")
    assert after_question("1. Needed?") == ("1. Needed?", "")


def test_a_box_alone_is_told_from_text():
    assert is_box(" ☐ ")
    assert not is_box("☐ a")


def test_round_brackets_are_boxes_only_beside_empty_ones():
    assert ticked("(X) No ( ) Yes") == "No"
    assert ticked("( ) No ( ) Yes") == ""
    assert ticked("(ix) training;\n(x) equipment.") == "(ix) training;\n(x) equipment."
