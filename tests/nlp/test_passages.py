"""Rules of passages, one table a rule, then what holds for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.passages import split_passages


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split_passages(text)]


# "|" marks where a new passage opens; white space about it is the text's own.
SENTENCES = {
    "stops": "We have no law. |Can you help? |Please do! |Thank you...",
    "stop in quotation marks": '"We have no law." |The Ministry said so.',
    "guillemets with their space": "« Nous n'avons rien. » |Un expert est demandé.",
    "question inside a sentence": '"Is it a crime?" asked the court, and we ask it too.',
    "Spanish openers": "No hay ley. |¿Quién la redacta? |¡Ayuda! |Eso es todo.",
    "Spanish opener without a space": "No hay ley.|¿Quién la redacta?",
    "ellipsis inside": "Thanks to the FAO... no, to the IOM we have three vans.",
    "ellipsis at the end": "Three vans… |None runs.",
    "capitals": "NO HAY LEY. |SE PIDE UN EXPERTO",
    "careless small letters": "no tenemos laboratorio. pedimos uno".replace(". ", ". |"),
    "space forgotten after the stop": "Les agents sont vingt.|Les bateaux sont deux.",
    "space before the stop": "The printer is broken . |The laws are not printed .",
    "year before the stop": "The plan ran out in 2009. |A new one is needed.",
    "one figure before the stop": "Requests received: 41. |Refused: 3. |Pending: none",
    "aside that is a sentence": "We have enough. |(Uniforms are lacking, though.) |Thank you.",
    "aside with stops inside": "The plan (see Min. of Justice. It is long.) has run out.",
    "address and file name": "Write to john.doe@justice.example or see www.justice.example/Law.Pdf for it.",
    "no final stop": "Training for judges",
    "tab": "Boats\tnone",
}

ABBREVIATIONS = {
    "en article": "Under art. 5 and Nos. 3 and 4 of the Act, paras. 2 and 3, p. 12, vol. II, we need advice.",
    "en titles": "Mr. Smith, Dr. Lee and St. Lucia's judges met J. P. Brown. |They need a course.",
    "en latin": "We need vehicles, e.g. vans, i.e. two of them, cf. Annex 2, for patrols etc. in the north.",
    "en etc. last": "We need vans, boats, etc. |The police have none.",
    "en no as a word": "Is there a budget? |No. |We ask for one.",
    "en countries": "The U.S. Government and the U.K. police trained us. |We thank them.",
    "en company": "Safe Homes Ltd. |Two clerks are needed.",
    "en letter of a chapter": "This is in the Annex, chap. B. |We need advice.",
    "fr article": "L'art. 12, al. 3, de la loi n° 2006-04, par. 2, 3e éd., p. 14, est à revoir.",
    "fr titles": "M. Dupont, Mme Diallo et Me Ba ont écrit. |Le Dr. Sow aussi.",
    "fr c.-à-d.": "Des moyens, c.-à-d. deux vedettes, manquent. |Merci.",
    "es article": "El art. 310 C.P. y los arts. 3 y 4, núm. 2, del Decreto No. 18 y la Ley nº 5 no bastan.",
    "es titles": "El Gral. Pérez, la Sra. Ruiz, la Dra. Gil, el Lic. Paz y el Ing. Sosa firman. |Gracias.",
    "es p. ej.": "Faltan equipos, p. ej. radios. |Los EE. UU. donaron dos.",
    "es EE.UU. inside": "Cobraba mil dólares de los EE.UU. por persona. |Fue condenado.",
    "es conjunction after no": "Díganos qué vale y qué no. |Y que lo explique un experto.",
    "rupees": "The budget is Rs. 6 million. |It is spent.",
    "capitals": "EL ART. 5 Y LA LEY NO. 18 NO BASTAN. |EL SR. RUIZ FIRMA.",
}

NUMBERS = {
    "decimals and thousands": "It costs 2.5 million, 12.500 in rent and 5 000 in fuel. |We have 1,000.",
    "heading": "Article 5. The State shall train judges. |It does not.",
    "item number": "ITEM 1. FINGERPRINT READERS. |ITEM 2. SOFTWARE",
    "section sign": "§ 3 needs a draft. |§ 4 does not.",
    "citation is no list": "Under article 5 (a) of the Protocol and section 6 (b) of the Act it is a crime.",
    "citation of points": "El inciso a) del artículo 5 y el inciso b) del artículo 6 se contradicen.",
    "reference to points": "A small budget for 1) and 2).",
}

LISTS = {
    "dashes": "Needs:\n|- vans\n|- a psychologist, two\n|– fuel\n|— radios",
    "other bullets": "• vans\n|* fuel\n|· radios\n|○ boats\n|▪ tents\n|☒ law\n|+ money",
    "letter o": "o vans for the north\n|o fuel",
    "bullet stuck to its word": "-formation\n|-vedettes",
    "numbers": "1. Vans\n|2. Fuel\n|10. Radios",
    "brackets": "1) vans\n|2) fuel\n|a) boats\n|(b) tents\n|(iv) radios\n|i) law",
    "Roman and deep numbers": "i. vans\n|ii. fuel\n|iv. radios\n|1.2.3 Boats\n|1° tents\n|2/ law",
    "tick boxes": "[x] Legal assistance\n|[ ] Equipment\n|( ) Training",
    "number alone on its line": "1.\nVans for the police\n|2.\nFuel",
    "item with two sentences": "1. Vans are lacking. |Two would do.\n|2. Fuel.",
    "no signs": "boats - yes, have\n|uniforms - yes\n|salaries - late by 5 months\n|fingerprint kits - none",
    "no signs after a colon": "Besoins :\n|formation des juges\n|vedettes",
    "capitals on each line": "Priority A: a talk with senators\n|Priority B: a lawyer\n|Priority C: rest",
    "inline letters": "We need: |a) training of judges; |b) vehicles; |c) a law.",
    "inline numbers": "Demandes : |1. former les juges |2. équiper la police |3. imprimer la loi. |Merci.",
    "inline, no colon": "Falta |(1) un registro único y |(2) una investigación.",
    "inline Roman": "Se pide: |i) revisar la ley; |ii) imprimirla.",
    "inline bullets": "Needs |• vans |• fuel",
    "numbers from the middle": "From: [...] |3. training of police; |4. vans for them; |5. fuel for all.",
    "semicolons": "Needs: training; |vehicles; |radios.",
    "semicolon between two statements": "Japan gave us two patrol boats; |we still lack crews for them.",
    "short pair": "No staff; no money at all for it.",
    "semicolons in brackets": "The plan has three parts (prevention; protection; prosecution) and no budget.",
    "HTML entity": "Law &amp; order, drugs &amp; crime",
}

LINES = {
    "word broken by a hyphen": "Les garde-côtes ont deux ve-\ndettes en panne.",
    "hyphen and trailing space": "The con- \nfiscated house is empty.",
    "soft wrap": "The magistrates of the northern provinces have never\nhandled such a case.",
    "soft wrap before a capital": "The judges need training and a copy of the\nProtocol.",
    "soft wraps of prose": (
        "The police of the three northern provinces need vans and radios to\n"
        "reach the posts of the border, and judges need a course on the new\n"
        "Protocol before it comes into force for them next year. |They have none."
    ),
    "abbreviation at the line's end": "Así lo dispone el art.\n5 de la ley.",
    "number at the line's start": "On demande la loi n°\n12 et la réponse est non\n|12 agents",
    "title at the line's end": "It was signed by Mr.\nSmith.",
    "blank line": "training of judges\n\n|vehicles",
    "stop at the line's end": "No hay ley.\n|falta un experto",
    "Windows line ends": "Needs:\r\n|- vans\r\n|- fuel",
    "page break": "We need vans.\f|Fuel is lacking.",
    "comma at the line's end": "boats,\nRadios",
}


@pytest.mark.parametrize(
    "marked",
    [
        pytest.param(marked, id=f"{rule}: {name}")
        for rule, table in {
            "sentences": SENTENCES,
            "abbreviations": ABBREVIATIONS,
            "numbers": NUMBERS,
            "lists": LISTS,
            "lines": LINES,
        }.items()
        for name, marked in table.items()
    ],
)
def test_text_is_cut_where_marked(marked):
    expected = [passage.strip() for passage in marked.split("|")]
    assert cut(marked.replace("|", "")) == expected


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "- \n* \n", "«»", "\u200b", "()"])
def test_text_without_letters_and_digits_has_no_passage(text):
    assert split_passages(text) == []


def assert_sound(text: str) -> None:
    passages = split_passages(text)
    covered = [False] * len(text)
    last_end = 0
    for start, end in passages:
        assert last_end <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered[start:end] = [True] * (end - start)
        last_end = end
    assert all(inside or not sign.isalnum() for sign, inside in zip(text, covered, strict=True))


@given(st.text())
def test_passages_of_any_text_are_sound(text):
    assert_sound(text)


@given(st.text(alphabet="ab A1.;:()-•\n \t«»\"'?o)\u00a0…/°§[]x,é"))
def test_passages_of_text_full_of_signs_are_sound(text):
    assert_sound(text)


@given(st.lists(st.sampled_from([*SENTENCES.values(), *LISTS.values(), *LINES.values()]), max_size=4))
def test_blank_lines_keep_paragraphs_apart(paragraphs):
    together = cut("\n\n".join(paragraphs))
    assert together == [passage for paragraph in paragraphs for passage in cut(paragraph)]


@pytest.mark.parametrize(
    "unit",
    ["(", ".", "1.", "1. ", "a) ", " ", "\n", "x", "; ", "A. ", "- ", "a\n", "» ", "( ", "a-\n", '." '],
)
def test_long_hostile_text_is_cut_without_trouble(unit):
    assert_sound(unit * (50_000 // len(unit)))
