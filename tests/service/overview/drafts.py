"""Overviews and drafts that tests of the draft, its figures and its files share."""

from functools import cache
from pathlib import Path

from service.overview.content import Footnote, Heading, Paragraph, Picture, Table, plain_text
from service.overview.draft import make_draft
from service.overview.files import read_file
from service.overview.items import Item
from service.overview.overview import Source, make_overview

REGISTER = Path(__file__).parents[3] / "examples" / "register-2009.jsonl"


@cache
def of_register(unit="requests"):
    """The overview of the register of 2009."""
    return make_overview(read_file(REGISTER), unit)


@cache
def draft_of_register(lang, unit="requests"):
    return make_draft(of_register(unit), lang)


def asked(state, *codes, instrument="tip", stance="requested", answer=None, reviewed=True):
    """Items of one answer; `answer` is its id."""
    answer = answer or f"{state} {instrument}"
    about = (instrument,) if instrument else ()
    return [
        Item(answer, f"{state} {instrument}", state, about, "2", "en", stance, code, reviewed)
        for code in codes
    ]


def draft_of(*items, lang="en", unit="requests", **source):
    """The draft of some items of a file."""
    flat = tuple(item for some in items for item in some)
    return make_draft(make_overview(Source("tags.jsonl", None, flat, **source), unit), lang)


def paragraphs(draft):
    """The texts of the numbered paragraphs, without the signs of print."""
    return [
        _plain(plain_text(part))
        for block in draft.blocks
        if isinstance(block, Paragraph)
        for part in (block.runs, *block.items)
    ]


def blocks(draft, kind):
    return [block for block in draft.blocks if isinstance(block, kind)]


def said(draft, words):
    """The paragraphs that hold some words."""
    return [text for text in paragraphs(draft) if words in text]


def texts(draft):
    """All that a draft says, in the order of reading, a text a piece."""
    yield from (draft.title, draft.subtitle)
    for block in draft.blocks:
        match block:
            case Heading():
                yield block.text
            case Picture():
                yield from (block.caption, block.title, block.alternative, block.note)
            case Table():
                yield from (block.caption, block.title, block.note, *block.header)
                yield from (plain_text(cell) for row in block.rows for cell in row.cells)
            case Paragraph():
                yield plain_text(block.runs)
                yield from map(plain_text, block.items)
                yield from (plain_text(run.runs) for run in block.runs if isinstance(run, Footnote))


def _plain(text):
    return text.replace("’", "'").replace("\u202f", " ")
