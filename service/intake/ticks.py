"""Tick boxes: what is ticked becomes text, a line each; what is not says nothing."""

import re

TICKED, UNTICKED = "☒", "☐"
_BOX = re.compile(r"(?P<ticked>[☑☒✓✔✗✘⊠🗹🗷🗵]|\[\s?[xX✓✔]\s?\])|(?P<unticked>[☐□❏❑▢🗆]|\[\s?_?\s?\])")
_ROUND_EMPTY = re.compile(r"\(\s{1,3}\)")
_ROUND_TICKED = re.compile(r"\(\s?[xX✓✔]\s?\)")
# Code points of tick boxes in the fonts Wingdings and Wingdings 2.
_WINGDINGS = dict.fromkeys(b"\xfe\xfd\xfc\xfb\x52\x54\x53\x51", TICKED) | dict.fromkeys(
    b"\xa8\x6f\xa3\x2a\x30", UNTICKED
)


def ticked(text: str) -> str:
    """Return text with every tick box resolved: the ticked options on lines of their own.

    An option stands after its box, or before it where a line begins with an option and ends with a box. Words
    before the first box introduce the options and stay if one of them is ticked. Lines without a box stay.
    Round brackets are boxes only where some are empty: "(x)" may number an item.
    """
    if _ROUND_EMPTY.search(text):
        text = _ROUND_TICKED.sub(TICKED, _ROUND_EMPTY.sub(UNTICKED, text))
    kept: list[str] = []
    for line in text.split("\n"):
        kept += _line(line) if _BOX.search(line) else [line]
    return "\n".join(kept).strip()


def wingding(code: int) -> str:
    """Return the tick box that a code point of the Wingdings fonts shows, or nothing."""
    return _WINGDINGS.get(code & 0xFF, "")


def has_box(text: str) -> bool:
    """Tell whether there is a tick box in text."""
    return _BOX.search(text) is not None


def is_mark(text: str) -> bool:
    """Tell whether text is what ticks a cell of a table: a ticked box or a cross alone."""
    box = _BOX.fullmatch(text)
    return text in {"x", "X"} or bool(box and box["ticked"])


def is_box(text: str) -> bool:
    """Tell whether text is nothing but one tick box."""
    return _BOX.fullmatch(text.strip()) is not None


def after_question(text: str) -> tuple[str, str]:
    """Part a question from the tick boxes that stand in the same paragraph."""
    box = _BOX.search(text)
    if not box:
        return text, ""
    end = text.rfind("?", 0, box.start()) + 1 or box.start()
    return text[:end].strip(), text[end:].strip()


def _line(line: str) -> list[str]:
    boxes = list(_BOX.finditer(line))
    edges = [0, *(edge for box in boxes for edge in box.span()), len(line)]
    between = [line[a:b].strip(" \t;,:·•-–") for a, b in zip(edges[::2], edges[1::2], strict=True)]
    lead, *after = between
    if lead and not after[-1]:  # "yes ☒ no ☐"
        return [option for option, box in zip(between, boxes, strict=False) if option and box["ticked"]]
    chosen = [option for option, box in zip(after, boxes, strict=True) if option and box["ticked"]]
    return [lead, *chosen] if lead and chosen else chosen
