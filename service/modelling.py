"""The models that a running needtag works with: the package's, and those in its home's folder `models`."""

from pathlib import Path

from nlp.errors import ModelError
from nlp.models import Model, default_id, load_model
from service.settings import Settings
from service.store.database import Database
from service.store.models import activate, active_model, find_model, register

PACKAGED = ("default", "dummy")


def models_folder(settings: Settings) -> Path:
    """Where the home keeps models that were trained elsewhere; whoever may write there is trusted."""
    return settings.home / "models"


def load_named(settings: Settings, name: str) -> Model:
    """Load a model by the name that it has here.

    Raises:
        ModelError: it is not there, damaged, or knows labels that are not the taxonomy's.
    """
    folder = models_folder(settings) / name
    if name in PACKAGED:
        model = load_model(name)
    elif name not in names_in(settings):
        known = ", ".join(sorted({*PACKAGED, *names_in(settings)}))
        raise ModelError(
            name, f"is no model here; put its folder into {models_folder(settings)} (there are: {known})"
        )
    else:
        model = load_model(str(folder), trust=True)
    if model.labels.own:
        raise ModelError(name, "has labels of its own; the service works with the taxonomy's")
    return model


def names_in(settings: Settings) -> list[str]:
    """The names of the models in the home."""
    folder = models_folder(settings)
    return sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def load_known(settings: Settings, name: str, version: str) -> Model:
    """Load a model of a certain version.

    Raises:
        ModelError: it is not here, or another version of it is.
    """
    model = load_named(settings, name)
    if model.id.version != version:
        problem = f"is here as version {model.id.version}, but {version} is asked for; install that needtag"
        raise ModelError(name, problem)
    return model


def adopt_default(database: Database) -> None:
    """Make the package's model the active one if none is, or the active one is an older version of it.

    A version that is known already stays as it is: it was put aside on purpose, or belongs to an older
    needtag that works beside a newer one.
    """
    installed = default_id()
    with database.reading() as session:
        active = active_model(session)
        if find_model(session, installed) or (active is not None and active.name != installed.name):
            return
    model = load_model()
    with database.writing() as session:
        # Another process may have been here since.
        if not find_model(session, installed):
            activate(session, register(session, model), "needtag")
