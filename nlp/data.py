"""Reads the YAML files that come with the packages."""

from importlib.resources.abc import Traversable
from typing import Any

import yaml

# The one written in C is ten times faster, but PyYAML may have been built without it.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str) -> Any:
    """The value that a YAML text holds.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    return yaml.load(text, _Loader)  # noqa: S506 - one of the safe loaders


def read_yaml(file: Traversable) -> Any:
    """The value that a YAML file of ours holds."""
    return parse_yaml(file.read_text(encoding="utf-8"))
