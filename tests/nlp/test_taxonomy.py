"""The packaged taxonomy is whole and says the same in three languages; a broken one is refused by name."""

import pickle
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from nlp.answers import LANGUAGES
from nlp.errors import InputError, RetiredCodeError, UnknownCodeError
from nlp.taxonomy import Entry, load_taxonomy, parse_taxonomy

TAXONOMY = load_taxonomy()
ENTRIES = (*TAXONOMY.types, *TAXONOMY.subtypes, *TAXONOMY.instruments)

SMALL = """
version: "2.0"
types:
  - code: legal
    label: {en: Legal, fr: Juridique, es: Legal}
    definition: {en: Law., fr: Droit., es: Derecho.}
subtypes:
  - code: legal.drafting
    label: {en: Drafting, fr: Rédaction, es: Redacción}
    definition: {en: Writing laws., fr: Rédaction de lois., es: Redacción de leyes.}
    not: {en: Reading., fr: Lecture., es: Lectura.}
    instrument: tip
  - code: legal.writing
    label: {en: Writing, fr: Écriture, es: Escritura}
    definition: {en: Old., fr: Ancien., es: Antiguo.}
    retired: {since: "1.10", use: legal.drafting}
  - code: legal.rhetoric
    label: {en: Rhetoric, fr: Rhétorique, es: Retórica}
    definition: {en: Old., fr: Ancien., es: Antiguo.}
    retired: {since: "2.0", use: null}
instruments:
  - code: tip
    label: {en: Protocol, fr: Protocole, es: Protocolo}
    definition: {en: Trafficking., fr: Traite., es: Trata.}
"""


def test_it_holds_eight_types_twenty_eight_subtypes_and_four_instruments():
    assert (len(TAXONOMY.types), len(TAXONOMY.subtypes), len(TAXONOMY.instruments)) == (8, 28, 4)
    assert [entry.code for entry in TAXONOMY.instruments] == ["untoc", "tip", "som", "firearms"]


def test_codes_are_the_types_then_the_subtypes():
    assert TAXONOMY.codes == tuple(entry.code for entry in (*TAXONOMY.types, *TAXONOMY.subtypes))
    assert TAXONOMY.codes[:2] == ("reporting", "awareness")
    assert TAXONOMY.codes[-1] == "resources.publication"


def test_subtypes_stand_in_the_order_of_their_types():
    in_tree_order = [subtype for entry in TAXONOMY.types for subtype in TAXONOMY.subtypes_of(entry.code)]
    assert tuple(in_tree_order) == TAXONOMY.subtypes


