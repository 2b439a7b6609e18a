"""What the pages' routes ask for: a person who is signed in, and may see the page."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request

from service.api.dependencies import DatabaseDep
from service.errors import ForbiddenError
from service.permissions import Actor, Predicate, actor_of, may_administer, may_lead, may_read, may_review
from service.sessions import check_csrf, signed_in


class SignInFirst(Exception):  # noqa: N818 - no error: the visitor is shown the way
    """Nobody is signed in; `address` is that of the form, which leads back to where the visitor was going."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def _visitor(request: Request, database: DatabaseDep) -> Actor:
    found = signed_in(request, database)
    if found is None:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        raise SignInFirst(f"/sign-in?next={quote(path)}" if request.method == "GET" else "/sign-in")
    actor = actor_of(found.user)
    request.state.actor = actor.name
    return actor


async def _checked_form(request: Request, actor: Annotated[Actor, Depends(_visitor)]) -> Actor:
    """Check that a form was sent from a page of this session."""
    if request.method not in ("GET", "HEAD"):
        form = await request.form()
        check_csrf(request, str(form.get("csrf", "")))
    return actor


def _page_for(may: Predicate, who: str) -> Any:
    def check(actor: Annotated[Actor, Depends(_checked_form)]) -> Actor:
        if not may(actor):
            raise ForbiddenError(actor.name, f"may not see this page; ask {who}")
        return actor

    return Depends(check)


Visitor = Annotated[Actor, _page_for(may_read, "an administrator")]
ReviewerPage = Annotated[Actor, _page_for(may_review, "a reviewer")]
LeadPage = Annotated[Actor, _page_for(may_lead, "a lead")]
AdminPage = Annotated[Actor, _page_for(may_administer, "an administrator")]
