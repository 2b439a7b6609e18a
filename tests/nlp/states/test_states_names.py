"""Every way of naming a State is found, with its code and its place in the text."""

import pytest

from nlp.states import all_states, extract_states
from nlp.states.grammar import inflect
from nlp.states.registry import read_names


def codes(text):
    return {mention.code for mention in extract_states(text)}


NAMES = [
    # English
    ("The Gambia and Ghana", "GMB GHA"),
    ("the Republic of Moldova, the Niger and the Sudan", "MDA NER SDN"),
    ("the People's Democratic Republic of Algeria", "DZA"),
    ("the Lao Peoples Democratic Republic", "LAO"),
    ("Kenya's police and Mali’s courts", "KEN MLI"),
    ("Ivory Coast, Great Britain, Holland", "CIV GBR NLD"),
    ("Trinidad & Tobago, St. Lucia, St Kitts & Nevis", "TTO LCA KNA"),
    ("Saint Vincent and the Grenadines", "VCT"),
    ("United Kingdom of Great Britain and Northern Ireland", "GBR"),
    ("Holy See, State of Palestine, Cook Islands and Niue", "VAT PSE COK NIU"),
    ("China (mainland)", "CHN"),
    # French
    ("l'Algérie, d'Haïti, qu'Israël, jusqu'en Égypte", "DZA HTI ISR EGY"),
    ("la République-Unie de Tanzanie et la Papouasie-Nouvelle-Guinée", "TZA PNG"),
    ("Sao Tomé-et-Principe, Saint-Marin, le Saint-Siège", "STP SMR VAT"),
    ("au Salvador et à Maurice", "SLV MUS"),
    ("La Dominique et la Grenade", "DMA GRD"),
    ("Guinée Bissau, Timor Leste, Burkina", "GNB TLS BFA"),
    ("le Brunéi Darussalam, les Émirats, la Türkiye", "BRN ARE TUR"),
    # Spanish
    ("la Arabia Saudita, el Iraq y los Emiratos Árabes Unidos", "SAU IRQ ARE"),
    ("Côte d'Ivoire o Costa de Marfil", "CIV"),
    ("Belarús, Rumania, Rumanía, Viet Nam", "BLR ROU VNM"),
    ("Santo Tomé y Príncipe y Cabo Verde", "STP CPV"),
    ("Sudáfrica y Nueva Zelandia", "ZAF NZL"),
    ("Granada solicita asistencia a la ONUDD.", "GRD"),
    ("Carabineros de Chile", "CHL"),
    ("Bank of Ghana", "GHA"),
    # in small letters where no other word is spelt so
    ("we ask kenya and uganda", "KEN UGA"),
    ("from jordan and chad", "JOR TCD"),
    ("La formation a été reçue de la france.", "FRA"),
    ("sent back by Germany, turkey, others", "DEU TUR"),
]
INVERTED = [
    ("Bolivia (Plurinational State of)", "BOL"),
    ("Micronésie (États fédérés de)", "FSM"),
    ("Venezuela, República Bolivariana de", "VEN"),
    ("Iran (République islamique d'), Irán (República Islámica del)", "IRN"),
    ("Congo (Democratic Republic of the)", "COD"),
    ("Korea, Republic of", "KOR"),
    ("Macedonia (the former Yugoslav Republic of)", "MKD"),
    ("Tanzanie (République-Unie de)", "TZA"),
    ("Corea (Norte)", "PRK"),
]
SHORTENED = [
    ("Rép. dém. du Congo, Rép. centrafricaine, Rép. dominicaine", "COD CAF DOM"),
    ("Rep. Dominicana, Rep. Centroafricana, Rep. of Korea, Dem. Rep. of the Congo", "DOM CAF KOR COD"),
    ("Rép.-Unie de Tanzanie, Solomon Is.", "TZA SLB"),
    ("I.R. Iran", "IRN"),
]
FORMER = [
    ("Swaziland, Swazilandia, Souaziland", "SWZ"),
    ("the former Yugoslav Republic of Macedonia, FYROM, ARYM, ERYM", "MKD"),
    ("ex-République yougoslave de Macédoine", "MKD"),
    ("Libyan Arab Jamahiriya, Jamahiriya arabe libyenne, Jamahiriya Árabe Libia", "LBY"),
    ("Cape Verde, Cap-Vert", "CPV"),
    ("Turkey, Turquie, Turquía", "TUR"),
    ("Czech Republic, République tchèque", "CZE"),
    ("Burma, Birmanie, Birmania", "MMR"),
    ("Zaire, Zaïre", "COD"),
    ("Serbia and Montenegro", "SRB"),
    ("Haute-Volta, Alto Volta, Upper Volta", "BFA"),
    ("Guinea Española, British Honduras, Gold Coast", "GNQ BLZ GHA"),
    ("Timor oriental, Western Samoa", "TLS WSM"),
]
ABBREVIATIONS = [
    ("UK, U.K., U. K.", "GBR"),
    ("the USA, the U.S., the US, the U.S.A.", "USA"),
    ("EE.UU., EE. UU., EEUU, EE UU, EUA, E.U.A.", "USA"),
    ("É.-U.", "USA"),
    ("EE UU", "USA"),
    ("R.-U.", "GBR"),
    ("UAE, U.A.E.", "ARE"),
    ("DRC, RDC, R.D.C., RD Congo, R.D. Congo, DR Congo", "COD"),
    ("DPRK, RPDC", "PRK"),
    ("ROK", "KOR"),
    ("RCA, R.C.A.", "CAF"),
    ("PNG, Lao PDR, RDP lao", "PNG LAO"),
    ("KSA, PRC", "SAU CHN"),
]
PEOPLE = [
    ("Malagasy authorities", "MDG"),
    ("autorités tchadiennes, un Tchadien", "TCD"),
    ("víctimas guatemaltecas", "GTM"),
    ("burkinabè, burkinabé, Burkinabès", "BFA"),
    ("Nigerien police, policiers nigériens, policías nigerinos", "NER"),
    ("Nigerian police, policiers nigérians, policías nigerianos", "NGA"),
    ("Salvadoran, Salvadorian, salvadorien, salvadoreñas", "SLV"),
    ("Dominican police, police dominicaine, policía dominicana", "DOM"),
    ("la police dominiquaise", "DMA"),
    ("Bissau-Guinean, équato-guinéen, ecuatoguineanas", "GNB GNQ"),
    ("South Korean, North Korean", "KOR PRK"),
    ("una empresa china", "CHN"),
    ("la provincia argentina de Misiones", "ARG"),
    ("the French authorities, la Guardia Civil española, le Français", "FRA ESP"),
    (
        "la frontière franco-malienne, sino-vietnamese, frontera haitiano-dominicana",
        "FRA MLI CHN VNM HTI DOM",
    ),
    ("l'algéro-tunisienne et la germano-polonaise", "DZA TUN DEU POL"),
    ("the Central African frontier", "CAF"),
]
LONGEST = [
    ("Guinea", "GIN"),
    ("Guinea-Bissau", "GNB"),
    ("Equatorial Guinea", "GNQ"),
    ("Papua New Guinea", "PNG"),
    ("Congo", "COG"),
    ("République démocratique du Congo", "COD"),
    ("Niger", "NER"),
    ("Nigeria", "NGA"),
    ("Dominica", "DMA"),
    ("República Dominicana", "DOM"),
    ("Sudán", "SDN"),
    ("Sudán del Sur", "SSD"),
    ("Mauricio", "MUS"),
    ("Mauritania", "MRT"),
    ("Republic of Korea", "KOR"),
    ("Democratic People's Republic of Korea", "PRK"),
    ("Samoa", "WSM"),
    ("Macédoine du Nord", "MKD"),
]
SHARED = [
    ("Congolese police", "COG"),
    ("Congolese (DRC) police", "COD"),
    ("les autorités congolaises, à Kinshasa", "COD"),
    ("DPRK and its Korean officers", "PRK"),
    ("Korean officers", "KOR"),
    ("Guinea-Bissau asks for a Guinean judge", "GNB"),
    ("Dominica sends Dominican officers", "DMA"),
    ("Tres dominicanas halladas en Dominica", "DOM DMA"),
    ("les agents guinéens et bissau-guinéens", "GIN GNB"),
    ("South Sudan arrested two Sudanese traders", "SSD SDN"),
]
TYPOGRAPHY = [
    ("COTE D'IVOIRE, GUINEE EQUATORIALE, REPUBLIQUE DEMOCRATIQUE DU CONGO", "CIV GNQ COD"),
    ("CUBA REITERA. PANAMÁ YA REFORMÓ EL CÓDIGO.", "CUB PAN"),
    ("Perou, Mexico, Haiti, Nigeria, Benin, Senegal", "PER MEX HTI NGA BEN SEN"),
    ("Côte d’Ivoire, Co\u0302te d'Ivoire, Cote dIvoire", "CIV"),
    ("Burkina\nFaso", "BFA"),
    ("Burkina\r\n  Faso", "BFA"),
    ("Mada-\ngascar, Guinée-\nBissau, burki-\r\nnabè", "MDG GNB BFA"),
    ("el Estado hon- dureño", "HND"),
    ("Sri\u00a0Lanka, Costa   Rica, El\u2009Salvador", "LKA CRI SLV"),
    ("Mada\u00adgascar, Ma\u200bli", "MDG MLI"),
    ("que Brasi1 nos diga", "BRA"),
    ("Guinée–Bissau, Timor‑Leste", "GNB TLS"),
    ("Guinea - Bissau", "GNB"),
    ("Benin/Togo;Ghana(Accra)", "BEN TGO GHA"),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    NAMES + INVERTED + SHORTENED + FORMER + ABBREVIATIONS + PEOPLE + LONGEST + SHARED + TYPOGRAPHY,
)
def test_states_are_found(text, expected):
    assert codes(text) == set(expected.split())