def test_every_type_has_subtypes():
    assert all(TAXONOMY.subtypes_of(entry.code) for entry in TAXONOMY.types)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_labels_are_the_same(language):
    for texts in ("labels", "shorts"):
        counts = Counter(getattr(entry, texts)[language] for entry in ENTRIES)
        assert [label for label, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_definitions_are_sentences_and_point_at_the_same_codes_in_every_language(entry: Entry):
    for texts in filter(None, (entry.definitions, entry.nots)):
        assert all(text[0].isupper() and text.endswith(".") for text in texts.values())
        assert len({tuple(codes_in(text)) for text in texts.values()}) == 1
        assert set(codes_in(texts["en"])) <= {other.code for other in ENTRIES} - {entry.code}


def codes_in(text: str) -> list[str]:
    dotted = re.findall(r"\b[a-z]+\.[a-z-]+\b", text)
    alone = re.findall(r"\((training|resources|cooperation|tip|som|firearms)\b(?!\.)", text)
    return dotted + alone


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_texts_are_typed_with_plain_apostrophes_and_single_spaces(entry: Entry):
    for texts in (entry.labels, entry.shorts, entry.definitions, entry.nots):
        for text in texts.values():
            assert not re.search(r"[’‘“”\u00a0]|  |\n| [;:,.]", text)


def test_a_subtype_of_one_protocol_names_its_instrument():
    assert TAXONOMY.get("training.social-services").instrument == "tip"
    assert TAXONOMY.get("training.marking").instrument == "firearms"
    assert TAXONOMY.get("training.law-enforcement").instrument is None


def test_an_entry_answers_with_its_labels():
    entry = TAXONOMY.get("resources.financial")
    assert (entry.kind, entry.parent) == ("subtype", "resources")
    assert [entry.label(language) for language in LANGUAGES] == [
        "Financial support", "Appui financier", "Apoyo financiero",
    ]  # fmt: skip
    assert TAXONOMY.get("untoc").short("fr") == "Convention de Palerme"


def test_the_short_label_is_the_label_where_none_is_written():
    assert TAXONOMY.get("legal").shorts == TAXONOMY.get("legal").labels


def test_the_type_of_a_type_is_itself():
    assert TAXONOMY.type_of("legal.drafting") == "legal"
    assert TAXONOMY.type_of("legal") == "legal"


def test_an_instrument_has_no_type():
    with pytest.raises(UnknownCodeError, match="tip: is an instrument"):
        TAXONOMY.type_of("tip")


@pytest.mark.parametrize("code", ["legal.drafting", "tip"])
def test_only_a_type_has_subtypes(code):
    with pytest.raises(UnknownCodeError, match="is not a type"):
        TAXONOMY.subtypes_of(code)


def test_an_unknown_code_is_answered_with_the_nearest():
    with pytest.raises(UnknownCodeError, match=r"legal\.draft: .*legal\.drafting"):
        TAXONOMY.get("legal.draft")


def test_a_code_like_no_other_is_answered_with_where_to_look():
    with pytest.raises(UnknownCodeError, match="needtag taxonomy"):
        TAXONOMY.get("zzz")


def test_a_retired_code_is_left_out_and_answered_with_its_replacement():
    small = parse_taxonomy(SMALL)
    assert small.codes == ("legal", "legal.drafting")
    assert [entry.code for entry in small.retired] == ["legal.writing", "legal.rhetoric"]
    with pytest.raises(RetiredCodeError, match=r"legal\.writing: was retired .* 1\.10; use legal\.drafting"):
        small.get("legal.writing")
    with pytest.raises(RetiredCodeError, match="nothing takes its place"):
        small.get("legal.rhetoric")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("types:\n  - code: legal\n", "types:\n  - code: Legal\n", "type Legal: write the code as name"),
        ("code: legal.drafting", "code: legal", "write the code as type.name"),
        ("code: legal.drafting", "code: data.drafting", "data is no type in use"),
        ("code: legal.writing", "code: legal.drafting", "legal.drafting: give each code one entry"),
        ("fr: Rédaction, ", "", "legal.drafting, label: lacks fr"),
        ("fr: Rédaction, ", "fr: , ", "legal.drafting, label: write the text in fr"),
        ("fr: Rédaction, ", "fr: Rédaction, de: Entwurf, ", "label: has keys that mean nothing here: de"),
        ("fr: Rédaction, ", f"fr: {'R' * 31}, ", "short: give at most 30 characters in fr"),
        ("    not: {", "    nto: {", "legal.drafting: has keys that mean nothing here: nto"),
        ("instrument: tip", "instrument: [tip]", "is no instrument in use"),
        ("instrument: tip", "instrument: legal", "legal is no instrument in use"),
        ("use: legal.drafting", "use: legal.rhetoric", "legal.rhetoric is no subtype in use"),
        ("use: legal.drafting", "use: legal", "legal is no subtype in use"),
        ('since: "1.10", ', "", "retired: lacks since"),
        ('since: "1.10"', "since: 1.10", "retired: put the version in quotes"),
        ('version: "2.0"', "version: 2.0", "taxonomy: put the version in quotes"),
        ('version: "2.0"', "", "taxonomy: lacks version"),
        ("types:\n", "types:\n  - legal\n", "type legal: must have the keys code"),
        ("version:", "version: [", "is not valid YAML"),
    ],
)  # fmt: skip
def test_a_broken_taxonomy_is_refused_by_name(old, new, message):
    assert old in SMALL
    with pytest.raises(InputError, match=re.escape(message)):
        parse_taxonomy(SMALL.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "types", "[]", 'version: "1"\ntypes: 3\nsubtypes: []\ninstruments: []'])
def test_what_is_no_taxonomy_is_refused(text):
    with pytest.raises(InputError, match="taxonomy"):
        parse_taxonomy(text)


def test_it_travels_to_another_process():
    assert pickle.loads(pickle.dumps(TAXONOMY)) == TAXONOMY
    assert len(set(ENTRIES)) == 40


def test_the_codebook_is_of_this_version_and_names_codes_in_use():
    codebook = (Path(__file__).parents[2] / "docs" / "codebook.md").read_text("utf-8")
    assert f"by version {TAXONOMY.version} of the taxonomy" in codebook
    types = "|".join(entry.code for entry in TAXONOMY.types)
    named = set(re.findall(rf"`((?:{types})\.[a-z-]+)`", codebook))
    assert len(named) > 10
    assert named <= {entry.code for entry in TAXONOMY.subtypes}


def test_importing_it_loads_nothing_heavy():
    heavy = "{'numpy', 'rdflib', 'rich', 'sklearn', 'spacy', 'typer'}"
    code = f"import sys, nlp.taxonomy; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_french_labels_have_the_narrow_space_before_a_sign_that_does_not_break():
    taxonomy = load_taxonomy()
    for entry in (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments):
        for text in (entry.label("fr"), entry.short("fr")):
            assert not re.search(r"[^\u202f][;:?!]", text), text
