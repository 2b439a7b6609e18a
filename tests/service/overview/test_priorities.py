"""The priority areas of decision 3/4."""

import pytest

from nlp.taxonomy import load_taxonomy
from service.overview.items import Item
from service.overview.priorities import areas_of, crosswalk, priorities


def item(code, evidence="", *instruments, respondent="MDG", stance="requested", answer="1"):
    return Item(answer, f"q{answer}", respondent, instruments, "1", "fr", stance, code, True, evidence)


def keys(code, evidence="", *instruments):
    return {area.key for area in areas_of(item(code, evidence, *instruments))}


def test_the_areas_are_those_of_the_decision_in_its_order():
    assert [(area.paragraph, area.key) for area in crosswalk()] == [
        ("2 a)", "criminalization"),
        ("2 b)", "international-cooperation"),
        ("2 b)", "extradition"),
        ("2 b)", "mutual-legal-assistance"),
        ("2 b)", "magistrates"),
        ("2 c)", "central-authorities"),
        ("3", "data-collection"),
        ("6", "reporting"),
        ("6", "points-of-contact"),
        ("7 a)", "victims"),
        ("7 a)", "repatriation"),
        ("7 a)", "return-of-migrants"),
        ("7 b)", "witnesses"),
        ("7 c)", "regional-workshops"),
        ("8", "firearms-records"),
        ("8", "deactivation"),
        ("8", "marking"),
        ("8", "competent-authorities"),
    ]


def test_every_area_has_labels_a_reason_and_rules_of_known_codes():
    taxonomy = load_taxonomy()
    for area in crosswalk():
        assert set(area.labels) == {"en", "fr", "es"}
        assert all(area.labels.values())
        assert area.remark
        for rule in area.rules:
            assert {taxonomy.get(code).kind for code in rule.types} <= {"type"}
            assert {taxonomy.get(code).kind for code in rule.codes} <= {"type", "subtype"}
            assert {taxonomy.get(code).kind for code in rule.instruments} <= {"instrument"}
            assert rule.codes or rule.types


@pytest.mark.parametrize(
    ("key", "code", "evidence", "instruments"),
    [
        ("criminalization", "legal.drafting", "Drafting of a law on trafficking", ["tip"]),
        (
            "criminalization",
            "legal.implementation-problems",
            "la definición y tipificación del delito",
            ["tip"],
        ),
        ("criminalization", "legal.model-legislation", "Modèle d'incrimination du blanchiment", ["untoc"]),
        ("international-cooperation", "cooperation.criminal-matters", "", []),
        ("international-cooperation", "legal.drafting", "una ley de asistencia judicial recíproca", []),
        ("extradition", "cooperation.extradition-basis", "", []),
        ("extradition", "training.criminal-justice", "EXTRADITION requests", []),
        ("extradition", "cooperation.criminal-matters", "tratados de extradición", []),
        ("mutual-legal-assistance", "cooperation.criminal-matters", "Entraide judiciaire", []),
        ("mutual-legal-assistance", "cooperation.criminal-matters", "asistencia jurídica mutua", []),
        ("mutual-legal-assistance", "training.criminal-justice", "training in mutual legal assistance", []),
        ("magistrates", "training.criminal-justice", "Formation des magistrats", []),
        ("magistrates", "training.criminal-justice", "capacitación de jueces y fiscales", []),
        ("magistrates", "training.criminal-justice", "", []),
        ("central-authorities", "training.institutional", "renforcer l'autorité centrale", []),
        ("central-authorities", "training.institutional", "las autoridades centrales", []),
        ("data-collection", "data", "", []),
        ("data-collection", "data.research", "", []),
        ("reporting", "reporting.review-and-coordination", "", []),
        ("points-of-contact", "training.institutional", "désigner des points de contact", []),
        ("points-of-contact", "reporting", "nombrar puntos de contacto", []),
        ("victims", "protection.assistance", "", ["tip"]),
        ("victims", "training.social-services", "", ["tip"]),
        ("victims", "protection", "víctimas y testigos", []),
        ("repatriation", "protection.return", "", ["tip"]),
        ("repatriation", "protection.return", "rapatriement des victimes", []),
        ("return-of-migrants", "protection.return", "", ["som"]),
        ("return-of-migrants", "protection.return", "el retorno de los migrantes", []),
        ("witnesses", "protection.identification", "programme de protection des témoins", []),
        ("witnesses", "resources.financial", "fondos para proteger a los testigos", []),
        ("regional-workshops", "cooperation.experience-exchange", "un taller con los países vecinos", []),
        ("regional-workshops", "training.law-enforcement", "Regional training for border guards", []),
        ("regional-workshops", "training.law-enforcement", "des ateliers pratiques sous-régionaux", []),
        ("firearms-records", "data.database", "", ["firearms"]),
        ("firearms-records", "training.marking", "la conservation des informations", ["firearms"]),
        ("deactivation", "training.marking", "techniques de neutralisation", ["firearms"]),
        ("deactivation", "training.marking", "desactivación de armas", ["firearms"]),
        ("marking", "training.marking", "", ["firearms"]),
        ("marking", "resources.equipment", "machines de marquage", ["firearms"]),
        ("competent-authorities", "training.institutional", "the competent authorities", ["firearms"]),
        ("competent-authorities", "training.institutional", "un punto de contacto nacional", ["firearms"]),
    ],
)
def test_a_request_falls_under_its_area(key, code, evidence, instruments):
    assert key in keys(code, evidence, *instruments)