def test_mentions_point_into_the_text_as_received():
    text = "Au Burkina\nFaso, en Guinée-\nBissau et à Mada-\ngascar"
    assert [(mention.text, text[mention.start : mention.end]) for mention in extract_states(text)] == [
        ("Burkina\nFaso", "Burkina\nFaso"),
        ("Guinée-\nBissau", "Guinée-\nBissau"),
        ("Mada-\ngascar", "Mada-\ngascar"),
    ]


def test_a_blank_line_separates_names():
    assert [mention.text for mention in extract_states("Guinea\n\nBissau")] == ["Guinea"]


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("state", all_states(), ids=lambda state: state.code)
def test_official_names_are_found_in_sentences_and_lists(state, language):
    for text in (state.names[language][1], state.of(language), state.in_(language)):
        assert codes(text) == {state.code}, text
    listed = extract_states(f"({state.name(language)}, {state.name(language)})")
    assert [mention.code for mention in listed] == [state.code] * 2


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("state", all_states(), ids=lambda state: state.code)
def test_official_names_are_found_in_capitals(state, language):
    text = state.with_article(language).upper()
    if text not in ("LA GRENADE", "GRANADA"):  # among capitals the weapon is meant
        assert codes(text) == {state.code}


@pytest.mark.parametrize("language", ["en", "fr", "es"])
@pytest.mark.parametrize("state", all_states(), ids=lambda state: state.code)
def test_adjectives_are_found_in_all_genders_and_numbers(state, language):
    words = [word for word in read_names(language)[state.code]["people"].split(", ") if word]
    sentence = {
        "en": "the {} police by the sea",
        "fr": "les agents {} et la loi",
        "es": "los agentes {} y la ley",
    }
    for word in words:
        for inflected in inflect(word, language):
            assert codes(sentence[language].format(inflected)) == {state.code}, inflected
