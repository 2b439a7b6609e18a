"""The administrators' pages: one file each; this one holds the way to them."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from service.review import admin_audit, admin_import, admin_keys, admin_models, admin_users
from service.review.dependencies import AdminPage

router = APIRouter(include_in_schema=False)
for each in (admin_users, admin_keys, admin_models, admin_import, admin_audit):
    router.include_router(each.router)


@router.get("/admin")
def go_to_users(actor: AdminPage) -> Response:  # noqa: ARG001 - asked for the right alone
    """Go to the first of these pages."""
    return RedirectResponse("/admin/users", 303)
