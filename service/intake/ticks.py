"""Tick boxes: what is ticked becomes text, a line each; what is not says nothing."""

import re

TICKED, UNTICKED = "☒", "☐"
_BOX = re.compile(r"(?P<ticked>[☑☒✓✔✗✘⊠🗹🗷🗵]|\[\s?[xX✓✔]\s?\])|(?P<unticked>[☐□❏❑▢🗆]|\[\s?_?\s?\])")


def ticked(text: str) -> str:
    """Return text with every tick box resolved: the ticked options on lines of their own.

    An option stands after its box, or before it where a line begins with an option and ends with a box. Words
    before the first box introduce the options and stay if one of them is ticked. Lines without a box stay.
    """
    kept: list[str] = []
    for line in text.split("\n"):
        kept += _line(line) if _BOX.search(line) else [line]
    return "\n".join(kept).strip()


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
