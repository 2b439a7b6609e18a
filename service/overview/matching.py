"""Needs and offers met: for what States ask for, who offers it and which organisations work on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from nlp.answers import Language
from nlp.data import read_yaml
from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.overview.counts import Group, region_of
from service.overview.items import UNSPECIFIED, Item
from service.overview.ordering import in_order


@dataclass(frozen=True, slots=True)
class Provider:
    """An organisation or a bank that gives technical assistance.

    Attributes:
        code: its name for ever.
        kind: whether it is an organisation or a bank.
        names: by language.
        work: by instrument, codes of the types and sub-types of assistance that it gives.
        sources: addresses of the pages that say so.
        regions: codes of the UN regional groups that it serves.
        states: other States that it serves; it serves all States where `regions` is empty too.
    """

    code: str
    kind: Literal["organisation", "bank"]
    names: Mapping[Language, str] = field(hash=False)
    work: Mapping[str, Sequence[str]] = field(hash=False)
    sources: tuple[str, ...]
    regions: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    def serves(self, state: str) -> bool:
        """Whether a State is among those that it serves."""
        everybody = not self.regions and not self.states
        return everybody or state in self.states or get_state(state).group in self.regions

    def works_on(self, code: str, instrument: str | None) -> bool:
        """Whether it gives assistance of a code under an instrument, or under any where that is not known."""
        known = self.work.values() if instrument is None else [self.work.get(instrument, ())]
        return any(_meets(given, code) for codes in known for given in codes)


@dataclass(frozen=True, slots=True)
class Match:
    """A need of the States of one region, and who meets it.

    Attributes:
        instrument: its code; None where it is not known.
        code: a sub-type, or a type asked for in general.
        region: code of the UN regional group of those who ask.
        asking: the States that ask, sorted.
        near: the States of the same region that offer it, sorted.
        far: other States that offer it, and "EU" where the European Union does, sorted.
        providers: those that work on it and serve one of those who ask.
        answers: ids of the answers in which it is offered.
    """

    instrument: Group
    code: str
    region: str
    asking: tuple[str, ...]
    near: tuple[str, ...]
    far: tuple[str, ...]
    providers: tuple[Provider, ...]
    answers: tuple[str, ...]


@cache
def providers() -> tuple[Provider, ...]:
    """The organisations and banks of data/providers.yaml, in its order."""
    raw = read_yaml(files("service.overview") / "data" / "providers.yaml")
    return tuple(_provider(entry) for entry in raw["providers"])


def _provider(entry: Mapping[str, Any]) -> Provider:
    return Provider(
        code=entry["code"],
        kind=entry["kind"],
        names=entry["names"],
        work=entry["work"],
        sources=tuple(entry["sources"]),
        regions=tuple(entry.get("regions", ())),
        states=tuple(entry.get("states", ())),
    )


def matches(items: Iterable[Item], choice: Sequence[Provider] | None = None) -> tuple[Match, ...]:
    """For each instrument and need, and each region of those who ask for it: who offers it.

    An offer meets a need of the same code; an offer of a type in general meets the need of its sub-types, and
    an offer of a sub-type the need of its type in general. Where both instruments are known they must be the
    same. Needs too general for any type are left out, as are those of the European Union and of respondents
    who are not known. No State meets its own need.

    Args:
        items: the reviewed ones.
        choice: the providers to choose from; all of `providers()` where None.
    """
    kept = list(items)
    asking: defaultdict[tuple[Group, str, str], set[str]] = defaultdict(set)
    for item in kept:
        region = region_of(item.respondent)
        if (
            item.stance == "requested"
            and item.code != UNSPECIFIED
            and item.respondent
            and region in REGIONAL_GROUPS
        ):
            for instrument in item.instruments or (None,):
                asking[instrument, item.code, str(region)].add(item.respondent)
    offers: defaultdict[str, list[Item]] = defaultdict(list)
    for item in kept:
        if item.stance == "offered" and item.respondent:
            offers[item.code].append(item)
    places = _places()
    return tuple(
        _match(need, asking[need], offers, providers() if choice is None else choice)
        for need in sorted(asking, key=lambda need: [places[part] for part in need])
    )


def _match(
    need: tuple[Group, str, str],
    asking: set[str],
    offers: Mapping[str, list[Item]],
    choice: Iterable[Provider],
) -> Match:
    instrument, code, region = need
    met = [
        item
        for offered, found in offers.items()
        if _meets(offered, code)
        for item in found
        if (instrument is None or not item.instruments or instrument in item.instruments)
        and asking != {item.respondent}
    ]
    offering = {item.respondent for item in met if item.respondent}
    near = {state for state in offering if region_of(state) == region}
    return Match(
        instrument=instrument,
        code=code,
        region=region,
        asking=tuple(sorted(asking)),
        near=tuple(sorted(near)),
        far=tuple(sorted(offering - near)),
        providers=tuple(
            provider
            for provider in choice
            if provider.works_on(code, instrument) and any(provider.serves(state) for state in asking)
        ),
        answers=in_order({item.answer for item in met}),
    )


def _meets(offered: str, asked: str) -> bool:
    """Whether assistance of one code meets a need of another: the same, or one is the type of the other."""
    return offered == asked or offered == asked.partition(".")[0] or offered.partition(".")[0] == asked


@cache
def _places() -> Mapping[Group, int]:
    """The order of instruments, types with their sub-types, and regions; what is not known comes last."""
    taxonomy = load_taxonomy()
    codes = [entry.code for entry in taxonomy.instruments]
    for type_ in taxonomy.types:
        codes += [type_.code, *(entry.code for entry in taxonomy.subtypes_of(type_.code))]
    return {code: place for place, code in enumerate((*codes, *REGIONAL_GROUPS, None))}
