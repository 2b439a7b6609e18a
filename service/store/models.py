"""Which models have worked here, and which is the active one: the last that was activated."""

import datetime as dt
from dataclasses import asdict

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from nlp.models import Model, ModelId
from service.errors import NotFoundError
from service.store.audit import note
from service.store.tables import Activation, ModelVersion, Tagging


def active_model_id() -> ScalarSelect[int]:
    """The id of the active model version, as part of a query; NULL where none was ever activated."""
    return select(Activation.model_version_id).order_by(Activation.id.desc()).limit(1).scalar_subquery()


def active_model(session: Session) -> ModelVersion | None:
    """The active model version."""
    return session.scalar(select(ModelVersion).where(ModelVersion.id == active_model_id()))


def list_models(session: Session) -> list[ModelVersion]:
    """Every model version known, the newest first."""
    return list(session.scalars(select(ModelVersion).order_by(ModelVersion.id.desc())))


def get_model(session: Session, model_id: int) -> ModelVersion:
    """Find a model version.

    Raises:
        NotFoundError: there is none with this id.
    """
    model = session.get(ModelVersion, model_id)
    if model is None:
        raise NotFoundError(f"model {model_id}", "is not known; GET /v1/models lists those that are")
    return model


def find_model(session: Session, model_id: ModelId) -> ModelVersion | None:
    """Find a model version by what the model calls itself."""
    named = ModelVersion.name == model_id.name, ModelVersion.version == model_id.version
    return session.scalar(select(ModelVersion).where(*named))


def register(session: Session, model: Model) -> ModelVersion:
    """Make a model known, with the thresholds of its bands; a known one stays as it is."""
    known = find_model(session, model.id)
    if known is None:
        known = ModelVersion(
            name=model.id.name,
            version=model.id.version,
            bands={kind: asdict(bands) for kind, bands in model.calibration.bands.items()},
            first_seen=dt.datetime.now(dt.UTC),
        )
        session.add(known)
        session.flush()
    return known


def activate(session: Session, model: ModelVersion, actor: str) -> None:
    """Make a model the active one: what is not reviewed is tagged by it, and its failures are tried again."""
    session.add(Activation(model_version_id=model.id, at=dt.datetime.now(dt.UTC), actor=actor))
    failed = select(Tagging).where(Tagging.model_version_id == model.id, Tagging.error.is_not(None))
    for tagging in session.scalars(failed):
        session.delete(tagging)
    note(session, actor, "activate", "model", model.id, name=model.name, version=model.version)
    session.flush()
