"""The audit as a page: who did what, the newest first."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service.api.dependencies import DatabaseDep
from service.api.paging import Cursor, cut
from service.review.dependencies import AdminPage
from service.review.rendering import page
from service.store import audit

router = APIRouter(include_in_schema=False)

LINES = 100
"""Lines a page."""

# PostgreSQL takes no NUL.
Filter = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


@router.get("/admin/audit")
def show_audit(
    actor: AdminPage,  # noqa: ARG001 - asked for the right alone
    request: Request,
    database: DatabaseDep,
    who: Filter = "",
    action: Filter = "",
    before: Cursor = None,
) -> Response:
    """Show the newest lines, of one actor or action if chosen."""
    with database.reading() as session:
        found = audit.find_lines(
            session,
            actor=who.strip(),
            action=action,
            before=int(before) if before else None,
            most=LINES + 1,
        )
    lines = {each.id: each for each in found}
    ids, following = cut(list(lines), LINES)
    context = {
        "lines": [lines[each] for each in ids],
        "following": following,
        "actions": audit.ACTIONS,
        "who": who.strip(),
        "action": action,
    }
    return page(request, "admin_audit.html.j2", context)
