"""An overview for offices: counts.xlsx, a sheet a table, with the ids of the answers behind each number."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from nlp.answers import Language
from nlp.data import read_yaml
from nlp.states import REGIONAL_GROUPS
from nlp.taxonomy import load_taxonomy
from service.overview.counts import Counts, Group, Stances, Tally
from service.overview.items import EUROPEAN_UNION, UNSPECIFIED, Count
from service.overview.overview import Overview
from service.overview.parties import Parties
from service.overview.wording import name_in, sort_states
from service.spreadsheet import LONGEST_CELL, Row, in_xml, safe_cell

Table = tuple[str, Iterable[Row]]
"""The title of a sheet, and its rows, the header among them."""

WIDE = 40
"""Characters that the columns of codes and labels show."""


def write_workbook(overview: Overview, lang: Language, path: Path) -> None:
    """Write all counts and lists of an overview as XLSX, in one language."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    try:
        for title, rows in _Tables(overview, lang).all():
            sheet = workbook.create_sheet(title)
            sheet.freeze_panes = "D3"
            for letter in "ABC":
                sheet.column_dimensions[letter].width = WIDE
            for row in rows:
                sheet.append([_safe(value) if isinstance(value, str) else value for value in row])
    finally:
        # After a fault too: this alone removes what openpyxl has laid in the folder for temporary files.
        workbook.save(path)


def _safe(text: str) -> str:
    """What may stand in a cell: no formula, no sign that XLSX lacks, and no more than fits."""
    shown = safe_cell(in_xml(text))
    return shown if len(shown) <= LONGEST_CELL else shown[: LONGEST_CELL - 1] + "…"


@cache
def _words() -> dict[Language, dict[str, str]]:
    words: dict[Language, dict[str, str]] = read_yaml(files("service.overview") / "data" / "workbook.yaml")
    return words


class _Tables:
    """The tables of an overview in one language."""

    def __init__(self, overview: Overview, lang: Language) -> None:
        self.overview = overview
        self.lang: Language = lang
        self.words = _words()[lang]
        taxonomy = load_taxonomy()
        entries = (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments)
        self.labels: dict[str | None, str] = {entry.code: entry.label(lang) for entry in entries}
        self.labels |= {code: names[lang] for code, names in REGIONAL_GROUPS.items()}
        self.labels |= {
            EUROPEAN_UNION: name_in(EUROPEAN_UNION, lang),
            UNSPECIFIED: self.words["unspecified"],
        }

    def all(self) -> Iterator[Table]:
        """The tables in the order of the sheets."""
        counts = self.overview.reviewed
        yield self.words["types"], self.types(counts)
        for name in ("regions", "instruments", "cycles", "languages"):
            groups: Mapping[Group, Stances] = getattr(counts, name)
            unknown = self.words[f"unknown_{name}"]
            yield self.words[name], self.parted(groups, unknown)
        yield self.words["needs"], self.needs()
        if self.overview.parties:
            yield self.words["rates"], self.rates(self.overview.parties)
        if self.overview.unreviewed:
            yield self.words["unreviewed"], self.types(self.overview.unreviewed)

    def types(self, counts: Counts) -> Iterator[Row]:
        """A row for each type and sub-type."""
        yield self.unit()
        yield self.header(
            "code", "type", "subtype", "requested", "share", "offered", "received", "states_number", "states",
            "answers",
        )  # fmt: skip
        asked, offered, received = counts.all.requested, counts.all.offered, counts.all.received
        rows = zip(self.lines(asked), self.lines(offered), self.lines(received), strict=True)
        for (titles, requests), (_, offers), (_, gifts) in rows:
            share = asked.share(titles[0]) if titles[0] in asked.types and not titles[2] else None
            percent = "" if share is None else round(100 * share, 1)
            yield [*titles, requests.number, percent, offers.number, gifts.number, *self.behind(requests)]

    def parted(self, groups: Mapping[Group, Stances], unknown: str) -> Iterator[Row]:
        """A row for each type and sub-type, a column for each group of what is requested."""
        yield self.unit()
        names = [unknown if group is None else self.labels.get(group, group) for group in groups]
        yield [*self.header("code", "type", "subtype"), *names]
        columns = [list(self.lines(stances.requested)) for stances in groups.values()]
        for cells in zip(*columns, strict=True):
            yield [*cells[0][0], *(count.number for _, count in cells)]

    def needs(self) -> Iterator[Row]:
        """A row for each instrument and need."""
        yield self.unit()
        yield self.header(
            "code", "instrument", "need", "requested", "alone", "states_number", "states", "answers"
        )
        for need in self.overview.needs:
            instrument = self.labels.get(need.instrument, self.words["unknown_instruments"])
            alone = self.words["yes"] if need.alone else ""
            label = self.labels[need.code]
            yield [need.code, instrument, label, need.count.number, alone, *self.behind(need.count)]

    def rates(self, parties: Parties) -> Iterator[Row]:
        """A row for each rate; above them, where the list of parties is from and where it ends."""
        later = self.overview.later_cycles
        warning = [self.words["later"], "; ".join(later)] if later else []
        complete = [self.words["complete"], parties.as_of.isoformat()]
        yield [self.words["parties_list"], parties.source, *complete, *warning]
        yield self.header(
            "instrument", "cycle", "region", "parties_on", "parties", "replied", "rate", "who_replied",
            "silent",
        )  # fmt: skip
        for rate in self.overview.rates:
            if rate.share is None:
                continue
            titles = [self.labels[rate.instrument], rate.cycle or self.words["all"]]
            group = self.labels[rate.region] if rate.region else self.words["all"]
            numbers = [len(rate.parties), len(rate.answered), round(100 * rate.share, 1)]
            others = [code for code in rate.parties if code not in rate.answered]
            names = [self.names(rate.answered), self.names(others)]
            yield [*titles, group, rate.on.isoformat(), *numbers, *names]

    def lines(self, tally: Tally) -> Iterator[tuple[list[str], Count]]:
        """Each type with what is under it, then what is of no type, then all: titles and count."""
        for code, count in tally.types.items():
            label = self.labels[code]
            yield [code, label, ""], count
            yield [code, label, self.words["general"]], tally.general[code]
            for entry in load_taxonomy().subtypes_of(code):
                yield [entry.code, label, self.labels[entry.code]], tally.subtypes[entry.code]
        yield ["", self.words["unspecified"], ""], tally.unspecified
        yield ["", self.words["total"], ""], tally.total

    def behind(self, count: Count) -> list[str | float]:
        """How many States, which, and what answers stand behind a number."""
        return [len(count.states), self.names(count.states), "; ".join(count.answers)]

    def names(self, codes: Iterable[str]) -> str:
        """Respondents in order."""
        return "; ".join(name_in(code, self.lang) for code in sort_states(codes, self.lang))

    def unit(self) -> Row:
        """What counts as one."""
        return [self.words["counted"], self.words[f"unit_{self.overview.unit}"]]

    def header(self, *names: str) -> list[str]:
        """The names of columns."""
        return [self.words[name] for name in names]
