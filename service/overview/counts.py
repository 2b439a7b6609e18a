"""The counts of an overview: by type and sub-type, and for each region, instrument, cycle and language.

One request is a respondent's, for one code under one instrument, once per questionnaire, however many of its
answers ask for it. A type has as many as its sub-types have together, with those for the type in general.
Counted as answers or questionnaires instead, each counts once in each number. Offers, and what was received,
are counted likewise.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.overview.items import EUROPEAN_UNION, UNSPECIFIED, Count, Item, Unit
from service.overview.ordering import in_order


@dataclass(frozen=True, slots=True)
class Tally:
    """The items of one stance, counted; every code in use is there, in the taxonomy's order, maybe with 0.

    Attributes:
        total: all of them, the unspecified included.
        types: by type, its sub-types included.
        subtypes: by sub-type.
        general: by type, those that no sub-type says more of.
        unspecified: those too general for any type.
    """

    total: Count
    types: Mapping[str, Count]
    subtypes: Mapping[str, Count]
    general: Mapping[str, Count]
    unspecified: Count

    def share(self, type_code: str) -> float | None:
        """The part from 0 to 1 that a type has of the sum over all types; None where that is 0."""
        whole = sum(count.number for count in self.types.values())
        return self.types[type_code].number / whole if whole else None


@dataclass(frozen=True, slots=True)
class Stances:
    """What is asked for, what is offered, and what was received."""

    requested: Tally
    offered: Tally
    received: Tally


Group = str | None
"""A region, an instrument, a cycle or a language by its code; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Counts:
    """All counts of some items; an item under two instruments is in both.

    Attributes:
        regions: by code of UN regional group, all five in the order of nlp.states, then "EU" and None ("State
            not known") where there are such respondents.
        instruments: by code, all four in the taxonomy's order, then None where it is not known.
        cycles, languages: sorted, then None where it is not known.
    """

    all: Stances
    regions: Mapping[Group, Stances]
    instruments: Mapping[Group, Stances]
    cycles: Mapping[Group, Stances]
    languages: Mapping[Group, Stances]


class _Request(NamedTuple):
    """What one questionnaire says of one code under one instrument in one stance; also an offer."""

    questionnaire: str
    respondent: str | None
    instrument: str | None
    cycle: str | None
    language: str | None
    stance: str
    code: str


_NOTHING = Count(0, (), ())
Answers = Mapping[_Request, AbstractSet[int]]
"""The places of the answers behind each request."""


def count_items(items: Sequence[Item], unit: Unit = "requests") -> Counts:
    """Count items, each number with the answers and the States behind it."""
    counting = _Counting(unit, items)
    instruments = [entry.code for entry in load_taxonomy().instruments]
    return Counts(
        all=counting.stances(counting.answers),
        regions=counting.groups(lambda request: region_of(request.respondent), [*REGIONAL_GROUPS]),
        instruments=counting.groups(lambda request: request.instrument, instruments),
        cycles=counting.groups(lambda request: request.cycle),
        languages=counting.groups(lambda request: request.language),
    )


def count_stances(items: Sequence[Item], unit: Unit = "requests") -> Stances:
    """Count items as `count_items` does, all together alone."""
    counting = _Counting(unit, items)
    return counting.stances(counting.answers)


def region_of(respondent: str | None) -> Group:
    """The UN regional group of a respondent; "EU" and None stand for themselves."""
    if respondent is None or respondent == EUROPEAN_UNION:
        return respondent
    return get_state(respondent).group


def _requests(items: Iterable[Item], places: Mapping[str, int]) -> Answers:
    """Bring together what is one request; answers are known by their places."""
    found: defaultdict[_Request, set[int]] = defaultdict(set)
    for item in items:
        place = places[item.answer]
        for instrument in item.instruments or (None,):
            request = _Request(
                item.questionnaire,
                item.respondent,
                instrument,
                item.cycle,
                item.language,
                item.stance,
                item.code,
            )
            found[request].add(place)
    return found


class _Counting:
    """Counts requests in one unit; `ids` are those of the answers, by place."""

    def __init__(self, unit: Unit, items: Sequence[Item]) -> None:
        self.unit = unit
        self.ids = in_order({item.answer for item in items})
        self.answers = _requests(items, {id_: place for place, id_ in enumerate(self.ids)})
        self.types = [entry.code for entry in load_taxonomy().types]
        self.subtypes = [entry.code for entry in load_taxonomy().subtypes]

    def groups(
        self, group_of: Callable[[_Request], Group], known: Sequence[str] = ()
    ) -> dict[Group, Stances]:
        """Count by group: those known, then others by name, and None last."""
        parted: defaultdict[Group, list[_Request]] = defaultdict(list)
        for request in self.answers:
            parted[group_of(request)].append(request)
        others = sorted(group for group in parted if group is not None and group not in known)
        unknown = [None] if None in parted else []
        return {group: self.stances(parted.get(group, [])) for group in (*known, *others, *unknown)}

    def stances(self, requests: Iterable[_Request]) -> Stances:
        """Count by stance."""
        parted: dict[str, list[_Request]] = {"requested": [], "offered": [], "received": []}
        for request in requests:
            parted[request.stance].append(request)
        return Stances(**{stance: self.tally(found) for stance, found in parted.items()})

    def tally(self, requests: Sequence[_Request]) -> Tally:
        """Count requests of one stance by type and sub-type."""
        by_code: defaultdict[str, list[_Request]] = defaultdict(list)
        by_type: defaultdict[str, list[_Request]] = defaultdict(list)
        for request in requests:
            by_code[request.code].append(request)
            by_type[request.code.partition(".")[0]].append(request)
        return Tally(
            total=self.count(requests),
            types={code: self.count(by_type[code]) for code in self.types},
            subtypes={code: self.count(by_code[code]) for code in self.subtypes},
            general={code: self.count(by_code[code]) for code in self.types},
            unspecified=self.count(by_code[UNSPECIFIED]),
        )

    def count(self, requests: Sequence[_Request]) -> Count:
        """The number, in the unit, with what stands behind it."""
        if not requests:
            return _NOTHING
        answers = set[int]().union(*(self.answers[request] for request in requests))
        questionnaires = {request.questionnaire for request in requests}
        number = {"requests": len(requests), "answers": len(answers), "questionnaires": len(questionnaires)}
        states = {request.respondent for request in requests if request.respondent}
        return Count(
            number[self.unit],
            tuple(map(self.ids.__getitem__, sorted(answers))),
            tuple(sorted(states - {EUROPEAN_UNION})),
        )
