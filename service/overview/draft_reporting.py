"""Part II.B of the draft: who answered, who asked for help with that, and who was silent."""

from collections.abc import Sequence

from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.overview.content import Behind, Footnote, Row, Runs, plain_text
from service.overview.items import EUROPEAN_UNION
from service.overview.parties import Parties
from service.overview.register import Register
from service.overview.response import REPORTING, ResponseRate
from service.overview.writer import Writer

NAMED_IN_A_SENTENCE = 20
"""Up to so many silent States are named in a sentence; more stand in a table."""


def write_reporting(writer: Writer) -> None:
    """Write part II.B."""
    overview = writer.overview
    register = overview.source.register
    # A list may begin after the cycle.
    rated = any(each.parties for each in overview.rates)
    writer.heading(2, "B", "reporting")
    if register and register.rates:
        _write_given(writer, register)
    elif overview.parties and rated:
        _write_rates(writer, overview.parties)
    help_ = overview.reporting_help
    asked = writer.about_states("help", "reporting-help", help_.states, help_.answers)
    if not help_.states and writer.unknown.requested.types[REPORTING].number:
        asked = writer.say("help_unknown")
    writer.paragraph(asked)
    if register and overview.silent:
        writer.paragraph(writer.about_states("silent_given", "silent", overview.silent))
    elif rated:
        _write_silent(writer, overview.silent)


def _write_silent(writer: Writer, silent: Sequence[str]) -> None:
    """Name the silent States in a sentence or, as in a cycle's first months most are, in a table."""
    if len(silent) <= NAMED_IN_A_SENTENCE:
        writer.paragraph(writer.about_states("silent", "silent", silent))
        return
    behind = Behind("silent/states", len(silent), ())
    writer.paragraph(writer.say("silent_tabled", behind, number=writer.next_table))
    rows = []
    for region in REGIONAL_GROUPS:
        if codes := [code for code in silent if get_state(code).group == region]:
            number = writer.phrases.figure(len(codes))
            rows.append(Row("plain", ((writer.region(region),), (number,), (writer.states(codes),))))
    header = writer.texts("column_region", "column_number", "column_states")
    writer.table("silent_title", header, (0.24, 0.1, 0.66), rows)


def _write_given(writer: Writer, register: Register) -> None:
    items = []
    for entry in load_taxonomy().instruments:
        rates = [
            _rate(writer, rate.cycle, percent=writer.phrases.percent(rate.percent))
            for rate in register.rates
            if rate.instrument == entry.code
        ]
        if rates:
            items.append(
                writer.say("rate_item", instrument=writer.label(entry.code), rates=writer.joined(rates))
            )
    writer.paragraph(writer.say("rates_given", source=register.source), items=items)


def _rate(writer: Writer, cycle: str | None, key: str = "rate", **parts: str) -> str:
    if cycle is None:
        return writer.phrases.text(key, "all", **parts)
    return writer.phrases.text(key, "cycle", cycle=cycle, **parts)


def _write_rates(writer: Writer, parties: Parties) -> None:
    rates = [each for each in writer.overview.rates if each.parties]
    days = {each.on for each in rates}
    items = []
    for entry in load_taxonomy().instruments:
        found = [each for each in rates if each.instrument == entry.code and each.region is None]
        if len(found) == 2 and found[0].answered == found[1].answered:
            # All cycles together are the only one.
            found = found[1:]
        if found:
            said = writer.joined([_computed(writer, each, dated=len(days) > 1) for each in found])
            items.append(writer.say("rate_item", instrument=writer.label(entry.code), rates=said))
    whole = max(each.on for each in rates)
    source = _source(writer, parties)
    computed = writer.say(
        "rates_computed",
        None,
        "dated" if len(days) > 1 else "one",
        date=writer.phrases.date(whole),
        parties=(Footnote(source),),
    )
    table = writer.say("rates_table", number=writer.next_table)
    writer.paragraph(table, _later(writer, parties), computed, items=items)
    shown = [entry.code for entry in load_taxonomy().instruments]
    headers = [writer.phrases.text("column_region"), *(writer.instrument(code) for code in shown)]
    rows = [_row(writer, rates, shown, region) for region in (*REGIONAL_GROUPS, None)]
    note = f"{writer.phrases.text('parties_on', date=writer.phrases.date(whole))} {plain_text(source)}"
    writer.table("rates_title", headers, (0.32, *[0.17] * len(shown)), rows, note)


def _source(writer: Writer, parties: Parties) -> Runs:
    form = "union" if any(EUROPEAN_UNION in found for found in parties.dates.values()) else "states"
    date = writer.phrases.date(parties.as_of)
    return writer.say("parties_source", None, form, source=parties.source, date=date)


def _later(writer: Writer, parties: Parties) -> Runs:
    cycles = writer.overview.later_cycles
    if not cycles:
        return ()
    form, date = writer.phrases.plural(len(cycles)), writer.phrases.date(parties.as_of)
    return writer.say("cycles_later", None, form, cycles=writer.joined(cycles), date=date)


def _computed(writer: Writer, rate: ResponseRate, *, dated: bool) -> str:
    return _rate(
        writer,
        rate.cycle,
        "rate_on" if dated else "rate_of",
        date=writer.phrases.date(rate.on),
        answered=writer.phrases.figure(len(rate.answered)),
        parties=writer.phrases.figure(len(rate.parties)),
        percent=writer.phrases.percent(100 * (rate.share or 0)),
    )


def _row(writer: Writer, rates: Sequence[ResponseRate], shown: Sequence[str], region: str | None) -> Row:
    """A region's row, or that of all; of all cycles together."""
    of_row = {each.instrument: each for each in rates if each.region == region and each.cycle is None}
    cells: list[Runs] = [(writer.region(region) if region else writer.phrases.text("total"),)]
    for code in shown:
        rate = of_row.get(code)
        numbers = (len(rate.answered), len(rate.parties)) if rate else None
        cells.append((_cell(writer, numbers),))
    return Row("plain" if region else "total", tuple(cells))


def _cell(writer: Writer, numbers: tuple[int, int] | None) -> str:
    if numbers is None:
        return writer.phrases.text("none_sign")
    answered, parties = map(writer.phrases.figure, numbers)
    return writer.phrases.text("rate_cell", answered=answered, parties=parties)
