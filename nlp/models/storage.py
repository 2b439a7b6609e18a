"""Models on disk: a folder with the model's files and a manifest that says what they are.

The folder is written whole or not at all, and read only if every file is the one that the manifest names.
"""

import hashlib
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nlp.errors import ModelError
from nlp.models import safe_joblib
from nlp.models.calibration import Calibration
from nlp.models.linear import LinearModel
from nlp.models.model import DummyModel, Model, ModelId
from nlp.taxonomy import load_taxonomy

FORMAT = 1
DEFAULT = "default"
DUMMY = "dummy"
DEFAULT_FOLDER = Path(__file__).parent / "default"

_MANIFEST = "manifest.json"
_DATA = "model.joblib"
_CALIBRATION = "calibration.json"
_LIBRARIES = ("joblib", "numpy", "scikit-learn", "scipy")


def load_model(name: str = DEFAULT, *, trust: bool = False) -> Model:
    """Load a model: "default", "dummy", or the folder of one that was trained.

    Args:
        name: the name or the folder.
        trust: whether a model from outside the package may be loaded.

    Raises:
        ModelError: the model is missing, damaged, of another format or taxonomy, or not trusted.
    """
    if name == DUMMY:
        return DummyModel()
    if name == DEFAULT:
        return _load_folder(DEFAULT_FOLDER, DEFAULT)
    folder = Path(name)
    if not (folder / _MANIFEST).is_file():
        raise ModelError(name, f"is no model; give '{DEFAULT}', '{DUMMY}' or a folder with a {_MANIFEST}")
    if not trust:
        raise ModelError(name, "comes from outside the package; add --trust if you know who made it")
    return _load_folder(folder, folder.resolve().name)


def save_model(model: LinearModel, folder: Path, *, corpus: str) -> None:
    """Write a model to a folder, in place of an earlier model there; other folders are never replaced.

    Args:
        model: the model; its version is made anew from its files.
        folder: where it goes.
        corpus: the hash of what it was trained on.

    Raises:
        ModelError: the folder exists and holds something else than a model.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / _MANIFEST).is_file():
        raise ModelError(str(folder), "holds something else than a model; give another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        new = Path(work) / "new"
        new.mkdir()
        safe_joblib.dump(model.to_data(), new / _DATA)
        _write_json(new / _CALIBRATION, model.calibration.to_json())
        _write_json(new / _MANIFEST, _manifest(new, corpus))
        if folder.exists():
            folder.rename(Path(work) / "old")
        new.rename(folder)


def _manifest(folder: Path, corpus: str) -> dict[str, Any]:
    hashes = {name: _sha256(folder / name) for name in (_CALIBRATION, _DATA)}
    taxonomy = load_taxonomy()
    return {
        "format": FORMAT,
        "kind": "linear",
        "version": hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()[:12],
        "taxonomy": taxonomy.version,
        "labels": [*taxonomy.codes, *(entry.code for entry in taxonomy.instruments)],
        "corpus": corpus,
        "libraries": {name: version(name) for name in _LIBRARIES},
        "files": hashes,
    }


def _load_folder(folder: Path, name: str) -> Model:
    manifest = _read_json(folder / _MANIFEST)
    if manifest.get("format") != FORMAT:
        raise ModelError(name, f"has format {manifest.get('format')}; this needtag reads format {FORMAT}")
    _check_labels(name, manifest.get("labels"))
    for file in (_CALIBRATION, _DATA):
        if not (folder / file).is_file() or _sha256(folder / file) != manifest.get("files", {}).get(file):
            raise ModelError(f"{name}, {file}", "is not the file that the manifest names; install it again")
    calibration = Calibration.from_json(_read_json(folder / _CALIBRATION))
    data = safe_joblib.load(folder / _DATA)
    try:
        return LinearModel.from_data(ModelId(name, str(manifest.get("version"))), calibration, data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{name}, {_DATA}", "does not hold a linear model; train it again") from error


def _check_labels(name: str, labels: Any) -> None:
    taxonomy = load_taxonomy()
    expected = [*taxonomy.codes, *(entry.code for entry in taxonomy.instruments)]
    if labels != expected:
        raise ModelError(
            name, f"was trained for other codes than taxonomy {taxonomy.version}; train it again"
        )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(path.name, f"cannot be read ({error}); install the model again") from error
    if not isinstance(fields, dict):
        raise ModelError(path.name, "does not hold an object; install the model again")
    return fields


def _write_json(path: Path, fields: dict[str, Any]) -> None:
    path.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", encoding="utf-8")
