"""The priority areas of decision 3/4: which requests fall under each, after data/decision-3-4.yaml."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

from nlp.answers import Language
from nlp.data import read_yaml
from nlp.states.words import fold
from service.overview.counts import count_stances
from service.overview.items import Count, Item, Unit


@dataclass(frozen=True)
class Rule:
    """What takes a request into an area; data/decision-3-4.yaml says how the parts go together."""

    codes: Sequence[str] = ()
    types: Sequence[str] = ()
    instruments: Sequence[str] = ()
    words: Sequence[str] = ()
    unless: Sequence[str] = ()

    def is_about(self, code: str) -> bool:
        """Whether it is a rule for requests of a code."""
        return code in self.codes or code.partition(".")[0] in self.types

    def allows(self, item: Item, evidence: str) -> bool:
        """Whether the rest of the rule takes an item of such a code; `evidence` is the item's, folded."""
        return (
            (not self.instruments or any(code in item.instruments for code in self.instruments))
            and (not self.words or bool(self._words.search(evidence)))
            and not (self.unless and self._unless.search(evidence))
        )

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return _beginnings(self.words)

    @cached_property
    def _unless(self) -> re.Pattern[str]:
        return _beginnings(self.unless)


@dataclass(frozen=True)
class Area:
    """A priority area of the decision.

    Attributes:
        key: its name for ever.
        paragraph: of the decision, as it is cited: "2 b)".
        labels: by language.
        remark: why its rules are what they are.
        rules: any one of them takes a request.
    """

    key: str
    paragraph: str
    labels: Mapping[Language, str] = field(hash=False)
    remark: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority area, what was asked for under it and what was offered."""

    area: Area
    requested: Count
    offered: Count


@cache
def crosswalk() -> tuple[Area, ...]:
    """The areas, in the order of the decision."""
    raw = read_yaml(files("service.overview") / "data" / "decision-3-4.yaml")
    return tuple(
        Area(
            key=area["key"],
            paragraph=area["paragraph"],
            labels=area["label"],
            remark=area["remark"],
            rules=tuple(Rule(**rule) for rule in area["rules"]),
        )
        for area in raw["areas"]
    )


def areas_of(item: Item) -> tuple[Area, ...]:
    """The areas under which a request or an offer falls, in the decision's order; maybe none or several."""
    rules = _rules(item.code)
    evidence = fold(item.evidence) if rules else ""
    return tuple(area for area, about in rules if any(rule.allows(item, evidence) for rule in about))


def priorities(items: Iterable[Item], unit: Unit = "requests") -> tuple[Priority, ...]:
    """Count by priority area what was asked for and offered; one request may fall under several areas.

    Args:
        items: the reviewed ones, or the others; they are not told apart here.
        unit: what counts as one; see service.overview.counts.
    """
    taken: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        for area in areas_of(item):
            taken[area.key].append(item)
    counts = {area.key: count_stances(taken[area.key], unit) for area in crosswalk()}
    return tuple(
        Priority(area, counts[area.key].requested.total, counts[area.key].offered.total)
        for area in crosswalk()
    )


@cache
def _rules(code: str) -> tuple[tuple[Area, tuple[Rule, ...]], ...]:
    """The rules for requests of a code, by area."""
    found = ((area, tuple(rule for rule in area.rules if rule.is_about(code))) for area in crosswalk())
    return tuple((area, rules) for area, rules in found if rules)


def _beginnings(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})")
