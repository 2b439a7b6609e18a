import csv
import io

import pytest

HEADERS = {
    "en": ["ID", "State Party", "Instruments", "Reporting cycle", "Language", "Question", "Answer"],
    "fr": [
        "Identifiant",
        "ÉTAT PARTIE",
        "Instrument",
        "Cycle",
        "Langue",
        "Intitulé de la question",
        "Réponse :",
    ],
    "es": ["Ref.", "País", "Instrumento", "Ciclo", "Idioma", "PREGUNTA", "Respuesta (máx. 500 palabras)"],
}
ROW = [
    "a1",
    "Perú",
    "trata; armas de fuego",
    "2",
    "español",
    "¿Qué hace falta?",
    "Formación, equipos;\n«todo»",
]


def table(*rows, separator=","):
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("language", HEADERS)
def test_headers_of_any_language_and_any_separator_are_understood(save, read, language, separator):
    [answer] = read(save("a.csv", table(HEADERS[language], ROW, separator=separator)))
    assert (answer.id, answer.state, answer.instruments) == ("a1", "PER", ("tip", "firearms"))
    assert (answer.cycle, answer.language) == ("2", "es")
    assert (answer.question, answer.text) == (ROW[5], ROW[6])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "latin-1", "utf-16", "mac_roman", "cp850"])
def test_usual_encodings_are_found(save, texts, encoding):
    content = table(["réponse"], ["L'Équateur a déjà reçu l'équipement, où que ce soit."]).encode(encoding)
    assert texts(save("a.csv", content)) == ["L'Équateur a déjà reçu l'équipement, où que ce soit."]


def test_a_title_above_the_header_says_what_holds_for_all_rows(save, read):
    content = "Réponses,,\nÉtat : Tchad,,\nCycle,2,\n,,\nid,question,réponse\n7,Pourquoi ?,Parce que\n"
    [answer] = read(save("a.csv", content))
    assert (answer.id, answer.state, answer.cycle, answer.text) == ("7", "TCD", "2", "Parce que")


def test_a_column_of_answers_alone_is_not_parted_at_commas(save, texts):
    assert texts(save("a.csv", "text\nTraining, equipment, vehicles\nNone\n")) == [
        "Training, equipment, vehicles",
        "None",
    ]


def test_an_empty_answer_is_an_answer_and_an_empty_row_is_none(save, texts):
    assert texts(save("a.csv", "id,text\n1,\n,\n\n3,yes\n")) == ["", "yes"]


def test_a_column_can_be_named_by_the_user(save, read):
    path = save("a.csv", "Kennung,Antwort,Text\n1,richtig,falsch\n")
    [answer] = read(path, columns={"text": "antwort", "id": "Kennung"})
    assert (answer.id, answer.text) == ("1", "richtig")


def test_without_a_column_of_answers_the_sentence_shows_what_was_found(save, read):
    [problem] = read(save("a.csv", "Kennung,Antwort\n1,ja\n"))
    assert problem.startswith("a.csv: has no column of answers")
    assert "'Kennung,Antwort'" in problem


def test_a_repeated_id_costs_its_row_alone(save, read):
    first, problem, last = read(save("a.csv", "id,text\n1,a\n1,b\n2,c\n"))
    assert (first.text, last.text) == ("a", "c")
    assert problem == "a.csv, line 3, id: '1' has come before in this file; give each answer its own"


def test_an_unknown_state_or_instrument_costs_its_row_and_names_the_field(save, read):
    state, instrument, good = read(save("a.csv", "state,instrument,text\nAtlantis,tip,a\n,Kyoto,b\n,,c\n"))
    assert state.startswith("a.csv, line 2, state: 'Atlantis' is no State")
    assert instrument.startswith("a.csv, line 3, instrument: 'kyoto' is no instrument")
    assert (good.text, good.id) == ("c", "a.csv#3")


def test_a_quote_that_is_never_closed_costs_its_row_alone(save, read):
    one, two, three = read(save("a.csv", 'id,text\n1,"open\n2,fine\n3,"two\nlines"\n'))
    assert one.startswith("a.csv, line 2: is no row of CSV")
    assert (two.text, three.text) == ("fine", "two\nlines")


def test_a_text_that_holds_the_separator_unquoted_is_not_cut(save, read):
    problem, good = read(save("a.csv", "id,text\n1,training, vehicles\n2,none\n"))
    assert problem.startswith("a.csv, line 2: has 3 cells under 2 headers")
    assert good.text == "none"


def test_a_cell_longer_than_the_limit_costs_its_row_alone(save, read):
    first, problem, last = read(save("a.csv", f'id,text\n1,a\n2,"{"x" * 1_000_100}"\n3,c\n'))
    assert (first.text, last.text) == ("a", "c")
    assert problem.startswith("a.csv, line 3: is no row of CSV (longer than 1,000,000 characters)")


def test_an_answer_of_half_a_million_characters_is_read(save, texts):
    assert texts(save("a.csv", f"id,text\n1,{'x' * 500_000}\n")) == ["x" * 500_000]


def test_comments_beside_an_answer_belong_to_it(save, read):
    path = save("a.csv", "id,answer,comments\n1,Cars.,And radios.\n2,,Only a comment.\n3,Only an answer.,\n")
    assert [answer.text for answer in read(path)] == [
        "Cars.\nAnd radios.",
        "Only a comment.",
        "Only an answer.",
    ]


def test_a_column_that_is_named_stands_alone(save, read):
    path = save("a.csv", "id,answer,comments\n1,Cars.,And radios.\n")
    assert [answer.text for answer in read(path, columns={"text": "comments"})] == ["And radios."]


def test_the_sentence_on_a_broken_quote_has_no_tab_in_it(save, read):
    [_, problem] = read(save("a.tsv", 'id\ttext\n1\ta\n2\t"b"c\n'))
    assert problem == "a.tsv, line 3: is no row of CSV ('tab' expected after '\"'); check its quotes"
