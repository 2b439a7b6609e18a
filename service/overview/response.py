"""Who answered: response rates of States parties, silent States, and States that want help with reporting."""

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InputError, NeedtagError
from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.overview.items import EUROPEAN_UNION, Count, Item, Submission
from service.overview.ordering import in_order

_COLUMNS = ["code", "instrument", "date"]
_REMARK = re.compile(r"#\s*(source|as of):\s*(.+)")


@dataclass(frozen=True, slots=True)
class Parties:
    """The States parties to each instrument; the European Union is no State and not among them.

    Attributes:
        dates: by instrument and State, the day on which the State deposited its instrument of ratification or
            accession.
        source: where the list is from, in words.
        as_of: the day until which it is complete.
    """

    dates: Mapping[str, Mapping[str, dt.date]]
    source: str
    as_of: dt.date

    def to(self, instrument: str, on: dt.date | None = None) -> frozenset[str]:
        """The States parties to an instrument on a day, else on that until which the list is complete."""
        day = on or self.as_of
        return frozenset(code for code, date in self.dates.get(instrument, {}).items() if date <= day)


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """How many of the States parties to an instrument answered.

    Attributes:
        instrument: its code.
        cycle: the reporting cycle; None for all cycles together.
        region: code of the UN regional group; None for all regions together.
        parties: the States parties, sorted.
        answered: those of them that answered, sorted.
    """

    instrument: str
    cycle: str | None
    region: str | None
    parties: tuple[str, ...]
    answered: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """The part from 0 to 1 of the States parties that answered; None where there are none."""
        return len(self.answered) / len(self.parties) if self.parties else None


def read_parties(path: Path) -> Parties:
    """Read a list of States parties: CSV with the columns code, instrument and date (2003-09-29).

    Lines that begin with "#" are remarks; "# source: ..." and "# as of: 2014-01-27" say where the list is
    from and until when it is complete, else the file's name and its latest date do.

    Raises:
        InputError: names the file and the row that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(str(path), "is not UTF-8; save it as CSV in UTF-8") from error
    return _parse(str(path), text)


def response_rates(
    submissions: Sequence[Submission], parties: Parties, on: dt.date | None = None
) -> tuple[ResponseRate, ...]:
    """The rates of every instrument: of all cycles together and of each cycle, over all regions and in each.

    Args:
        submissions: the questionnaires that came in, none that another replaces.
        parties: the States parties.
        on: the day on which a State must have been a party; see `Parties.to`.
    """
    cycles = in_order({submission.cycle for submission in submissions if submission.cycle})
    return tuple(
        ResponseRate(
            instrument.code,
            cycle,
            region,
            tuple(sorted(states)),
            tuple(sorted(states & _respondents(submissions, instrument.code, cycle))),
        )
        for instrument in load_taxonomy().instruments
        for cycle in (None, *cycles)
        for region, states in _by_region(parties.to(instrument.code, on))
    )


def silent_states(
    submissions: Sequence[Submission], parties: Parties, on: dt.date | None = None
) -> tuple[str, ...]:
    """The States, sorted, that answered under none of the instruments to which they are parties."""
    instruments = [entry.code for entry in load_taxonomy().instruments]
    bound = set[str]().union(*(parties.to(code, on) for code in instruments))
    heard = [parties.to(code, on) & _respondents(submissions, code) for code in instruments]
    return tuple(sorted(bound.difference(*heard)))


def reporting_help(items: Iterable[Item]) -> Count:
    """The States that asked for help with reporting, and the answers in which they did.

    Its number is that of the States; what the European Union or nobody known asked for is not counted.
    """
    asking = [
        item
        for item in items
        if item.stance == "requested"
        and item.type == "reporting"
        and item.respondent not in {None, EUROPEAN_UNION}
    ]
    states = tuple(sorted({item.respondent for item in asking if item.respondent}))
    return Count(len(states), in_order({item.answer for item in asking}), states)


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


def _parse(name: str, text: str) -> Parties:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines or next(csv.reader(lines)) != _COLUMNS:
        raise InputError(name, f"must begin with the columns {', '.join(_COLUMNS)}")
    dates: defaultdict[str, dict[str, dt.date]] = defaultdict(dict)
    for row in csv.DictReader(lines):
        where = f"{name}, row {row['code']},{row['instrument']}"
        if _check(where, row) in dates[row["instrument"]]:
            raise InputError(where, "comes twice; keep one of the two dates")
        dates[row["instrument"]][row["code"]] = _date(where, row["date"])
    remarks = {found[1]: found[2] for line in text.splitlines() if (found := _REMARK.match(line))}
    latest = max((date for states in dates.values() for date in states.values()), default=dt.date.max)
    as_of = _date(f"{name}, as of", remarks["as of"]) if "as of" in remarks else latest
    states = {
        instrument: {code: date for code, date in found.items() if code != EUROPEAN_UNION}
        for instrument, found in dates.items()
    }
    return Parties(states, remarks.get("source", name), as_of)


def _check(where: str, row: dict[str, str]) -> str:
    try:
        if row["code"] != EUROPEAN_UNION:
            get_state(row["code"])
        is_instrument = load_taxonomy().get(row["instrument"]).kind == "instrument"
    except NeedtagError as error:
        raise InputError(where, error.problem) from error
    if not is_instrument:
        raise InputError(where, f"{row['instrument']} is no instrument; give untoc, tip, som or firearms")
    return row["code"]


def _date(where: str, text: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        raise InputError(where, f"{text} is no date; write it as 2003-09-29") from None
