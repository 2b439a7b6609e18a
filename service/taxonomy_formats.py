"""The taxonomy as people and other systems want it: a table, JSON, CSV, or SKOS in Turtle."""

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Literal

from nlp.answers import LANGUAGES, Language
from nlp.taxonomy import Entry, Taxonomy, Texts
from service.spreadsheet import safe_cell

if TYPE_CHECKING:
    from rdflib import Graph, URIRef

TaxonomyFormat = Literal["table", "json", "csv", "skos"]

# Names, not addresses: nothing is to be found behind them, so they outlive any host.
CONCEPT = "urn:needtag:taxonomy:"
TYPES_SCHEME = "urn:needtag:scheme:types"
INSTRUMENTS_SCHEME = "urn:needtag:scheme:instruments"
_SCHEME_TITLES: dict[str, Texts] = {
    TYPES_SCHEME: {
        "en": "Types and sub-types of technical assistance",
        "fr": "Types et sous-types d'assistance technique",
        "es": "Tipos y subtipos de asistencia técnica",
    },
    INSTRUMENTS_SCHEME: {
        "en": "Organized Crime Convention and its Protocols",
        "fr": "Convention contre la criminalité organisée et Protocoles s'y rapportant",
        "es": "Convención contra la Delincuencia Organizada y sus Protocolos",
    },
}


def render(taxonomy: Taxonomy, format: TaxonomyFormat, lang: Language) -> str:  # noqa: A002 - the option's name
    """Write the taxonomy in one format; the same input gives the same text, ended by a line feed.

    The table is for the terminal: the codes in use with their short labels in one language. The other
    formats are for keeping: everything in all languages, retired codes included.
    """
    if format == "table":
        return _table(taxonomy, lang)
    return {"json": _json, "csv": _csv, "skos": _skos}[format](taxonomy)


def _table(taxonomy: Taxonomy, lang: Language) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Taxonomy {taxonomy.version}", title_justify="left", box=None, pad_edge=False)
    for column in ("Code", "Label", "Instrument"):
        table.add_column(column, overflow="fold")
    for group in (
        *((entry, *taxonomy.subtypes_of(entry.code)) for entry in taxonomy.types),
        taxonomy.instruments,
    ):
        table.add_row()
        for entry in group:
            table.add_row(entry.code, entry.short(lang), entry.instrument)
    written = io.StringIO()
    Console(file=written, color_system=None, markup=False).print(table)
    return "".join(f"{line.rstrip()}\n" for line in written.getvalue().splitlines())


def document(taxonomy: Taxonomy) -> dict[str, Any]:
    """The taxonomy as JSON has it: everything in all languages, retired codes included."""
    return {
        "version": taxonomy.version,
        "types": [_fields(entry) for entry in taxonomy.types],
        "subtypes": [_fields(entry) for entry in taxonomy.subtypes],
        "instruments": [_fields(entry) for entry in taxonomy.instruments],
        "retired": [_fields(entry) for entry in taxonomy.retired],
    }


def _json(taxonomy: Taxonomy) -> str:
    return json.dumps(document(taxonomy), ensure_ascii=False, indent=2) + "\n"


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "kind": entry.kind,
        "parent": entry.parent,
        "instrument": entry.instrument,
        "retired_since": entry.retired.since if entry.retired else None,
        "use_instead": entry.retired.use if entry.retired else None,
        "label": entry.labels,
        "short": entry.shorts,
        "definition": entry.definitions,
        "not": entry.nots,
    }


def _csv(taxonomy: Taxonomy) -> str:
    entries = (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments, *taxonomy.retired)
    rows = [_row(_fields(entry)) for entry in entries]
    written = io.StringIO()
    writer = csv.DictWriter(written, fieldnames=rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _row(fields: dict[str, Any]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            row |= {f"{name}_{language}": safe_cell(value.get(language, "")) for language in LANGUAGES}
        else:
            row[name] = safe_cell(value or "")
    return row


def _skos(taxonomy: Taxonomy) -> str:
    from rdflib import Graph, Literal, URIRef
    from rdflib.namespace import DCTERMS, OWL, RDF, SKOS

    graph = Graph()
    for uri, titles in _SCHEME_TITLES.items():
        graph.add((URIRef(uri), RDF.type, SKOS.ConceptScheme))
        graph.add((URIRef(uri), OWL.versionInfo, Literal(taxonomy.version)))
        _add_texts(graph, URIRef(uri), DCTERMS.title, titles)
    for entry in (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments):
        _describe(graph, entry)
        _place(graph, entry)
    for entry in taxonomy.retired:
        _describe(graph, entry)
        _deprecate(graph, entry)
    return graph.serialize(format="turtle").strip() + "\n"


def _describe(graph: "Graph", entry: Entry) -> None:
    from rdflib import Literal
    from rdflib.namespace import RDF, SKOS

    concept = _concept(entry.code)
    graph.add((concept, RDF.type, SKOS.Concept))
    graph.add((concept, SKOS.notation, Literal(entry.code)))
    graph.add((concept, SKOS.inScheme, _scheme(entry)))
    _add_texts(graph, concept, SKOS.prefLabel, entry.labels)
    # SKOS forbids an alternative label that is also the preferred one.
    shorts = {language: text for language, text in entry.shorts.items() if text != entry.labels[language]}
    _add_texts(graph, concept, SKOS.altLabel, shorts)
    _add_texts(graph, concept, SKOS.definition, entry.definitions)
    _add_texts(graph, concept, SKOS.scopeNote, entry.nots)


def _place(graph: "Graph", entry: Entry) -> None:
    """State each relation in both directions, since few readers of SKOS infer one from the other."""
    from rdflib.namespace import SKOS

    concept = _concept(entry.code)
    if entry.parent:
        graph.add((concept, SKOS.broader, _concept(entry.parent)))
        graph.add((_concept(entry.parent), SKOS.narrower, concept))
    else:
        graph.add((concept, SKOS.topConceptOf, _scheme(entry)))
        graph.add((_scheme(entry), SKOS.hasTopConcept, concept))
    if entry.instrument:
        graph.add((concept, SKOS.related, _concept(entry.instrument)))
        graph.add((_concept(entry.instrument), SKOS.related, concept))


def _deprecate(graph: "Graph", entry: Entry) -> None:
    from rdflib import Literal
    from rdflib.namespace import DCTERMS, OWL

    graph.add((_concept(entry.code), OWL.deprecated, Literal(True)))
    if entry.retired and entry.retired.use:
        graph.add((_concept(entry.code), DCTERMS.isReplacedBy, _concept(entry.retired.use)))


def _add_texts(graph: "Graph", subject: "URIRef", predicate: "URIRef", texts: Texts) -> None:
    from rdflib import Literal

    for language, text in texts.items():
        graph.add((subject, predicate, Literal(text, lang=language)))


def _concept(code: str) -> "URIRef":
    from rdflib import URIRef

    return URIRef(CONCEPT + code)


def _scheme(entry: Entry) -> "URIRef":
    from rdflib import URIRef

    return URIRef(INSTRUMENTS_SCHEME if entry.kind == "instrument" else TYPES_SCHEME)
