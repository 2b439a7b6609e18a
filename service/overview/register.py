"""A register: facts that somebody took from a report by hand, for want of the answers, as JSON Lines.

A line is a `need` (who asked for what, in which paragraph), a `silent` State that answered nothing, a
`response-rate` or a `share`, both in per cent and never computed from the needs; `reading` says which was
taken of several. One line, of the kind `register`, says where the facts are from.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nlp.answers import STANCES
from nlp.errors import InputError, NeedtagError
from nlp.taxonomy import load_taxonomy
from service.intake.kinds import shown
from service.overview.fields import Fields, instrument, optional_in, respondent, text_in, texts_in
from service.overview.items import UNSPECIFIED, Item
from service.overview.tables import read_table


@dataclass(frozen=True, slots=True)
class Fact:
    """A need that one State named.

    Attributes:
        id: paragraph and place in it, counted over its needs, such as "12.3".
        instrument: code.
        stance: requested, offered or received; none where the reading is that nothing is asked for.
        codes: sub-types, types or UNSPECIFIED; none with the stance none.
        need: what it is, in words of the register's own.
        reading: what was taken, where the report leaves more than one reading open.
    """

    id: str
    paragraph: int
    instrument: str
    state: str
    stance: str
    codes: tuple[str, ...]
    need: str
    reading: str | None


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the parties to an instrument answered, in per cent; `cycle` is None where none is named."""

    instrument: str
    cycle: str | None
    percent: float


@dataclass(frozen=True, slots=True)
class Register:
    """The facts of a register.

    Attributes:
        source: the report that they were taken from.
        facts: the needs, in the file's order.
        silent: the States that answered nothing, by code, each with the reading that was taken, if any.
        rates: the response rates given.
        shares: the shares given, in per cent by type.
    """

    source: str
    facts: tuple[Fact, ...]
    silent: Mapping[str, str | None]
    rates: tuple[Rate, ...]
    shares: Mapping[str, float]

    def needs(self) -> list[tuple[Fact, list[str]]]:
        """The needs as the report lists them, each by its first fact, with all the States that named it."""
        named: dict[tuple[int, str, str], list[Fact]] = {}
        for fact in self.facts:
            named.setdefault((fact.paragraph, fact.instrument, fact.need), []).append(fact)
        return [(facts[0], [fact.state for fact in facts]) for facts in named.values()]

    def items(self) -> tuple[Item, ...]:
        """The needs as reviewed items; those of one State under one instrument are of one questionnaire."""
        return tuple(
            Item(
                answer=fact.id,
                questionnaire=f"{fact.state} {fact.instrument}",
                respondent=fact.state,
                instruments=(fact.instrument,),
                cycle=None,
                language=None,
                stance=fact.stance,
                code=code,
                reviewed=True,
                evidence=fact.need,
            )
            for fact in self.facts
            for code in fact.codes
        )


def read_register(path: Path) -> Register:
    """Read a register.

    Raises:
        InputError: names the line, and what it must hold.
    """
    gathered = _Gathered()
    with closing(read_table(path)) as rows:
        for where, fields in rows:
            try:
                gathered.add(fields)
            except NeedtagError as error:
                raise InputError(where, str(error)) from error
    if not gathered.source:
        raise InputError(shown(path), 'has no line of the kind "register" that says where its facts are from')
    return Register(
        source=gathered.source,
        facts=tuple(gathered.facts),
        silent=gathered.silent,
        rates=tuple(gathered.rates),
        shares=gathered.shares,
    )


class _Gathered:
    """A register as far as it was read."""

    def __init__(self) -> None:
        self.source = ""
        self.facts: list[Fact] = []
        self.places: Counter[int] = Counter()
        self.silent: dict[str, str | None] = {}
        self.rates: list[Rate] = []
        self.shares: dict[str, float] = {}

    def add(self, fields: Fields) -> None:
        """Take a line in."""
        match fields.get("kind"):
            case "register":
                self.source = text_in(fields, "source")
            case "need":
                self.facts.append(self._fact(fields))
            case "silent":
                self.silent[respondent(text_in(fields, "state"))] = optional_in(fields, "reading")
            case "response-rate":
                rate = Rate(
                    instrument(text_in(fields, "instrument")), optional_in(fields, "cycle"), _percent(fields)
                )
                self.rates.append(rate)
            case "share":
                self.shares[load_taxonomy().type_of(text_in(fields, "code"))] = _percent(fields)
            case _:
                raise InputError("kind", "must be register, need, silent, response-rate or share")

    def _fact(self, fields: Fields) -> Fact:
        paragraph, stance = fields.get("paragraph"), text_in(fields, "stance")
        if not isinstance(paragraph, int) or isinstance(paragraph, bool):
            raise InputError("paragraph", "must be a number")
        if stance not in STANCES:
            raise InputError("stance", f"must be one of {', '.join(STANCES)}")
        self.places[paragraph] += 1
        return Fact(
            id=f"{paragraph}.{self.places[paragraph]}",
            paragraph=paragraph,
            instrument=instrument(text_in(fields, "instrument")),
            state=respondent(text_in(fields, "state")),
            stance=stance,
            codes=_codes(fields, stance),
            need=text_in(fields, "need"),
            reading=optional_in(fields, "reading"),
        )


def _codes(fields: Fields, stance: str) -> tuple[str, ...]:
    codes = texts_in(fields, "codes")
    if bool(codes) is (stance == "none"):
        raise InputError("codes", "must be there, but for the stance none")
    for code in codes:
        if code != UNSPECIFIED:
            load_taxonomy().type_of(code)
    return tuple(codes)


def _percent(fields: Fields) -> float:
    value = fields.get("percent")
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 100:
        raise InputError("percent", "must be a number from 0 to 100")
    return value
