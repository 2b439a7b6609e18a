"""Pages of a list that a person goes through by number; the rest of the address stays."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request

_LAST = 10**6


@dataclass(frozen=True, slots=True)
class Pages:
    """Where a page lies in a list.

    Attributes:
        asked: number of the page that was asked for, from 1.
        total, size: items of the list, and of a page.
    """

    asked: int
    total: int
    size: int

    @property
    def last(self) -> int:
        """Number of the last page."""
        return max(1, -(-self.total // self.size))

    @property
    def number(self) -> int:
        """Number of the page that is shown: the last where there are fewer than asked for."""
        return min(self.asked, self.last)

    @property
    def first(self) -> int:
        """Place of the first item, from 0."""
        return (self.number - 1) * self.size

    def address(self, path: str, asked: dict[str, str], number: int) -> str:
        """The address of another page of the same list."""
        return f"{path}?{urlencode({**asked, 'page': number})}"


def page_number(request: Request) -> int:
    """The page that an address asks for; the first where it asks for none."""
    text = request.query_params.get("page", "")
    return min(max(1, int(text)), _LAST) if text.isascii() and text.isdecimal() and len(text) < 8 else 1
