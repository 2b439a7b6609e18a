import pytest

from service.intake.fields import field_of, instruments_in, instruments_of, labelled, language_of

TIP_TITLE = (
    "Protocol to Prevent, Suppress and Punish Trafficking in Persons, Especially Women and Children, "
    "supplementing the United Nations Convention against Transnational Organized Crime"
)

SOM_TITLE = (
    "Protocole contre le trafic illicite de migrants par terre, air et mer, additionnel à la Convention "
    "des Nations Unies contre la criminalité transnationale organisée"
)
FIREARMS_TITLE = (
    "Protocolo contra la fabricación y el tráfico ilícitos de armas de fuego, sus piezas y componentes "
    "y municiones"
)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("RÉPONSE", "text"), ("Reponse :", "text"), ("Answer (max. 300 words) *", "text"), ("N°", "id"),
        ("State / État / Estado", "state"), ("Nom de l’État", "state"),
        ("Cycle", "cycle"), ("lang", "language"),
        ("Pregunta", "question"), ("statement", None), ("", None), ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_headers_are_known_in_three_languages(header, field):
    assert field_of(header) == field


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        ("tip", ("tip",)),
        ("UNTOC, som; firearms", ("untoc", "som", "firearms")),
        ("Convention + Protocole relatif à la traite", ("untoc", "tip")),
        ("Palermo Convention and Firearms Protocol", ("untoc", "firearms")),
        ("Convención y sus Protocolos", ("untoc", "tip", "som", "firearms")),
        ("The Convention and its Protocols", ("untoc", "tip", "som", "firearms")),
        (TIP_TITLE, ("tip",)),
        (SOM_TITLE, ("som",)),
        (FIREARMS_TITLE, ("firearms",)),
        ("", ()),
        (" ; ", ()),
        (["tip", "som"], ("tip", "som")),
    ],
)  # fmt: skip
def test_instruments_are_known_by_code_and_name(names, codes):
    assert instruments_of(names) == codes


@pytest.mark.parametrize("names", ["Kyoto Protocol", "tip, kyoto", "tipp"])
def test_a_name_that_no_instrument_has_is_an_error(names):
    with pytest.raises(ValueError, match=r"kyoto|tipp"):
        instruments_of(names)


def test_instruments_are_found_in_a_title():
    assert instruments_in("Questionnaire on the Firearms Protocol")[0] == ("firearms",)
    assert instruments_in("Questionnaire")[0] == ()


def test_languages_are_known_by_code_and_name():
    assert [language_of(name) for name in ("FR", "es-MX", "Anglais", "pt")] == ["fr", "es", "en", None]


def test_a_cover_label_is_parted_from_its_value():
    assert labelled("État partie : Tchad") == ("state", "Tchad")
    assert labelled("Cycle\t2") == ("cycle", "2")
    assert labelled("Note: Tchad") is None
    assert labelled("Answer: x") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" " * 300_000, None),
        ("State" + " " * 300_000, None),
        (f"State: Chad{' ' * 300_000}N'Djamena", ("state", f"Chad{' ' * 300_000}N'Djamena")),
        ("State" + "\n" * 300_000 + ": Chad", ("state", "Chad")),
        (" \tState \n:\t Chad \n", ("state", "Chad")),
        ("State\tChad: N'Djamena", ("state", "Chad: N'Djamena")),
    ],
    ids=["alone", "after a label", "in a value", "before a colon", "around", "a tab first"],
)
def test_a_label_with_any_white_space_is_read_in_no_time(text, found):
    assert labelled(text) == found