@pytest.mark.parametrize(
    ("key", "code", "evidence", "instruments"),
    [
        ("criminalization", "legal.drafting", "a law on the protection of witnesses", []),
        ("criminalization", "legal.practice-review", "confiscated property", []),
        ("international-cooperation", "cooperation.information-sharing", "", []),
        ("extradition", "cooperation.criminal-matters", "joint investigations", []),
        ("extradition", "cooperation.criminal-matters", "", []),
        ("magistrates", "training.criminal-justice", "training of prison staff", []),
        ("magistrates", "training.law-enforcement", "police officers", []),
        ("central-authorities", "training.institutional", "a new unit", []),
        ("victims", "protection.identification", "relocation of witnesses", []),
        ("repatriation", "protection.return", "", ["som"]),
        ("repatriation", "protection.return", "return of smuggled migrants", ["tip"]),
        ("return-of-migrants", "protection.return", "return of victims", ["som"]),
        ("regional-workshops", "cooperation.experience-exchange", "study visits", []),
        (
            "regional-workshops",
            "cooperation.experience-exchange",
            "intercambios, reunión de datos, en curso",
            [],
        ),
        ("regional-workshops", "training.law-enforcement", "a workshop for the police", []),
        ("firearms-records", "data.database", "", ["tip"]),
        ("deactivation", "training.marking", "destruction of arms", ["firearms"]),
        ("marking", "training.marking", "tracing of arms", ["firearms"]),
        ("marking", "resources.equipment", "equipment to watch the market", ["firearms"]),
        ("competent-authorities", "training.institutional", "the competent authorities", ["tip"]),
    ],
)
def test_a_request_for_something_else_does_not(key, code, evidence, instruments):
    assert key not in keys(code, evidence, *instruments)


def test_case_and_accents_count_for_nothing():
    assert keys("protection.identification", "TÉMOINS") == keys("protection.identification", "temoins")


def test_codes_outside_the_decision_fall_under_no_area():
    assert keys("resources.publication", "printing of codes") == set()
    assert keys("unspecified") == set()


def test_requests_and_offers_are_counted_by_area_with_their_answers_and_states():
    items = [
        item("data.database", answer="1"),
        item("data.research", answer="1"),
        item("data", answer="2", respondent="TCD"),
        item("data", answer="3", respondent="FRA", stance="offered"),
        item("data", answer="4", respondent="FRA", stance="received"),
    ]
    found = {priority.area.key: priority for priority in priorities(items)}
    assert found["data-collection"].requested.number == 3
    assert found["data-collection"].requested.answers == ("1", "2")
    assert found["data-collection"].requested.states == ("MDG", "TCD")
    assert found["data-collection"].offered.number == 1
    assert found["data-collection"].offered.states == ("FRA",)
    assert found["reporting"].requested.number == 0
    by_answer = {priority.area.key: priority for priority in priorities(items, "answers")}
    assert by_answer["data-collection"].requested.number == 2


def test_nothing_counts_as_nothing():
    assert [priority.requested.number for priority in priorities([])] == [0] * len(crosswalk())
