"""joblib files that hold plain values and arrays of numbers, and no class at all.

A pickle is code to whoever loads it. Arrays are written as their bytes, so that the reader can refuse
every class and function by name: also those that rebuild arrays, which numpy does not guard against forgery.
"""

import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError

_DTYPES = ("<f2", "<f4", "<f8")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        raise ModelError(
            f"{module}.{name}", "stands in the model's file, which may hold no class; not loaded"
        )


def dump(data: dict[str, Any], path: Path) -> None:
    """Write plain values and arrays of floating-point numbers; keys are texts."""
    joblib.dump({key: _plain(value) for key, value in data.items()}, path)


def load(path: Path) -> dict[str, Any]:
    """Read what dump wrote.

    Raises:
        ModelError: the file holds anything but plain values and arrays, or is damaged.
    """
    try:
        with path.open("rb") as file:
            data = _Unpickler(file).load()
        return {key: _restored(value) for key, value in data.items()}
    except ModelError as error:
        raise ModelError(path.name, str(error)) from error
    except Exception as error:
        raise ModelError(
            path.name, f"is damaged ({type(error).__name__}); train or install it again"
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        little = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return {"dtype": little.dtype.str, "shape": list(little.shape), "data": little.tobytes()}
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"dtype", "shape", "data"}:
        return _array(value["dtype"], value["shape"], value["data"])
    if isinstance(value, dict):
        return {key: _restored(each) for key, each in value.items()}
    return value


def _array(dtype: str, shape: list[int], data: bytes) -> NDArray[Any]:
    if dtype not in _DTYPES:
        raise ModelError(str(dtype), f"is no type of numbers that a model has; they are {', '.join(_DTYPES)}")
    return np.frombuffer(data, dtype=dtype).reshape(shape)
