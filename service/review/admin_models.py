"""Administration of the models: which are known, and which one tags."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from nlp.errors import ModelError
from service.api.dependencies import DatabaseDep, Id, SettingsDep
from service.modelling import PACKAGED, load_known, load_named, names_in
from service.review.dependencies import AdminPage
from service.review.rendering import page
from service.settings import Settings
from service.store.database import Database
from service.store.models import activate, active_model, get_model, list_models, register
from service.store.work import count_to_tag

router = APIRouter(include_in_schema=False, prefix="/admin/models")


@router.get("")
def show_models(
    actor: AdminPage,  # noqa: ARG001 - asked for the right alone
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
) -> Response:
    """Show every model that is known, and those that can be made known."""
    return _all(request, database, settings)


@router.post("")
def add_model(
    actor: AdminPage,  # noqa: ARG001 - asked for the right alone
    request: Request,
    database: DatabaseDep,
    settings: SettingsDep,
    name: Annotated[str, Form(max_length=200)],
) -> Response:
    """Make a model of the home known."""
    try:
        model = load_named(settings, name)
    except ModelError as error:
        return _all(request, database, settings, problem=error, status=422)
    with database.writing() as session:
        register(session, model)
    return RedirectResponse("/admin/models", 303)


@router.get("/{model_id}")
def show_model(model_id: Id, actor: AdminPage, request: Request, database: DatabaseDep) -> Response:  # noqa: ARG001
    """Say what activating a model would set going, and ask."""
    with database.reading() as session:
        context = {
            "model": get_model(session, int(model_id)),
            "active": active_model(session),
            "to_tag": count_to_tag(session, int(model_id)),
        }
    return page(request, "admin_model.html.j2", context)


@router.post("/{model_id}/activate")
def activate_model(
    model_id: Id, actor: AdminPage, request: Request, database: DatabaseDep, settings: SettingsDep
) -> Response:
    """Make a model the active one, if it can be loaded."""
    with database.reading() as session:
        model = get_model(session, int(model_id))
    try:
        load_known(settings, model.name, model.version)
    except ModelError as error:
        return _all(request, database, settings, problem=error, status=422)
    with database.writing() as session:
        activate(session, get_model(session, model.id), actor.name)
    return RedirectResponse("/admin/models", 303)


def _all(
    request: Request,
    database: Database,
    settings: Settings,
    *,
    problem: ModelError | None = None,
    status: int = 200,
) -> Response:
    with database.reading() as session:
        context = {
            "models": list_models(session),
            "active": active_model(session),
            "names": [*PACKAGED, *names_in(settings)],
            "problem": problem,
            "here": "/admin/models",
        }
    return page(request, "admin_models.html.j2", context, status=status)
