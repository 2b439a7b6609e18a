"""Each format of the taxonomy, read back with its own reader, says what the taxonomy says."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, SKOS

from nlp.answers import LANGUAGES
from nlp.taxonomy import Retirement, load_taxonomy
from service.taxonomy_formats import CONCEPT, INSTRUMENTS_SCHEME, TYPES_SCHEME, render

TAXONOMY = load_taxonomy()
ENTRIES = (*TAXONOMY.types, *TAXONOMY.subtypes, *TAXONOMY.instruments)
FORMATS = ("table", "json", "csv", "skos")


@pytest.fixture(scope="module")
def graph():
    return Graph().parse(data=render(TAXONOMY, "skos", "en"), format="turtle")


@pytest.fixture(scope="module")
def with_retired():
    """The taxonomy after a sub-type gave way to another and a type was given up."""
    retired = (
        replace(TAXONOMY.subtypes[-1], retired=Retirement(since="1.1", use="resources.equipment")),
        replace(TAXONOMY.types[0], retired=Retirement(since="1.1", use=None)),
    )
    return replace(TAXONOMY, types=TAXONOMY.types[1:], subtypes=TAXONOMY.subtypes[1:-1], retired=retired)


def concept(code):
    return URIRef(CONCEPT + code)


def texts(graph, subject, predicate):
    return {literal.language: str(literal) for literal in graph.objects(subject, predicate)}


def test_skos_holds_every_concept_and_no_other(graph):
    assert set(graph.subjects(RDF.type, SKOS.Concept)) == {concept(entry.code) for entry in ENTRIES}


def test_skos_holds_the_tree_in_both_directions(graph):
    tree = {(concept(entry.parent), concept(entry.code)) for entry in TAXONOMY.subtypes}
    assert set(graph.subject_objects(SKOS.narrower)) == tree
    assert {(parent, child) for child, parent in graph.subject_objects(SKOS.broader)} == tree


def test_skos_puts_types_and_instruments_at_the_top_of_their_schemes(graph):
    tops = {(URIRef(TYPES_SCHEME), concept(entry.code)) for entry in TAXONOMY.types}
    tops |= {(URIRef(INSTRUMENTS_SCHEME), concept(entry.code)) for entry in TAXONOMY.instruments}
    assert set(graph.subject_objects(SKOS.hasTopConcept)) == tops
    assert {(scheme, top) for top, scheme in graph.subject_objects(SKOS.topConceptOf)} == tops


def test_skos_schemes_carry_a_title_in_each_language_and_the_version(graph):
    for scheme in (URIRef(TYPES_SCHEME), URIRef(INSTRUMENTS_SCHEME)):
        assert (scheme, RDF.type, SKOS.ConceptScheme) in graph
        assert graph.value(scheme, OWL.versionInfo) == Literal(TAXONOMY.version)
        assert texts(graph, scheme, DCTERMS.title).keys() == set(LANGUAGES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.code)
def test_skos_says_of_a_concept_what_the_taxonomy_says(graph, entry):
    subject = concept(entry.code)
    scheme = INSTRUMENTS_SCHEME if entry.kind == "instrument" else TYPES_SCHEME
    assert list(graph.objects(subject, SKOS.inScheme)) == [URIRef(scheme)]
    assert list(graph.objects(subject, SKOS.notation)) == [Literal(entry.code)]
    assert texts(graph, subject, SKOS.prefLabel) == entry.labels
    assert texts(graph, subject, SKOS.definition) == entry.definitions
    assert texts(graph, subject, SKOS.scopeNote) == entry.nots
    assert entry.labels | texts(graph, subject, SKOS.altLabel) == entry.shorts


def test_skos_never_repeats_a_preferred_label_as_an_alternative(graph):
    preferred = set(graph.subject_objects(SKOS.prefLabel))
    assert preferred.isdisjoint(graph.subject_objects(SKOS.altLabel))


def test_skos_relates_a_subtype_and_its_instrument(graph):
    pairs = {("training.social-services", "tip"), ("training.marking", "firearms")}
    both_ways = {(concept(a), concept(b)) for pair in pairs for a, b in (pair, pair[::-1])}
    assert set(graph.subject_objects(SKOS.related)) == both_ways


def test_skos_keeps_a_retired_concept_deprecated_and_outside_the_tree(with_retired):
    graph = Graph().parse(data=render(with_retired, "skos", "en"), format="turtle")
    gone, given_up = concept("resources.publication"), concept("reporting")
    assert set(graph.subjects(OWL.deprecated, Literal(True))) == {gone, given_up}
    assert list(graph.subject_objects(DCTERMS.isReplacedBy)) == [(gone, concept("resources.equipment"))]
    assert "Publication of laws" in texts(graph, gone, SKOS.altLabel).values()
    for subject in (gone, given_up):
        assert not set(graph.predicates(subject)) & {SKOS.broader, SKOS.topConceptOf, SKOS.narrower}


def test_json_holds_every_field():
    document = json.loads(render(TAXONOMY, "json", "en"))
    assert document["version"] == TAXONOMY.version
    read = [*document["types"], *document["subtypes"], *document["instruments"]]
    assert len(read) == len(ENTRIES)
    for fields, entry in zip(read, ENTRIES, strict=True):
        assert (fields["code"], fields["kind"], fields["parent"]) == (entry.code, entry.kind, entry.parent)
        assert fields["instrument"] == entry.instrument
        assert (fields["label"], fields["short"]) == (entry.labels, entry.shorts)
        assert (fields["definition"], fields["not"]) == (entry.definitions, entry.nots)


def test_csv_holds_every_field_in_every_language():
    rows = list(csv.DictReader(io.StringIO(render(TAXONOMY, "csv", "en"))))
    assert len(rows) == len(ENTRIES)
    for row, entry in zip(rows, ENTRIES, strict=True):
        assert (row["code"], row["kind"], row["parent"]) == (entry.code, entry.kind, entry.parent or "")
        assert row["instrument"] == (entry.instrument or "")
        for language in LANGUAGES:
            assert row[f"label_{language}"] == entry.labels[language]
            assert row[f"short_{language}"] == entry.shorts[language]
            assert row[f"definition_{language}"] == entry.definitions[language]
            assert row[f"not_{language}"] == entry.nots.get(language, "")


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_cells_are_not_run_as_formulas(beginning):
    labels = dict.fromkeys(LANGUAGES, f'{beginning}HYPERLINK("x")')
    changed = replace(TAXONOMY, types=(replace(TAXONOMY.types[0], labels=labels), *TAXONOMY.types[1:]))
    first = next(csv.DictReader(io.StringIO(render(changed, "csv", "en"), newline="")))
    assert first["label_fr"] == f'\'{beginning}HYPERLINK("x")'


def test_json_and_csv_keep_retired_codes_with_their_replacement(with_retired):
    document = json.loads(render(with_retired, "json", "en"))
    rows = list(csv.DictReader(io.StringIO(render(with_retired, "csv", "en"))))
    for fields, none in ((document["retired"], None), (rows[-2:], "")):
        assert [item["code"] for item in fields] == ["resources.publication", "reporting"]
        assert [item["retired_since"] for item in fields] == ["1.1", "1.1"]
        assert [item["use_instead"] for item in fields] == ["resources.equipment", none]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_shows_one_line_a_code_in_eighty_columns(monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "80")
    lines = render(TAXONOMY, "table", language).splitlines()
    assert max(map(len, lines)) <= 80
    for entry in ENTRIES:
        line = next(line for line in lines if line.split(" ")[0] == entry.code)
        assert entry.short(language) in line
        assert line.endswith(entry.instrument or entry.short(language))


def test_the_table_loses_nothing_on_a_narrow_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    assert "…" not in render(TAXONOMY, "table", "fr")


def test_the_table_is_plain_text_and_leaves_retired_codes_out(monkeypatch, with_retired):
    monkeypatch.setenv("FORCE_COLOR", "1")
    table = render(with_retired, "table", "en")
    assert "\x1b" not in table
    assert "resources.publication" not in table


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_in_one_line_feed(name):
    text = render(TAXONOMY, name, "fr")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_same_taxonomy_gives_the_same_text_in_every_process():
    code = (
        "from nlp.taxonomy import load_taxonomy; from service.taxonomy_formats import render; "
        f"print(*(render(load_taxonomy(), format, 'es') for format in {FORMATS}), sep='')"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_importing_the_formats_loads_neither_rdflib_nor_rich():
    code = "import sys, service.taxonomy_formats; sys.exit(bool({'rdflib', 'rich'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
