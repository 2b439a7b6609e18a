"""Puts the draft together block by block: numbers paragraphs and tables, names what sentences speak of."""

from collections.abc import Iterable, Sequence

from nlp.answers import Language
from nlp.states import REGIONAL_GROUPS
from nlp.taxonomy import load_taxonomy
from service.overview.content import (
    Behind,
    Block,
    Heading,
    Linked,
    Paragraph,
    Row,
    Run,
    Runs,
    Table,
    plain_text,
)
from service.overview.counts import Group, Stances, count_stances
from service.overview.items import EUROPEAN_UNION, UNSPECIFIED, Count
from service.overview.overview import Overview
from service.overview.phrases import Phrases
from service.overview.wording import Form, agreement, capitalized, joined, listed

NAMED_ONE_BY_ONE = 3
"""Up to so many States are a sentence's subject by their names; more are listed at its end."""


class Writer:
    """A draft as far as it is written.

    Attributes:
        blocks: what is written.
        phrases: the texts of its language.
    """

    def __init__(self, overview: Overview, lang: Language) -> None:
        self.overview = overview
        self.lang: Language = lang
        self.phrases = Phrases(lang)
        self.say = self.phrases.runs
        self.blocks: list[Block] = []
        self._paragraphs = 0
        self._tables = 0
        taxonomy = load_taxonomy()
        entries = (*taxonomy.types, *taxonomy.subtypes, *taxonomy.instruments)
        self._labels = {entry.code: entry.label(lang) for entry in entries}
        self._shorts = {entry.code: entry.short(lang) for entry in entries}
        for labels in (self._labels, self._shorts):
            labels[UNSPECIFIED] = self.phrases.text("unspecified_label")

    # Blocks

    def heading(self, level: int, mark: str, key: str, form: str | None = None) -> None:
        """Write a heading."""
        self.blocks.append(Heading(level, mark, self.phrases.text(key, form)))

    def paragraph(self, *sentences: Runs, items: Iterable[Runs] = ()) -> None:
        """Write a numbered paragraph; sentences that are empty are left out, items end in a semicolon."""
        self._paragraphs += 1
        runs: list[Run] = []
        for sentence in filter(None, sentences):
            runs += [" ", *sentence] if runs and not _ends_in_space(runs[-1]) else sentence
        listed = list(items)
        ends = [*(self.phrases.typeset(";") for _ in listed[1:]), "."]
        ended = tuple((*item, end) for item, end in zip(listed, ends, strict=False))
        self.blocks.append(Paragraph(self._paragraphs, tuple(runs), ended))

    def table(
        self,
        title: str,
        header: Sequence[str],
        widths: Sequence[float],
        rows: Iterable[Row],
        note: str = "",
    ) -> None:
        """Write the table that `next_table` has announced; `title` is the key of its text."""
        self._tables += 1
        caption = self.phrases.text("table", number=str(self._tables))
        table = Table(caption, self.phrases.text(title), tuple(header), tuple(widths), tuple(rows), note)
        self.blocks.append(table)

    def texts(self, *keys: str) -> list[str]:
        """Several texts, such as the header of a table."""
        return [self.phrases.text(key) for key in keys]

    @property
    def next_table(self) -> str:
        """The number that the next table will have."""
        return str(self._tables + 1)

    @property
    def unknown(self) -> Stances:
        """The counts of those respondents who are not known."""
        return self.overview.reviewed.regions.get(None) or count_stances([])

    # Names

    def label(self, code: str) -> str:
        """The official label of a type, sub-type or instrument."""
        return self.phrases.typeset(self._labels[code])

    def short(self, code: str) -> str:
        """The label for narrow places."""
        return self.phrases.typeset(self._shorts[code])

    def in_sentence(self, code: str) -> str:
        """The official label as it stands within a sentence."""
        label = self.label(code)
        return label[:1].lower() + label[1:]

    def instrument(self, code: Group) -> str:
        """The short name of an instrument."""
        return self.phrases.text(f"instrument_{code or 'unknown'}")

    def region(self, code: Group) -> str:
        """The name of a group of respondents."""
        if code is not None and code in REGIONAL_GROUPS:
            return self.phrases.typeset(REGIONAL_GROUPS[code][self.lang])
        return self.phrases.text("region_EU" if code == EUROPEAN_UNION else "region_unknown")

    def need(self, code: str) -> str:
        """What is asked for or offered, after the verb of a sentence."""
        return self.phrases.text(f"need.{code}")

    def need_label(self, code: str) -> str:
        """The label of a need in a table; a type is said to be meant in general."""
        if code == UNSPECIFIED or "." in code:
            return self.label(code)
        general = self.phrases.text("in_general")
        return self.phrases.text("of_type", label=self.label(code), general=general[:1].lower() + general[1:])

    def states(self, codes: Iterable[str], form: Form = "name") -> str:
        """Respondents in order, joined."""
        return self.phrases.typeset(listed(codes, self.lang, form))

    def joined(self, texts: Sequence[str]) -> str:
        """Texts with commas and "and"."""
        return joined(texts, self.lang)

    def joined_runs(self, parts: Sequence[Runs]) -> Runs:
        """Pieces of a sentence with commas and "and"."""
        texts = [plain_text(part) for part in parts]
        whole, end = self.joined(texts), 0
        runs: list[Run] = []
        for text, part in zip(texts, parts, strict=True):
            start = whole.index(text, end)
            runs += [whole[end:start], *part] if start > end else part
            end = start + len(text)
        return tuple(runs)

    # Numbers

    def requests(self, key: str, count: Count) -> Runs:
        """A number with what it counts: "12 requests"."""
        return self.linked(self.overview.unit, Behind(key, count.number, count.answers))

    def labelled(self, label: str, key: str, count: Count) -> Runs:
        """Words with a number in brackets: "legal assistance (12 requests)"."""
        return self.say("labelled", label=label, requests=self.requests(key, count))

    def linked(self, noun: str, behind: Behind) -> Runs:
        """A number with a noun that has a text of its own, such as "answers"."""
        return (Linked(plain_text(self.say(noun, behind)), behind),)

    def number(self, key: str, count: Count) -> Runs:
        """A number alone, as in a table."""
        return (Linked(self.phrases.figure(count.number), Behind(key, count.number, count.answers)),)

    def about_states(
        self,
        sentence: str,
        key: str,
        states: Sequence[str],
        answers: tuple[str, ...] = (),
        **parts: str | Runs,
    ) -> Runs:
        """A sentence whose subject are respondents: named one by one, or listed at its end."""
        behind = Behind(f"{key}/states", len(states), answers)
        if not states:
            return self.say(sentence, behind, "none", **parts)
        if len(states) > NAMED_ONE_BY_ONE:
            return self.say(sentence, behind, "many", states=self.states(states), **parts)
        form = "few" if agreement(states, self.lang) in {"mp", "fp"} else "one"
        return _opened(self.say(sentence, behind, form, states=self.states(states, "article"), **parts))


def _opened(runs: Runs) -> Runs:
    """Begin the sentence with a capital."""
    first, *others = runs
    if isinstance(first, Linked):
        return (Linked(capitalized(first.text), first.behind), *others)
    return (capitalized(first), *others) if isinstance(first, str) else runs


def _ends_in_space(run: Run) -> bool:
    return isinstance(run, str) and run.endswith(" ")
