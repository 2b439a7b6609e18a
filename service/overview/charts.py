"""What the figures of an overview show: the bars, their titles and notes, and the same in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.answers import Language
from nlp.taxonomy import load_taxonomy
from service.overview.content import Picture
from service.overview.counts import Tally
from service.overview.items import UNSPECIFIED
from service.overview.overview import Overview
from service.overview.phrases import Phrases
from service.overview.writer import Writer

LEGAL = "legal"
"""The type that has a figure of its own."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars side by side with those of other panels; a figure's only panel has no title."""

    title: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure: a row of panels, each with a value for every label."""

    number: int
    title: str
    note: str
    labels: tuple[str, ...]
    panels: tuple[Panel, ...]

    @property
    def name(self) -> str:
        """Name of its files, without the suffix."""
        return f"figure-{self.number}"


def charts(overview: Overview, lang: Language) -> tuple[Chart, Chart, Chart]:
    """The figures: requests by type, legal requests by sub-type, requests by region and type."""
    writer = Writer(overview, lang)
    counts = overview.reviewed
    asked = counts.all.requested
    codes = [*asked.types] + ([UNSPECIFIED] if asked.unspecified.number else [])
    legal = [entry.code for entry in load_taxonomy().subtypes_of(LEGAL)]
    legal_labels = [writer.short(code) for code in legal]
    legal_values = [asked.subtypes[code].number for code in legal]
    if asked.general[LEGAL].number:
        legal_labels.append(writer.phrases.text("in_general"))
        legal_values.append(asked.general[LEGAL].number)
    labels = [writer.short(code) for code in codes]
    regions = [(writer.region(code), stances.requested) for code, stances in counts.regions.items()]
    by_region = [Panel(name, _values(tally, codes)) for name, tally in regions]
    return (
        _chart(writer, 1, labels, [Panel("", _values(asked, codes))]),
        _chart(writer, 2, legal_labels, [Panel("", tuple(legal_values))]),
        _chart(writer, 3, labels, by_region),
    )


def _chart(writer: Writer, number: int, labels: list[str], panels: list[Panel]) -> Chart:
    title = writer.phrases.text(f"figure_{number}_title")
    return Chart(number, title, counted_note(writer), tuple(labels), tuple(panels))


def _values(tally: Tally, codes: list[str]) -> tuple[int, ...]:
    return tuple((tally.unspecified if code == UNSPECIFIED else tally.types[code]).number for code in codes)


def counted_note(writer: Writer) -> str:
    """What counts as one, what was reviewed, and in which cycle: the note below figures and tables."""
    text, source = writer.phrases.text, writer.overview.source
    parts = [text(f"unit_{writer.overview.unit}")]
    if source.register:
        parts.append(text("given_in", source=source.register.source))
    else:
        parts.append(text("reviewed_only"))
        parts.append(text("of_cycle", cycle=source.cycle) if source.cycle else text("of_all_cycles"))
    return " ".join(parts)


def picture(chart: Chart, writer: Writer) -> Picture:
    """A figure as a block of the draft, with what it shows in words."""
    text = writer.phrases.text
    caption = text("figure", number=str(chart.number))
    return Picture(chart.name, caption, chart.title, _alternative(chart, writer.phrases), chart.note)


def _alternative(chart: Chart, phrases: Phrases) -> str:
    text = phrases.text
    groups = []
    for panel in chart.panels:
        values = "; ".join(_said(chart, panel, phrases)) or text("none_sign")
        groups.append(text("labelled_group", label=panel.title, values=values) if panel.title else values)
    return f"{chart.title}. " + text("alternative", values="; ".join(groups))


def _said(chart: Chart, panel: Panel, phrases: Phrases) -> Iterator[str]:
    for label, value in zip(chart.labels, panel.values, strict=True):
        if value or not panel.title:
            yield phrases.text("labelled_number", label=label, value=phrases.figure(value))
