"""What the fields of a row must hold; whoever reads the row says which row it is."""

from collections.abc import Mapping
from typing import Any

from nlp.errors import InputError
from nlp.states import get_state
from nlp.taxonomy import load_taxonomy
from service.overview.items import EUROPEAN_UNION

Fields = Mapping[str, Any]


def text_in(fields: Fields, name: str) -> str:
    """A text on one line.

    Raises:
        InputError: it is not there, or something else is.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise InputError(name, "must be there and be a text, on one line")
    return value


def optional_in(fields: Fields, name: str) -> str | None:
    """A text on one line, or nothing.

    Raises:
        InputError: something else is there.
    """
    return None if fields.get(name) is None else text_in(fields, name)


def texts_in(fields: Fields, name: str) -> list[str]:
    """A list of texts, maybe empty.

    Raises:
        InputError: something else is there.
    """
    value = fields.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InputError(name, "must be a list of texts")
    return value


def respondent(code: str) -> str:
    """The code of a State, or that of the European Union.

    Raises:
        UnknownCodeError: it is neither's.
    """
    return code if code == EUROPEAN_UNION else get_state(code).code


def instrument(code: str) -> str:
    """The code of an instrument.

    Raises:
        InputError: it is none's.
    """
    known = [entry.code for entry in load_taxonomy().instruments]
    if code not in known:
        raise InputError(f"instrument {code!r}", f"is not known; use one of {', '.join(known)}")
    return code
