"""The kinds of model, how their scores are calibrated, and how they are kept on disk."""

from nlp.models.calibration import Band, Bands, Calibration, LabelKind, LogisticMap
from nlp.models.labels import LabelSet, own_labels, taxonomy_labels
from nlp.models.model import DummyModel, Model, ModelId
from nlp.models.scores import TAGGED_STANCES, Scores
from nlp.models.storage import (
    DEFAULT_FOLDER,
    check_folder,
    default_id,
    load_model,
    save_model,
    trained_on,
)

__all__ = [
    "DEFAULT_FOLDER",
    "TAGGED_STANCES",
    "Band",
    "Bands",
    "Calibration",
    "DummyModel",
    "LabelKind",
    "LabelSet",
    "LogisticMap",
    "Model",
    "ModelId",
    "Scores",
    "check_folder",
    "default_id",
    "load_model",
    "own_labels",
    "save_model",
    "taxonomy_labels",
    "trained_on",
]
