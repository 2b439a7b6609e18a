"""The drafted note: the Secretariat's three parts, written from the counts of an overview."""

from collections.abc import Sequence

from nlp.answers import Language
from service.overview.charts import counted_note
from service.overview.content import Behind, Draft, Footnote, Row, Runs
from service.overview.draft_general import write_general
from service.overview.draft_introduction import write_introduction
from service.overview.draft_reporting import write_reporting
from service.overview.draft_specific import write_specific
from service.overview.overview import Overview
from service.overview.priorities import Priority
from service.overview.writer import Writer


def make_draft(overview: Overview, lang: Language, scope: Sequence[str] = ()) -> Draft:
    """Write the note as data.

    Args:
        overview: what is counted.
        lang: of the note.
        scope: what the overview is restricted to beside a cycle, in words of that language.
    """
    writer = Writer(overview, lang)
    writer.heading(1, "I", "introduction")
    write_introduction(writer)
    writer.heading(1, "II", "analysis")
    write_general(writer)
    write_reporting(writer)
    write_specific(writer)
    _write_priorities(writer)
    writer.heading(1, "III", "conclusions")
    _write_conclusions(writer)
    title, subtitle = writer.phrases.text("title"), _subtitle(writer, scope)
    return Draft(lang, title, subtitle, tuple(writer.blocks))


def _subtitle(writer: Writer, scope: Sequence[str]) -> str:
    text, source = writer.phrases.text, writer.overview.source
    if source.register:
        subtitle = text("subtitle", "register", source=source.register.source)
    elif source.cycle:
        subtitle = text("subtitle", "cycle", cycle=source.cycle)
    else:
        subtitle = text("subtitle", "all")
    return text("scope", subtitle=subtitle, scope=", ".join(scope)) if scope else subtitle


def _write_priorities(writer: Writer) -> None:
    writer.heading(2, "D", "priorities")
    writer.paragraph(writer.say("priorities_text", number=writer.next_table))
    unit = writer.overview.unit
    writer.table(
        "priorities_title",
        writer.texts("column_area", "column_paragraph", f"column_{unit}", "column_offers", "column_states"),
        (0.3, 0.11, 0.12, 0.09, 0.38),
        [_priority_row(writer, each) for each in writer.overview.priorities],
        counted_note(writer),
    )


def _priority_row(writer: Writer, priority: Priority) -> Row:
    key = f"priorities/{priority.area.key}"
    cells: tuple[Runs, ...] = (
        (writer.phrases.typeset(priority.area.labels[writer.lang]),),
        (_cited(writer, priority.area.paragraph),),
        writer.number(f"{key}/requested", priority.requested),
        writer.number(f"{key}/offered", priority.offered),
        (writer.states(priority.requested.states) or writer.phrases.text("none_sign"),),
    )
    return Row("plain", cells)


def _cited(writer: Writer, paragraph: str) -> str:
    """A paragraph of the decision as the language cites it: "2 (b)" for "2 b)"."""
    number, _, letter = paragraph.rstrip(")").partition(" ")
    return f"{number}\u00a0{writer.phrases.text('list_letter', letter=letter)}" if letter else number


def _write_conclusions(writer: Writer) -> None:
    asked = writer.overview.reviewed.all.requested
    shares = {code: share for code in asked.types if (share := asked.share(code))}
    if shares:
        # The largest first; what is equal stays in the taxonomy's order.
        codes = sorted(shares, key=lambda code: -shares[code])
        rounded = (Footnote(writer.say("rounded")),) if len(codes) > 1 else ()
        unit = writer.overview.unit
        text = "shares_text" if unit == "requests" else f"shares_text_{unit}"
        items = [_share(writer, code, shares[code]) for code in codes]
        writer.paragraph(writer.say(text, rounded=rounded), items=items)
    else:
        writer.paragraph(writer.say("no_requests", Behind("requested/total", 0, ())))
    _write_given_shares(writer)
    writer.paragraph(writer.say("closing"))


def _share(writer: Writer, code: str, share: float) -> Runs:
    requests = writer.requests(f"requested/types/{code}", writer.overview.reviewed.all.requested.types[code])
    percent = writer.phrases.percent(100 * share)
    return writer.say("share_item", type=writer.label(code), percent=percent, requests=requests)


def _write_given_shares(writer: Writer) -> None:
    register = writer.overview.source.register
    if register is None or not register.shares:
        return
    shares = [
        writer.phrases.text(
            "share_given", type=writer.in_sentence(code), percent=writer.phrases.percent(percent)
        )
        for code, percent in register.shares.items()
    ]
    writer.paragraph(writer.say("shares_given", source=register.source, shares=writer.joined(shares)))
