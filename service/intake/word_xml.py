"""WordprocessingML elements by their local names: strict and usual files differ in namespace."""

from lxml.etree import _Element as Element


def local(element: Element) -> str:
    """Return an element's name without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: Element | None, name: str) -> Element | None:
    """Return the first element of this name right inside another, or None."""
    return next((inner for inner in element if local(inner) == name), None) if element is not None else None


def attribute(element: Element | None, name: str) -> str | None:
    """Return an attribute whatever its namespace, or None."""
    if element is None:
        return None
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def switch(properties: Element | None, name: str) -> bool | None:
    """Return whether a property is switched on or off, or None where nothing is said."""
    found = child(properties, name)
    return None if found is None else attribute(found, "val") not in {"0", "false", "off", "none"}


def is_placeholder(element: Element) -> bool:
    """Tell whether an element is a content control that shows "click here to enter text" or the like."""
    return bool(switch(child(element, "sdtPr"), "showingPlcHdr"))
