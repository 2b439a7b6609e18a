"""The register of 2009 gives back what the note of that year lists, and a bad line is named."""

import json
from pathlib import Path

import pytest

from nlp.errors import InputError
from service.overview.files import read_file
from service.overview.items import UNSPECIFIED
from service.overview.overview import make_overview
from service.overview.register import Rate, read_register

REGISTER = Path(__file__).parents[3] / "examples" / "register-2009.jsonl"
SILENT = (
    "ATG SAU ARM BLZ BOL BWA BRN CUB DNK ARE ETH GMB GRD GNQ GUY HUN COK IRQ ISR KEN KIR LSO LBR LIE LUX MWI "
    "MRT FSM MOZ UGA QAT LAO RWA SYC SDN LKA SUR VUT VEN YEM ZMB"
)
REPORTING = "ALB DZA BDI KHM CMR ECU GAB GIN IDN NAM NER PHL MDA STP TJK TCD"
# By paragraph, in the note's order: what is asked for, in a word, and by whom.
LISTED = {
    9: [("reports", REPORTING)],
    12: [
        ("reform", "COM GTM"),
        ("amendment", "CMR COG CRI ECU MDG MUS"),
        ("international cooperation", "COG CRI GTM MDG"),
        ("victims and witnesses", "GTM MDG"),
    ],
    13: [("proceeds", "MDG"), ("article 15", "DZA"), ("model laws", "MUS"), ("other States", "CHN")],
    14: [
        ("magistrates", "DZA BEN BDI COG SLV GAB GTM HND IDN MDG MYS MLI MMR NER ROU"),
        ("officials", "CRI"),
        ("awareness", "SLV GTM"),
        ("database", "TJK"),
        ("investigative techniques", "GTM"),
    ],
    15: [
        ("money", "BEN BDI GAB IDN MLI NER SEN TGO"),
        ("printing", "CMR MDG CAF"),
        ("in general", "KHM EGY NAM PHL STP TCD TGO"),
    ],
    16: [("staff", "MUS"), ("money", "BEN"), ("experience", "JAM"), ("coasts", "IDN")],
    17: [
        ("drafting", "CMR SLV ECU JAM MDG MUS PAN"),
        ("regulations", "DOM"),
        ("experience", "CHL"),
        ("ratification", "ESP"),
    ],
    18: [("social workers", "DZA BFA CMR SLV ECU NER TCD")],
    19: [
        ("identity", "DZA"),
        ("assistance to victims", "MDG THA"),
        ("safe houses", "SLV"),
        ("repatriation", "SLV"),
        ("return", "TZA"),
    ],
    20: [("intelligence", "LKA"), ("routes", "ESP"), ("partnerships", "TGO"), ("in general", "EGY GIN")],
    21: [
        ("drafting", "ZAF CMR GTM JAM ZWE"),
        ("model law", "GTM IDN"),
        ("approved", "GTM"),
        ("constitutional", "ECU"),
        ("parliament", "ECU"),
    ],
    22: [
        ("legal skills", "MDV TCD"),
        ("operations", "SLV"),
        ("protection", "SLV"),
        ("confiscate", "SLV"),
        ("agreements", "SLV"),
    ],
    23: [
        ("forged", "EGY"),
        ("law enforcement", "EGY"),
        ("training of staff", "COG"),
        ("computers", "COG"),
        ("penal code", "CAF"),
    ],
    24: [("drafting", "ECU GRD"), ("gaps", "KNA"), ("constitutional", "CRI")],
    25: [("experience", "DZA GTM")],
    26: [
        ("identify", "HND TZA ZWE"),
        ("tracing", "ZWE"),
        ("material", "PRY"),
        ("search", "PRY"),
        ("database", "PRY"),
        ("Internet", "PRY"),
        ("awareness", "PRY"),
    ],
}
INSTRUMENTS = dict.fromkeys((9, 12, 13, 14, 15), "untoc")
INSTRUMENTS |= dict.fromkeys((16, 17, 18, 19, 20), "tip")
INSTRUMENTS |= dict.fromkeys((21, 22, 23), "som") | dict.fromkeys((24, 25, 26), "firearms")


@pytest.fixture(scope="module")
def overview():
    return make_overview(read_file(REGISTER))


def test_each_need_is_listed_with_the_states_of_its_paragraph(overview):
    listed = {}
    for fact, states in overview.source.register.needs():
        listed.setdefault(fact.paragraph, []).append((fact, " ".join(states)))
    assert set(listed) == set(LISTED)
    for paragraph, expected in LISTED.items():
        found = listed[paragraph]
        assert [states for _, states in found] == [states for _, states in expected]
        for (fact, _), (word, _) in zip(found, expected, strict=True):
            assert word in fact.need
            assert fact.instrument == INSTRUMENTS[paragraph]


def test_the_counts_have_the_same_states_under_each_need_and_no_others(overview):
    asked = {}
    for fact in overview.source.register.facts:
        for code in fact.codes:
            asked.setdefault((fact.instrument, code), set()).add(fact.state)
    assert {(need.instrument, need.code): set(need.count.states) for need in overview.needs} == asked


