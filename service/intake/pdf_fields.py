"""What was filled into the fields of a PDF form, which is no text of its pages."""

from collections.abc import Iterator, Mapping
from typing import Any

from pdfminer.pdftypes import resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text

from service.intake.ticks import TICKED, UNTICKED

_LINE = 12  # points: a field's text stands at its top, where its question's line is


def filled_in(annotation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the word that a field shows, in the place where the page shows it."""
    text = _shown(annotation["data"])
    if text:
        place = {key: annotation[key] for key in ("x0", "x1", "top")}
        yield place | {"bottom": annotation["top"] + _LINE, "text": text, "fontname": "", "size": 0.0}


def _shown(data: Mapping[str, Any]) -> str:
    parent = resolve1(data.get("Parent")) or {}
    kind, value = (resolve1(data.get(key, parent.get(key))) for key in ("FT", "V"))
    if isinstance(kind, PSLiteral) and kind.name == "Btn":
        state = resolve1(data.get("AS"))
        return (UNTICKED if state.name == "Off" else TICKED) if isinstance(state, PSLiteral) else ""
    values = value if isinstance(value, list) else [value]
    texts = [decode_text(one) for one in values if isinstance(one, bytes)]
    return "\n".join(texts).replace("\r\n", "\n").replace("\r", "\n").strip()
