"""The kinds of model, how their scores are calibrated, and how they are kept on disk."""

from nlp.models.calibration import Band, Calibration, KindCalibration, LabelKind
from nlp.models.model import DummyModel, Model, ModelId
from nlp.models.scores import TAGGED_STANCES, Scores
from nlp.models.storage import DEFAULT_FOLDER, check_folder, load_model, save_model, trained_on

__all__ = [
    "DEFAULT_FOLDER",
    "TAGGED_STANCES",
    "Band",
    "Calibration",
    "DummyModel",
    "KindCalibration",
    "LabelKind",
    "Model",
    "ModelId",
    "Scores",
    "check_folder",
    "load_model",
    "save_model",
    "trained_on",
]