@pytest.mark.parametrize(
    ("instrument", "code", "states"),
    [
        ("untoc", "reporting.review-and-coordination", REPORTING),
        ("untoc", "legal.drafting", "COM GTM CMR COG CRI ECU MDG MUS"),
        ("untoc", "training.law-enforcement", LISTED[14][0][1]),
        ("untoc", "resources.publication", "CMR MDG CAF"),
        ("untoc", UNSPECIFIED, "KHM EGY NAM PHL STP TCD TGO"),
        ("tip", "legal.drafting", "BEN CMR SLV ECU JAM MDG MUS PAN DOM"),
        ("tip", "protection.return", "SLV TZA"),
        ("som", "legal.model-legislation", "GTM IDN"),
        ("firearms", "training.marking", "HND TZA ZWE PRY"),
    ],
)
def test_a_sub_type_has_the_states_of_all_paragraphs_on_it(overview, instrument, code, states):
    (need,) = [each for each in overview.needs if (each.instrument, each.code) == (instrument, code)]
    assert need.count.states == tuple(sorted(states.split()))
    assert need.count.number == len(need.count.states)


def test_the_states_of_paragraph_10_are_those_that_answered_nothing(overview):
    assert overview.silent == tuple(SILENT.split())


def test_states_named_both_as_silent_and_as_asking_are_in_both_lists(overview):
    register = overview.source.register
    asking = {fact.state for fact in register.facts}
    both = asking & set(register.silent)
    assert both == {"GRD", "LKA"} == {code for code, reading in register.silent.items() if reading}


def test_rates_and_shares_are_given_and_never_computed(overview):
    register = overview.source.register
    assert register.rates == (
        *(Rate("untoc", "1", 66), Rate("untoc", "2", 55), Rate("tip", "1", 62), Rate("tip", "2", 56)),
        *(Rate("som", "1", 59), Rate("som", "2", 53), Rate("firearms", None, 59)),
    )
    assert register.shares == {"training": 25, "legal": 20, "cooperation": 16, "reporting": 16}
    assert overview.rates == ()


def test_open_readings_say_which_was_taken(overview):
    facts = {(fact.paragraph, fact.state): fact for fact in overview.source.register.facts}
    assert facts[17, "ESP"].stance == "none"
    assert facts[17, "CHL"].codes == ("cooperation.experience-exchange",)
    assert all(facts[17, code].reading for code in ("ESP", "CHL"))
    assert not any(item.respondent == "ESP" and item.answer.startswith("17.") for item in overview.items)


def test_each_number_can_be_traced_to_its_paragraph(overview):
    counted = overview.reviewed.all.requested
    assert counted.subtypes["data.database"].answers == ("14.19", "26.7")
    ids = [fact.id for fact in overview.source.register.facts]
    assert len(set(ids)) == len(ids)


HEAD = {"kind": "register", "source": "A report"}
NEED = {
    "kind": "need",
    "paragraph": 3,
    "instrument": "tip",
    "state": "MDG",
    "stance": "requested",
    "codes": ["data"],
    "need": "figures",
}


def written(tmp_path, *lines):
    path = tmp_path / "register.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"kind": "wish"}, "kind: must be register, need, silent, response-rate or share"),
        (NEED | {"state": "XXX"}, "XXX: no State has this code"),
        (NEED | {"codes": ["datum"]}, "datum: is no code of taxonomy"),
        (NEED | {"codes": ["tip"]}, "tip: is an instrument"),
        (NEED | {"codes": "data"}, "codes: must be a list of texts"),
        (NEED | {"codes": []}, "codes: must be there, but for the stance none"),
        (NEED | {"stance": "none"}, "codes: must be there, but for the stance none"),
        (NEED | {"stance": "wanted"}, "stance: must be one of"),
        (NEED | {"paragraph": "3"}, "paragraph: must be a number"),
        (NEED | {"paragraph": True}, "paragraph: must be a number"),
        (NEED | {"instrument": "data"}, "instrument 'data': is not known"),
        (NEED | {"need": "two\nlines"}, "need: must be there and be a text, on one line"),
        (NEED | {"reading": 3}, "reading: must be there and be a text"),
        ({"kind": "share", "code": "data", "percent": 101}, "percent: must be a number from 0 to 100"),
        (
            {"kind": "share", "code": "data", "percent": float("nan")},
            "percent: must be a number from 0 to 100",
        ),
        ({"kind": "silent"}, "state: must be there and be a text"),
        ([], "is no JSON object"),
    ],
)
def test_a_bad_line_is_named_with_what_it_must_hold(tmp_path, line, problem):
    path = written(tmp_path, HEAD, line)
    with pytest.raises(InputError) as caught:
        read_file(path)
    assert str(caught.value).startswith(f"{path}, line 2: {problem}")


def test_a_register_says_where_its_facts_are_from(tmp_path):
    path = written(tmp_path, NEED)
    with pytest.raises(InputError, match='no line of the kind "register"'):
        read_register(path)


def test_a_cycle_cannot_be_asked_of_a_register():
    with pytest.raises(InputError, match="cannot be asked of a register"):
        read_file(REGISTER, cycle="2")


def test_the_union_may_ask_and_is_no_state(tmp_path):
    source = read_file(written(tmp_path, HEAD, NEED, NEED | {"state": "EU"}))
    counted = make_overview(source).reviewed.all.requested.total
    assert (counted.number, counted.answers, counted.states) == (2, ("3.1", "3.2"), ("MDG",))
