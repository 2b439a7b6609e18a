"""Part II.C of the draft: the needs under each instrument, and those that only one State named."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle

from nlp.taxonomy import load_taxonomy
from service.overview.content import Behind, Linked, Row, Runs
from service.overview.counts import Counts, Group, Tally, count_items
from service.overview.draft_offers import write_offers
from service.overview.items import EUROPEAN_UNION, UNSPECIFIED, Count, Item
from service.overview.response import REPORTING
from service.overview.writer import Writer

Who = str
"""Who asks: "states", "union" (the European Union, which is none) or "unknown"."""


def write_specific(writer: Writer) -> None:
    """Write part II.C."""
    writer.heading(2, "C", "specific")
    parted = _parted(writer)
    instruments = writer.overview.reviewed.instruments
    # What is of no known instrument has a chapter only where there is such.
    shown = [code for code in instruments if code or instruments[code].requested.total.number]
    for place, code in enumerate(shown, start=1):
        writer.heading(3, str(place), "needs_under", code or "unknown")
        asked = {
            who: counts.instruments[code].requested
            for who, counts in parted.items()
            if code in counts.instruments
        }
        _write_instrument(writer, code, asked)
    place = len(shown) + 1
    if any(need.alone for need in writer.overview.needs):
        writer.heading(3, str(place), "alone")
        _write_alone(writer)
        place += 1
    writer.heading(3, str(place), "offers")
    write_offers(writer, parted["states"].all, parted["union"].all if "union" in parted else None)


def _parted(writer: Writer) -> Mapping[Who, Counts]:
    """The counts by who asks."""
    who = {None: "unknown", EUROPEAN_UNION: "union"}
    parted: dict[Who, list[Item]] = {"states": [], "union": [], "unknown": []}
    for item in writer.overview.items:
        parted[who.get(item.respondent, "states")].append(item)
    if not parted["union"] and not parted["unknown"]:
        return {"states": writer.overview.reviewed}
    return {name: count_items(items, writer.overview.unit) for name, items in parted.items()}


def _write_instrument(writer: Writer, instrument: Group, asked: Mapping[Who, Tally]) -> None:
    key = f"needs/{instrument or 'unknown'}"
    writer.paragraph(*_opening(writer, key, instrument, asked))
    for entry in load_taxonomy().types:
        # Part II.B has those who asked for help with reporting.
        if entry.code != REPORTING:
            subtypes = (each.code for each in load_taxonomy().subtypes_of(entry.code))
            _write_type(writer, key, [entry.code, *subtypes], asked)
    _write_type(writer, key, [UNSPECIFIED], asked)


def _opening(writer: Writer, key: str, instrument: Group, parted: Mapping[Who, Tally]) -> Iterator[Runs]:
    """How many States asked under the instrument, and for which types."""
    asked = parted.get("states")
    total = asked.total if asked else Count(0, (), ())
    if not total.states and "unknown" in parted and parted["unknown"].total.number:
        yield writer.say("asking_unknown")
        return
    behind = Behind(f"{key}/states", len(total.states), total.answers)
    requests = writer.requests(f"{key}/total", total)
    template = f"asked_under_{instrument or 'unknown'}"
    yield writer.say(template, behind, requests=requests)
    types = [] if asked is None else [(code, count) for code, count in asked.types.items() if count.number]
    # Part II.B has what was asked for there, so that a chapter on reporting alone would name no need.
    if len(types) > 1 or [code for code, _ in types] == [REPORTING]:
        types.sort(key=lambda each: -each[1].number)
        labelled = [
            writer.labelled(writer.in_sentence(code), f"{key}/types/{code}", count) for code, count in types
        ]
        form = "one" if len(types) == 1 else "other"
        yield writer.say("under_types", None, form, types=writer.joined_runs(labelled))


def _write_type(writer: Writer, key: str, codes: Sequence[str], asked: Mapping[Who, Tally]) -> None:
    """A paragraph on a type: each need of it with who asked."""
    templates = cycle(("asked", "asked_again"))
    sentences = [
        sentence for code in codes for sentence in _asked_for(writer, f"{key}/{code}", code, asked, templates)
    ]
    if not sentences:
        return
    head = writer.say("type_head", label=writer.label(codes[0]))
    together = asked["states"].types[codes[0]] if "states" in asked and codes[0] != UNSPECIFIED else None
    if len(sentences) > 1 and together and len(together.states) > 1:
        behind = Behind(f"{key}/types/{codes[0]}/states", len(together.states), together.answers)
        requests = writer.requests(f"{key}/types/{codes[0]}", together)
        sentences.insert(0, writer.say("type_states", behind, requests=requests))
    writer.paragraph(head, *sentences)


def _asked_for(
    writer: Writer, key: str, code: str, asked: Mapping[Who, Tally], templates: Iterator[str]
) -> Iterator[Runs]:
    """The sentences on one need."""
    need = writer.need(code)
    counts = {who: count_of(tally, code) for who, tally in asked.items()}
    count = counts.get("states")
    if count and count.number:
        often = count.number > len(count.states)
        template = "asked_often" if often else next(templates)
        requests = writer.requests(key, count)
        yield writer.about_states(template, key, count.states, count.answers, need=need, requests=requests)
    count = counts.get("union")
    if count and count.number:
        yield writer.about_states("asked", f"{key}/union", [EUROPEAN_UNION], count.answers, need=need)
    count = counts.get("unknown")
    if count and count.number:
        requests = writer.requests(f"{key}/unknown", count)
        form = "one" if count.number == 1 else "other"
        yield writer.say("asked_unknown", None, form, need=need, requests=requests)


def count_of(tally: Tally, code: str) -> Count:
    """The count of a need: a sub-type, a type in general, or what is of no type."""
    if code == UNSPECIFIED:
        return tally.unspecified
    return tally.subtypes[code] if code in tally.subtypes else tally.general[code]


def _write_alone(writer: Writer) -> None:
    writer.paragraph(writer.say("alone_text", number=writer.next_table))
    rows = []
    for need in writer.overview.needs:
        if need.alone:
            behind = Behind(f"needs/{need.instrument or 'unknown'}/{need.code}/alone", 1, need.count.answers)
            state = Linked(writer.states(need.count.states), behind)
            label = writer.need_label(need.code)
            rows.append(Row("plain", ((writer.instrument(need.instrument),), (label,), (state,))))
    writer.table(
        "alone_title",
        writer.texts("column_instrument", "column_need", "column_state"),
        (0.24, 0.5, 0.26),
        rows,
    )
