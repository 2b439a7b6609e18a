"""The lists of an overview: for each instrument and need, the States that asked for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlp.taxonomy import load_taxonomy
from service.overview.counts import Counts, Group, Tally
from service.overview.items import EUROPEAN_UNION, UNSPECIFIED, Count, Item


@dataclass(frozen=True, slots=True)
class Need:
    """What was asked for under one instrument.

    Attributes:
        instrument: its code; None where it is not known.
        code: a sub-type; a type, asked for in general; or UNSPECIFIED.
        count: of the requests; its States are those that a list names, in the order of their codes.
        alone: whether one State named it and nobody else did, a respondent who is not known included.
    """

    instrument: Group
    code: str
    count: Count
    alone: bool


def needs_of(counts: Counts, items: Iterable[Item]) -> tuple[Need, ...]:
    """List the needs by instrument and code, in the taxonomy's order, a type in general before its sub-types.

    Args:
        counts: of the items.
        items: those that were counted, all reviewed or all not.
    """
    asking: defaultdict[tuple[Group, str], set[str | None]] = defaultdict(set)
    for item in items:
        if item.stance == "requested":
            for instrument in item.instruments or (None,):
                asking[instrument, item.code].add(item.respondent)
    return tuple(
        Need(instrument, code, count, _is_one_state(asking[instrument, code]))
        for instrument, stances in counts.instruments.items()
        for code, count in _codes(stances.requested)
        if count.number
    )


def _codes(tally: Tally) -> Iterator[tuple[str, Count]]:
    for type_code, general in tally.general.items():
        yield type_code, general
        for entry in load_taxonomy().subtypes_of(type_code):
            yield entry.code, tally.subtypes[entry.code]
    yield UNSPECIFIED, tally.unspecified


def _is_one_state(respondents: set[str | None]) -> bool:
    return len(respondents) == 1 and not respondents & {None, EUROPEAN_UNION}
