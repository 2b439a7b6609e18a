"""joblib files that hold plain values and arrays only.

A pickle is code to whoever loads it. This reader admits the few classes that an array needs and refuses
anything else by name. It builds on joblib's own unpickler, which since joblib 1.6 sends the pickles nested in
arrays of objects through the same check.
"""

from pathlib import Path
from typing import Any

import joblib
from joblib.numpy_pickle import NumpyUnpickler

from nlp.errors import ModelError

ADMITTED = frozenset(
    {
        ("joblib.numpy_pickle", "NumpyArrayWrapper"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
    }
)


class _Unpickler(NumpyUnpickler):  # type: ignore[misc] # joblib has no types
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ADMITTED:
            raise ModelError(
                Path(self.filename).name,
                f"holds {module}.{name}, which no model of needtag needs; not loaded",
            )
        return super().find_class(module, name)


def dump(data: dict[str, Any], path: Path) -> None:
    """Write plain values and arrays."""
    joblib.dump(data, path)


def load(path: Path) -> dict[str, Any]:
    """Read what dump wrote.

    Raises:
        ModelError: the file holds anything but plain values and arrays, or is damaged.
    """
    try:
        with path.open("rb") as file:
            data = _Unpickler(str(path), file, ensure_native_byte_order=True).load()
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(
            path.name, f"is damaged ({type(error).__name__}); train or install it again"
        ) from error
    if not isinstance(data, dict):
        raise ModelError(path.name, "does not hold a model")
    return data
