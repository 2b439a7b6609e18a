"""The folder that `needtag overview` writes: all of it, or nothing."""

import tempfile
from pathlib import Path

from nlp.answers import Language
from nlp.errors import InputError
from service.overview.overview import Overview

DOCUMENT, PAGE, FIGURES = "overview.docx", "overview.html", "figures"
WORKBOOK, COUNTS = "counts.xlsx", "counts.json"
NAMES = frozenset({DOCUMENT, PAGE, FIGURES, WORKBOOK, COUNTS})


def check_folder(folder: Path) -> None:
    """Refuse a folder that could not be written, before any work is done.

    Raises:
        InputError: it is a file, holds something that is no overview, or stands in no folder.
    """
    if not folder.resolve().parent.is_dir():
        raise InputError(str(folder.parent), "is no folder; make it first or write elsewhere")
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(str(folder), "is no folder; give the name of a new one")
    if others := sorted({each.name for each in folder.iterdir()} - NAMES):
        raise InputError(str(folder), f"holds {others[0]!r}, which is of no overview; give a new folder")


def write_folder(overview: Overview, lang: Language, folder: Path) -> None:
    """Write an overview in one language; an earlier one in the folder is replaced as a whole.

    Nobody else on the machine may read it: it says what States answered.

    Raises:
        InputError: the folder cannot be written.
    """
    check_folder(folder)
    target = folder.resolve()
    try:
        # Beside its place, as only what is on the same disk can be moved there at once.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as name:
            made = Path(name, "new")
            made.mkdir(mode=0o700)
            _fill(overview, lang, made)
            _put(made, target, Path(name, "old"))
    except OSError as error:
        raise InputError(str(folder), f"cannot be written: {error.strerror or error}") from error


def _fill(overview: Overview, lang: Language, folder: Path) -> None:
    from service.overview.docx import write_docx
    from service.overview.figures import draw_figures
    from service.overview.html import write_html
    from service.overview.report import write_counts
    from service.overview.workbook import write_workbook

    write_counts(overview, folder / COUNTS)
    write_workbook(overview, lang, folder / WORKBOOK)
    figures = folder / FIGURES
    figures.mkdir()
    draw_figures(overview, lang, figures)
    write_docx(overview, lang, folder / DOCUMENT)
    write_html(overview, lang, folder / PAGE)


def _put(made: Path, folder: Path, earlier: Path) -> None:
    """Move what was made to its place, and what was there aside; put that back where the move fails."""
    if folder.exists():
        folder.rename(earlier)
    try:
        made.rename(folder)
    except OSError:
        if earlier.exists():
            earlier.rename(folder)
        raise
