from pathlib import Path

import pytest

from nlp.errors import InputError
from service.intake import SUFFIXES, read_answers, read_questionnaires

EXAMPLES = Path(__file__).parents[3] / "examples"
ANSWERS = {
    "asia-pacific-2013.xlsx": 9,
    "ghana-firearms-2010.jsonl": 6,
    "guatemala-migrantes-2012.csv": 7,
    "jordan-migrants-2011.docx": 5,
    "kyrgyzstan-needs-2013.txt": 8,
    "madagascar-tip-2008.json": 6,
    "paraguay-convencion-2009.pdf": 6,
    "tchad-convention-2009.docx": 6,
}


def test_every_kind_of_file_but_tabs_has_an_example():
    assert {Path(name).suffix for name in ANSWERS} == set(SUFFIXES) - {".tsv"}


@pytest.mark.parametrize(("name", "number"), ANSWERS.items())
def test_an_example_is_read_without_errors(name, number):
    answers = list(read_answers(EXAMPLES / name))
    assert not [one for one in answers if isinstance(one, InputError)]
    assert len(answers) == number
    if not name.endswith(".txt"):
        assert all(
            answer.state and answer.instruments and answer.cycle and answer.question for answer in answers
        )


def test_forms_leak_nothing_of_their_covers_and_margins():
    for name in ANSWERS:
        for answer in read_answers(EXAMPLES / name):
            words = (
                "CTOC",
                "Página",
                "12 mars",
                "Cliquez",
                "deux semaines",
                "Part B",
                "Secrétariat au plus tard",
            )
            assert not any(word in answer.text for word in words), (name, answer)


def test_the_french_form_holds_ticks_notes_and_accepted_changes():
    texts = {
        answer.question[0]: answer.text for answer in read_answers(EXAMPLES / "tchad-convention-2009.docx")
    }
    assert texts["2"].endswith("\nDécret n° 324 du 5 août 2008, non encore publié au Journal officiel.")
    assert "une durée de trois mois auprès" in texts["2"]
    assert texts["3"] == "Formation des juges et des procureurs\nCollecte de données et statistiques"
    assert texts["4"] == texts["6"] == ""


def test_the_workbook_makes_a_questionnaire_for_each_state_and_instrument():
    found = [one.external_id for one in read_questionnaires(EXAMPLES / "asia-pacific-2013.xlsx")]
    assert found[0] == "asia-pacific-2013.xlsx#PHL-untoc-2"
    assert len(found) == 7
