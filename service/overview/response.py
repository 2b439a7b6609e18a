"""Who answered: response rates of States parties, silent States, and States that want help with reporting.

A cycle ends with the last year that its name states: "2010-2012" on 31 December 2012, "2" on no known day.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.overview.items import EUROPEAN_UNION, Count, Item, Submission
from service.overview.ordering import in_order
from service.overview.parties import Parties

REPORTING = "reporting"
"""The type whose States are those that want help with reporting."""

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """How many of the States parties to an instrument answered.

    Attributes:
        instrument: its code.
        cycle: the reporting cycle; None for all cycles together.
        region: code of the UN regional group; None for all regions together.
        on: the day on which a State had to be a party: the end of the cycle, as far as the list goes.
        parties: the States parties, sorted.
        answered: those of them that answered, sorted.
    """

    instrument: str
    cycle: str | None
    region: str | None
    on: dt.date
    parties: tuple[str, ...]
    answered: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """The part from 0 to 1 of the States parties that answered; None where there are none."""
        return len(self.answered) / len(self.parties) if self.parties else None


def response_rates(submissions: Sequence[Submission], parties: Parties) -> tuple[ResponseRate, ...]:
    """The rates of every instrument: of all cycles together and of each cycle, over all regions and in each.

    Args:
        submissions: the questionnaires that came in, none that another replaces.
        parties: the parties.
    """
    named = {submission.cycle for submission in submissions}
    days: dict[str | None, dt.date] = {None: _counted_on(named, parties)}
    days |= {cycle: _counted_on({cycle}, parties) for cycle in in_order(filter(None, named))}
    return tuple(
        ResponseRate(
            instrument.code,
            cycle,
            region,
            day,
            tuple(sorted(states)),
            tuple(sorted(states & _respondents(submissions, instrument.code, cycle))),
        )
        for instrument in load_taxonomy().instruments
        for cycle, day in days.items()
        for region, states in _by_region(parties.states(instrument.code, day))
    )


def silent_states(submissions: Sequence[Submission], parties: Parties) -> tuple[str, ...]:
    """The States, sorted, that answered under none of the instruments to which they are parties."""
    instruments = [entry.code for entry in load_taxonomy().instruments]
    day = _counted_on({submission.cycle for submission in submissions}, parties)
    bound = set[str]().union(*(parties.states(code, day) for code in instruments))
    heard = [parties.states(code, day) & _respondents(submissions, code) for code in instruments]
    return tuple(sorted(bound.difference(*heard)))


def later_cycles(submissions: Iterable[Submission], parties: Parties) -> tuple[str, ...]:
    """The cycles, in order, that end after the list: their rates lack who has become a party since."""
    named = {submission.cycle for submission in submissions if submission.cycle}
    return in_order(cycle for cycle in named if (_end(cycle) or parties.as_of) > parties.as_of)


def reporting_help(items: Iterable[Item]) -> Count:
    """The States that asked for help with reporting, and the answers in which they did.

    Its number is that of the States; what the European Union or nobody known asked for is not counted.
    """
    asking = [
        item
        for item in items
        if item.stance == "requested"
        and item.type == REPORTING
        and item.respondent not in {None, EUROPEAN_UNION}
    ]
    states = tuple(sorted({item.respondent for item in asking if item.respondent}))
    return Count(len(states), in_order({item.answer for item in asking}), states)


def _counted_on(cycles: Collection[str | None], parties: Parties) -> dt.date:
    """The end of the last of some cycles; where one is not known or the list ends before, the list's day."""
    ends = [end for cycle in cycles if (end := _end(cycle))]
    return min(parties.as_of, max(ends)) if ends and len(ends) == len(cycles) else parties.as_of


def _end(cycle: str | None) -> dt.date | None:
    years = _YEAR.findall(cycle or "")
    return dt.date(int(max(years)), 12, 31) if years else None


def _respondents(
    submissions: Iterable[Submission], instrument: str, cycle: str | None = None
) -> frozenset[str | None]:
    return frozenset(
        submission.respondent
        for submission in submissions
        if instrument in submission.instruments and cycle in {None, submission.cycle}
    )


def _by_region(states: frozenset[str]) -> Iterator[tuple[str | None, frozenset[str]]]:
    yield None, states
    for region in REGIONAL_GROUPS:
        yield region, frozenset(code for code in states if get_state(code).group == region)
