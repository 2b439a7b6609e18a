"""The overview of one source: its items counted and listed, with what was given beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.overview.counts import Counts, count_items
from service.overview.items import Count, Item, Submission, Unit
from service.overview.lists import Need, needs_of
from service.overview.matching import Match, matches
from service.overview.memory import collecting_later
from service.overview.parties import Parties
from service.overview.priorities import Priority, priorities
from service.overview.register import Register
from service.overview.response import (
    ResponseRate,
    later_cycles,
    reporting_help,
    response_rates,
    silent_states,
)

DATABASE = "database"
"""The name of a source that is no file."""


@dataclass(frozen=True, slots=True)
class Source:
    """What was read for an overview.

    Attributes:
        name: `DATABASE`, or the file's name.
        cycle: the reporting cycle that alone was asked for; None for all.
        items: the tags that count, reviewed or not, by answer.
        submissions: the questionnaires that came in, as far as the source knows them.
        is_whole: whether these are all; an export of tags lacks those without a tag.
        left_out: ids of answers with tags whose codes are retired, and nothing took their place.
        has_unreviewed: whether suggestions that nobody reviewed were asked for too.
        register: the given facts, where the source is a register.
    """

    name: str
    cycle: str | None
    items: tuple[Item, ...]
    submissions: tuple[Submission, ...] = ()
    is_whole: bool = True
    left_out: tuple[str, ...] = ()
    has_unreviewed: bool = False
    register: Register | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """All counts and lists of a source.

    Attributes:
        unit: what counts as one.
        source: what was read.
        reviewed: the counts of what a person decided on; all that follows is of these too.
        unreviewed: those of what a model suggests and nobody reviewed; None where it was not asked for.
        needs: the lists of States by need.
        priorities: the areas of the Conference's decision.
        matches: who offers what is asked for.
        reporting_help: the States that asked for help with reporting.
        parties: the parties that the rates are of; None where there are no rates.
        rates: who answered, of the States parties; none where the source does not know all who answered.
        later_cycles: those that end after the list of parties.
        silent: codes of the States parties that answered under none of their instruments, or those that a
            register states.
    """

    unit: Unit
    source: Source
    reviewed: Counts
    unreviewed: Counts | None
    needs: tuple[Need, ...]
    priorities: tuple[Priority, ...]
    matches: tuple[Match, ...]
    reporting_help: Count
    parties: Parties | None
    rates: tuple[ResponseRate, ...]
    later_cycles: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def items(self) -> Sequence[Item]:
        """The reviewed items."""
        return [item for item in self.source.items if item.reviewed]

    @property
    def is_unreviewed(self) -> bool:
        """Whether answers came in and none of them is reviewed yet, so that nothing could be counted."""
        came = self.source.submissions
        return any(each.answers for each in came) and not any(each.reviewed for each in came)


@collecting_later()
def make_overview(source: Source, unit: Unit = "requests", parties: Parties | None = None) -> Overview:
    """Count what was read.

    Args:
        source: what was read.
        unit: what counts as one.
        parties: the parties to the instruments, for response rates.
    """
    came = source.submissions if parties and _knows_respondents(source) else ()
    items = [item for item in source.items if item.reviewed]
    counts = count_items(items, unit)
    others = [item for item in source.items if not item.reviewed]
    return Overview(
        unit=unit,
        source=source,
        reviewed=counts,
        unreviewed=count_items(others, unit) if source.has_unreviewed else None,
        needs=needs_of(counts, items),
        priorities=priorities(items, unit),
        matches=matches(items),
        reporting_help=reporting_help(items),
        parties=parties if came else None,
        rates=response_rates(came, parties) if parties and came else (),
        later_cycles=later_cycles(came, parties) if parties else (),
        silent=_silent(source, came, parties),
    )


def _knows_respondents(source: Source) -> bool:
    return source.is_whole and any(each.respondent and each.instruments for each in source.submissions)


def _silent(source: Source, came: Sequence[Submission], parties: Parties | None) -> tuple[str, ...]:
    if source.register:
        return tuple(source.register.silent)
    return silent_states(came, parties) if parties and came else ()
