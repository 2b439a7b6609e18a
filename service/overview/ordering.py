"""The order of ids: numbers in them by size, so that 9 comes before 10, and paragraph 9.2 before 12.1."""

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(\d+)")


def in_order(ids: Iterable[str]) -> tuple[str, ...]:
    """Sort ids as people count."""
    return tuple(sorted(ids, key=_parts))


def _parts(text: str) -> list[tuple[int, int, str]]:
    parts = _NUMBER.split(text)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]
