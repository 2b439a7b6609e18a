"""The overview of one source: its items counted and listed, with what was given beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.overview.counts import Counts, count_items
from service.overview.items import Count, Item, Submission, Unit
from service.overview.lists import Need, needs_of
from service.overview.matching import Match, matches
from service.overview.memory import collecting_later
from service.overview.priorities import Priority, priorities
from service.overview.register import Register
from service.overview.response import (
    Parties,
    ResponseRate,
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
        left_out: ids of answers with tags whose codes are retired, and nothing took their place.
        has_unreviewed: whether suggestions that nobody reviewed were asked for too.
        register: the given facts, where the source is a register.
    """

    name: str
    cycle: str | None
    items: tuple[Item, ...]
    submissions: tuple[Submission, ...] = ()
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
        parties: the States parties that the rates are of; None where no list was given.
        rates: who answered, of the States parties; none without a list of these, or of questionnaires.
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
    silent: tuple[str, ...]

    @property
    def items(self) -> Sequence[Item]:
        """The reviewed items."""
        return [item for item in self.source.items if item.reviewed]


@collecting_later()
def make_overview(source: Source, unit: Unit = "requests", parties: Parties | None = None) -> Overview:
    """Count what was read.

    Args:
        source: what was read.
        unit: what counts as one.
        parties: the States parties to the instruments, for response rates.
    """
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
        parties=parties,
        rates=response_rates(source.submissions, parties) if parties and source.submissions else (),
        silent=_silent(source, parties),
    )


def _silent(source: Source, parties: Parties | None) -> tuple[str, ...]:
    if source.register:
        return tuple(source.register.silent)
    return silent_states(source.submissions, parties) if parties and source.submissions else ()
