"""/v1/models: which are known, which is active."""

from fastapi import APIRouter

from service.api.dependencies import Admin, DatabaseDep, Id, KeyedRoute, Reader, SettingsDep
from service.api.given import ModelGiven
from service.api.problems import responses
from service.api.shown import Models, ModelVersionShown
from service.errors import NotFoundError
from service.modelling import PACKAGED, load_known, load_named, names_in
from service.store.models import activate, active_model, get_model, list_models, register
from service.store.tables import ModelVersion

router = APIRouter(route_class=KeyedRoute, prefix="/v1/models", tags=["models"])


@router.get("", responses=responses(401, 403, 422, 503))
def list_model_versions(database: DatabaseDep, actor: Reader) -> Models:  # noqa: ARG001 - asked for the right alone
    """List every model that has worked here, and which one is active."""
    with database.reading() as session:
        active = active_model(session)
        return Models(items=[_shown(each, active) for each in list_models(session)])


@router.post("", status_code=201, responses=responses(401, 403, 404, 422, 503))
def add_model(_: Admin, given: ModelGiven, database: DatabaseDep, settings: SettingsDep) -> ModelVersionShown:
    """Make a model known whose folder was put into `models` of the home; it can then be activated."""
    here = [*PACKAGED, *names_in(settings)]
    if given.name not in here:
        problem = f"is no model here; put its folder into models of the home (there are: {', '.join(here)})"
        raise NotFoundError(given.name, problem)
    model = load_named(settings, given.name)
    with database.writing() as session:
        known = register(session, model)
        return _shown(known, active_model(session))


@router.post("/{model_id}/activate", responses=responses(401, 403, 404, 422, 503))
def activate_model(
    model_id: Id, actor: Admin, database: DatabaseDep, settings: SettingsDep
) -> ModelVersionShown:
    """Make a model the active one: it tags every answer that is not reviewed, and tries failures again."""
    with database.reading() as session:
        model = get_model(session, int(model_id))
    load_known(settings, model.name, model.version)
    with database.writing() as session:
        activate(session, get_model(session, int(model_id)), actor.name)
        return _shown(get_model(session, int(model_id)), active_model(session))


def _shown(model: ModelVersion, active: ModelVersion | None) -> ModelVersionShown:
    return ModelVersionShown(
        id=str(model.id),
        name=model.name,
        version=model.version,
        active=active is not None and active.id == model.id,
        bands=model.bands,
        first_seen=model.first_seen.isoformat(),
    )
