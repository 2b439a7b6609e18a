"""Who is party to which instrument and since when: the list that comes with needtag, or another one."""

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from nlp.errors import InputError, NeedtagError
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy
from service.overview.items import EUROPEAN_UNION

FILE = "parties.csv"
"""Name of the list that comes with needtag, and of one in a home, which goes before it."""

_COLUMNS = ["code", "instrument", "date"]
_REMARK = re.compile(r"#\s*(source|as of):\s*(.+)")


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties to each instrument.

    Attributes:
        dates: by instrument and party, the day on which it deposited its instrument of ratification or
            accession; a party is a State's code, or "EU".
        source: where the list is from, in words.
        as_of: the day until which it is complete.
    """

    dates: Mapping[str, Mapping[str, dt.date]]
    source: str
    as_of: dt.date

    def to(self, instrument: str, on: dt.date | None = None) -> frozenset[str]:
        """The parties to an instrument on a day, else on that until which the list is complete."""
        day = on or self.as_of
        return frozenset(code for code, date in self.dates.get(instrument, {}).items() if date <= day)

    def states(self, instrument: str, on: dt.date | None = None) -> frozenset[str]:
        """The States among these: the European Union is a party, but no State."""
        return self.to(instrument, on) - {EUROPEAN_UNION}


@cache
def load_parties() -> Parties:
    """The list that comes with needtag."""
    return _parse(FILE, (files("service.overview") / "data" / FILE).read_text(encoding="utf-8"))


def known_parties(home: Path) -> Parties:
    """The list that a home has, else the one that comes with needtag.

    Raises:
        InputError: names the file and the row that cannot be read.
    """
    own = home / FILE
    return read_parties(own) if own.exists() else load_parties()


def read_parties(path: Path) -> Parties:
    """Read a list of parties: CSV with the columns code, instrument and date (2003-09-29).

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
    latest = max((date for parties in dates.values() for date in parties.values()), default=dt.date.max)
    as_of = _date(f"{name}, as of", remarks["as of"]) if "as of" in remarks else latest
    return Parties(dict(dates), remarks.get("source", name), as_of)


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
