"""Pages of a list: how many items, and the cursor of the next ones."""

from typing import Annotated

from fastapi import Query

Cursor = Annotated[
    str | None,
    Query(pattern=r"^[1-9][0-9]{0,17}$", description="`next` of the page before.", examples=["17"]),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Items a page.")]


def cut(ids: list[int], limit: int) -> tuple[list[int], str | None]:
    """The ids of a page, of one more than it has if there is more; and the cursor of the next."""
    page = ids[:limit]
    return page, str(page[-1]) if len(ids) > limit else None
