"""Part II.A of the draft: the needs by type and by region, and the table of types and sub-types."""

from collections.abc import Iterator, Mapping

from nlp.taxonomy import load_taxonomy
from service.overview.charts import charts, counted_note, picture
from service.overview.content import Behind, Linked, Row, RowKind, Runs
from service.overview.counts import Group, Tally
from service.overview.items import UNSPECIFIED, Count
from service.overview.writer import Writer


def write_general(writer: Writer) -> None:
    """Write part II.A."""
    counts = writer.overview.reviewed
    asked = counts.all.requested
    writer.heading(2, "A", "by_type")
    if not asked.total.number:
        writer.paragraph(writer.say("no_requests"))
        return
    by_type, by_subtype, by_region = (
        picture(chart, writer) for chart in charts(writer.overview, writer.lang)
    )
    writer.heading(3, "1", "requests_by_type")
    writer.paragraph(writer.say("figures_1_2"), _total(writer, asked.total), _most_asked(writer, asked))
    writer.blocks += [by_type, by_subtype]
    writer.heading(3, "2", "requests_by_region")
    groups = [_group(writer, code, stances.requested.total) for code, stances in counts.regions.items()]
    writer.paragraph(
        writer.say("figure_3"),
        writer.say("by_group", groups=writer.joined_runs([each for each in groups if each])),
    )
    writer.blocks.append(by_region)
    _write_regions(writer)
    writer.heading(3, "3", "types_and_subtypes")
    writer.paragraph(writer.say("table_1", number=writer.next_table))
    unit = writer.overview.unit
    writer.table(
        "table_1_title",
        writer.texts("column_type", f"column_{unit}", "column_share", "column_offers", "column_states"),
        (0.33, 0.12, 0.12, 0.08, 0.35),
        _rows(writer),
        counted_note(writer),
    )


def _total(writer: Writer, total: Count) -> Runs:
    behind = Behind("requested/total", total.number, total.answers)
    return writer.say(f"total_{writer.overview.unit}", behind)


def _most_asked(writer: Writer, asked: Tally) -> Runs:
    highest = max(count.number for count in asked.types.values())
    if not highest:
        return ()
    types = [
        writer.labelled(writer.in_sentence(code), f"requested/types/{code}", count)
        for code, count in asked.types.items()
        if count.number == highest
    ]
    form = "one" if len(types) == 1 else "other"
    return writer.say("most_asked", None, form, types=writer.joined_runs(types))


def _group(writer: Writer, code: Group, count: Count) -> Runs:
    if not count.number:
        return ()
    return writer.labelled(writer.region(code), f"requested/regions/{code or 'unknown'}", count)


def _write_regions(writer: Writer) -> None:
    """The numbers of figure 3, to be read and followed."""
    regions = writer.overview.reviewed.regions
    shown = [code for code, stances in regions.items() if stances.requested.total.number]
    writer.paragraph(writer.say("table_regions", number=writer.next_table))
    rows = []
    for code in writer.overview.reviewed.all.requested.types:
        counts = {region: regions[region].requested.types[code] for region in shown}
        rows.append(_region_row(writer, "plain", writer.label(code), code, counts))
    if any(regions[region].requested.unspecified.number for region in shown):
        counts = {region: regions[region].requested.unspecified for region in shown}
        rows.append(_region_row(writer, "plain", writer.label(UNSPECIFIED), UNSPECIFIED, counts))
    counts = {region: regions[region].requested.total for region in shown}
    rows.append(_region_row(writer, "total", writer.phrases.text("total"), "total", counts))
    header = [*writer.texts("column_type_only"), *(writer.region(region) for region in shown)]
    widths = (0.35, *[0.65 / len(shown)] * len(shown))
    writer.table("table_regions_title", header, widths, rows, counted_note(writer))


def _region_row(writer: Writer, kind: RowKind, label: str, code: str, counts: Mapping[Group, Count]) -> Row:
    numbers = (
        writer.number(f"requested/regions/{region or 'unknown'}/{code}", count)
        for region, count in counts.items()
    )
    return Row(kind, ((label,), *numbers))


def _rows(writer: Writer) -> Iterator[Row]:
    """A row for each type, with those of its sub-types under it; what is too general for a type, and all."""
    counts = writer.overview.reviewed.all
    asked, offered = counts.requested, counts.offered
    for code, count in asked.types.items():
        share = asked.share(code)
        percent = "" if share is None else writer.phrases.percent(100 * share)
        yield _row(
            writer, "group", writer.label(code), f"types/{code}", (count, offered.types[code]), percent
        )
        for entry in load_taxonomy().subtypes_of(code):
            both = asked.subtypes[entry.code], offered.subtypes[entry.code]
            yield _row(writer, "plain", writer.label(entry.code), f"subtypes/{entry.code}", both)
        both = asked.general[code], offered.general[code]
        if any(each.number for each in both):
            yield _row(writer, "plain", writer.phrases.text("in_general"), f"general/{code}", both)
    unspecified = asked.unspecified, offered.unspecified
    if any(each.number for each in unspecified):
        yield _row(writer, "plain", writer.label(UNSPECIFIED), "unspecified", unspecified)
    yield _row(writer, "total", writer.phrases.text("total"), "total", (asked.total, offered.total))


def _row(
    writer: Writer, kind: RowKind, label: str, key: str, both: tuple[Count, Count], percent: str = ""
) -> Row:
    asked, offered = both
    cells: tuple[Runs, ...] = (
        (label,),
        writer.number(f"requested/{key}", asked),
        (percent,),
        writer.number(f"offered/{key}", offered),
        _states(writer, f"requested/{key}", asked, named=kind == "plain"),
    )
    return Row(kind, cells)


def _states(writer: Writer, key: str, count: Count, *, named: bool) -> Runs:
    """The States, or their number where the rows below name them."""
    if not count.states:
        return (writer.phrases.text("none_sign"),)
    if named:
        return (writer.states(count.states),)
    number = len(count.states)
    return (Linked(writer.phrases.figure(number), Behind(f"{key}/states", number, count.answers)),)
