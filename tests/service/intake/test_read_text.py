import pytest


def test_each_paragraph_is_an_answer_with_its_line_breaks_as_received(save, texts):
    path = save("note.txt", "One\r\ntwo.\r\n\r\n  \r\nThree.\n# A heading\n\n\nFour")
    assert texts(path) == ["One\r\ntwo.", "Three.\n# A heading", "Four"]


def test_answers_are_called_by_the_name_of_the_file_and_a_number(save, read):
    assert [answer.id for answer in read(save("note.txt", "a\n\nb"))] == ["note.txt#1", "note.txt#2"]


def test_a_form_feed_parts_paragraphs_and_is_no_text(save, texts):
    assert texts(save("note.txt", "One\n\f\nTwo\fThree\n\f")) == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "mac_roman", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_accents_survive_every_usual_encoding(save, texts, encoding):
    text = "Le Bénin souhaite que ses procureurs soient formés à l'entraide.\n\nDéjà reçu : un véhicule."
    assert texts(save("note.txt", text.encode(encoding))) == text.split("\n\n")


def test_a_damaged_character_costs_its_paragraph_alone(save, read):
    content = "Été.\n\n".encode() * 3 + b"Caf\xe9.\n\n" + "Élèves.".encode()
    *before, damaged, after = read(save("note.txt", content))
    assert [answer.text for answer in before] == ["Été."] * 3
    assert damaged.startswith("note.txt, line 7, text: holds bytes that are no text")
    assert (after.text, after.id) == ("Élèves.", "note.txt#5")


def test_a_paragraph_that_is_too_long_costs_no_other(save, read):
    content = "One.\n\n" + "word word\n" * 120_000 + "\nThree."
    first, problem, last = read(save("note.txt", content))
    assert (first.text, last.text) == ("One.", "Three.")
    assert problem.startswith("note.txt, line 3: the paragraph is longer than 1,000,000 characters")
