"""Models on disk: a folder with the model's files and a manifest that says what they are.

The folder is written whole or not at all, and read only if every file is the one that the manifest names. A
model card beside them is for people: it is not read, and the version does not depend on it.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from nlp.errors import ModelError
from nlp.models.calibration import Calibration
from nlp.models.labels import LabelSet, own_labels, taxonomy_labels
from nlp.models.model import DummyModel, Model, ModelId
from nlp.taxonomy import load_taxonomy

if TYPE_CHECKING:
    from nlp.models.blend import BlendModel
    from nlp.models.linear import LinearModel
    from nlp.models.transformer import TransformerModel

    StoredModel: TypeAlias = LinearModel | TransformerModel | BlendModel

FORMAT = 2
DEFAULT = "default"
DUMMY = "dummy"
DEFAULT_FOLDER = Path(__file__).parent / "default"

_MANIFEST = "manifest.json"
_CALIBRATION = "calibration.json"
_CARD = "MODEL_CARD.md"


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


def save_model(
    model: "StoredModel",
    folder: Path,
    *,
    corpus: str,
    card: Callable[[ModelId], str] | None = None,
) -> None:
    """Write a model to a folder, in place of an earlier model there; other folders are never replaced.

    Args:
        model: the model; its version is made anew from its files.
        folder: where it goes.
        corpus: the hash of what it was trained on.
        card: writes the model's card in Markdown, told what the model is called now that its files are made.

    Raises:
        ModelError: the folder exists and holds something else than a model.
    """
    folder = folder.resolve()
    check_folder(folder)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as work:
        new = Path(work) / "new"
        new.mkdir()
        model.write(new)
        _write_json(new / _CALIBRATION, model.calibration.to_json())
        manifest = _manifest(model, new, corpus)
        _write_json(new / _MANIFEST, manifest)
        if card:
            text = card(ModelId(folder.name, manifest["version"]))
            (new / _CARD).write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rename(Path(work) / "old")
        try:
            new.rename(folder)
        except OSError:
            if (Path(work) / "old").exists():
                (Path(work) / "old").rename(folder)
            raise


def check_folder(folder: Path) -> None:
    """Refuse a folder that a model must not be written to, and make the one that it is to stand in.

    Raises:
        ModelError: there is a file, or a folder with something else than a model; or it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise ModelError(str(folder), "is a file; give a folder")
    try:
        folder.resolve().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(str(folder), f"cannot be made: {error.strerror}") from error
    if folder.exists() and any(folder.iterdir()) and not _holds_a_model_alone(folder):
        raise ModelError(str(folder), "holds something else than a model; give another folder")


def _holds_a_model_alone(folder: Path) -> bool:
    try:
        files = _read_json(folder / _MANIFEST).get("files")
    except ModelError:
        return False
    known = {_MANIFEST, _CARD, *files} if isinstance(files, dict) else set()
    return all(each.is_file() and each.name in known for each in folder.iterdir())


def trained_on(model: str) -> str | None:
    """The hash of the corpus that a model was trained on; None for the dummy."""
    folder = DEFAULT_FOLDER if model == DEFAULT else Path(model)
    return None if model == DUMMY else _read_json(folder / _MANIFEST).get("corpus")


def default_id() -> ModelId:
    """Say which version the default model has, without loading it.

    Raises:
        ModelError: its manifest cannot be read.
    """
    return ModelId(DEFAULT, str(_read_json(DEFAULT_FOLDER / _MANIFEST).get("version")))


def _manifest(model: "StoredModel", folder: Path, corpus: str) -> dict[str, Any]:
    manifest = {
        "format": FORMAT,
        "kind": model.KIND,
        "taxonomy": None if model.labels.own else load_taxonomy().version,
        "labels": _listed(model.labels),
        "corpus": corpus,
        "libraries": {name: version(name) for name in model.LIBRARIES},
        "files": {name: _sha256(folder / name) for name in (_CALIBRATION, *model.FILES)},
    }
    return {**manifest, "version": _version(manifest)}


def _load_folder(folder: Path, name: str) -> Model:
    manifest = _read_json(folder / _MANIFEST)
    if manifest.get("format") != FORMAT:
        raise ModelError(name, f"has format {manifest.get('format')}; this needtag reads format {FORMAT}")
    kind = _class_of(name, manifest.get("kind"))
    labels = _labels_of(name, manifest)
    hashes = manifest.get("files")
    if not isinstance(hashes, dict) or manifest.get("version") != _version(manifest):
        raise ModelError(name, "has a manifest that was changed by hand; install or train it again")
    for file in (_CALIBRATION, *kind.FILES):
        if not (folder / file).is_file() or _sha256(folder / file) != hashes.get(file):
            raise ModelError(f"{name}, {file}", "is not the file that the manifest names; install it again")
    calibration = Calibration.from_json(
        _read_json(folder / _CALIBRATION), len(labels.codes), len(labels.pointed)
    )
    try:
        return kind.read(ModelId(name, str(manifest.get("version"))), calibration, labels, folder)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = f"does not hold a {manifest['kind']} model; train it again"
        raise ModelError(f"{name}, {', '.join(kind.FILES)}", problem) from error


def _class_of(name: str, kind: object) -> "type[StoredModel]":
    """The class of a kind of model; its libraries take a second to load, so only that one is imported."""
    if kind == "linear":
        from nlp.models.linear import LinearModel

        return LinearModel
    if kind == "transformer":
        from nlp.models.transformer import TransformerModel

        return TransformerModel
    if kind == "blend":
        from nlp.models.blend import BlendModel

        return BlendModel
    raise ModelError(name, f"is of kind {kind}, which this needtag does not know")


def _version(manifest: dict[str, Any]) -> str:
    """A model's version: it changes with any of its files, and with what they are said to be."""
    named = {name: manifest.get(name) for name in ("files", "kind", "labels", "taxonomy")}
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:12]


def _labels_of(name: str, manifest: dict[str, Any]) -> LabelSet:
    """The labels of a model: of the taxonomy, which must be ours, or its own."""
    listed = manifest.get("labels")
    if manifest.get("taxonomy") is None:
        if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
            raise ModelError(name, "has a manifest without labels; train it again")
        labels = own_labels(listed)
        if not listed or list(labels.own) != listed:
            raise ModelError(name, "has a manifest whose labels are out of order; train it again")
        return labels
    if listed != _listed(taxonomy_labels()):
        version = load_taxonomy().version
        raise ModelError(name, f"was trained for other codes than taxonomy {version}; train it again")
    return taxonomy_labels()


def _listed(labels: LabelSet) -> list[str]:
    """The codes that a model knows, in the order of its weights."""
    return [*labels.codes, *labels.pointed]


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
