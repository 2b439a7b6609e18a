"""Writes the draft as HTML: a file that stands by itself, or the part of a page that shows it."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from nlp.answers import Language
from service.overview.content import Behind, Draft, Footnote, Heading, Paragraph, Picture
from service.overview.draft import make_draft
from service.overview.overview import Overview
from service.overview.phrases import Phrases


def write_html(overview: Overview, lang: Language, path: Path, scope: Sequence[str] = ()) -> None:
    """Write the drafted note; its figures lie beside it in figures/, drawn as SVG by `draw_figures`."""
    draft = make_draft(overview, lang, scope)
    body = render_body(draft, lang, lambda _: None, lambda picture: f"figures/{picture.name}.svg")
    page = _environment().get_template("page.html.j2").render(draft=draft, body=body)
    path.write_text(page, encoding="utf-8")


def render_body(
    draft: Draft,
    lang: Language,
    address: Callable[[Behind], str | None],
    source: Callable[[Picture], str],
) -> Markup:
    """The draft without its title, its headings from h2 on.

    Args:
        draft: what it says.
        lang: its language.
        address: where the link on a number leads; None where it is no link.
        source: where the file of a figure is found.
    """
    text = Phrases(lang).text
    html = (
        _environment()
        .get_template("draft.html.j2")
        .render(
            draft=draft,
            notes=_notes(draft),
            address=address,
            source=source,
            anchor=_anchors(draft),
            contents=text("contents"),
            footnotes=text("footnotes"),
            back=text("back"),
        )
    )
    return Markup(html)  # noqa: S704 - the template escapes all that it is given


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service.overview"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _notes(draft: Draft) -> list[Footnote]:
    return [
        run
        for block in draft.blocks
        if isinstance(block, Paragraph)
        for run in block.runs
        if isinstance(run, Footnote)
    ]


def _anchors(draft: Draft) -> Callable[[Heading], str]:
    """Names headings by their marks and those above: II-C-1."""
    names: dict[int, str] = {}
    above: list[str] = []
    for block in draft.blocks:
        if isinstance(block, Heading):
            above = [*above[: block.level - 1], block.mark]
            names[id(block)] = "-".join(above)
    return lambda heading: names[id(heading)]
