"""The end of part II.C of the draft: what is offered, and who could meet which needs."""

import re
from collections.abc import Iterator

from service.overview.content import Behind, Linked, Row, Runs
from service.overview.counts import Stances
from service.overview.items import EUROPEAN_UNION, UNSPECIFIED
from service.overview.matching import Match, Provider
from service.overview.writer import Writer

_ACRONYM = re.compile(r"\(([^()]+)\)$")


def write_offers(writer: Writer, counts: Stances, union: Stances | None = None) -> None:
    """Write what States offer and received, and the table of needs met.

    Args:
        writer: writes it.
        counts: of what States say; of nobody else.
        union: of what the European Union says.
    """
    offered, received = counts.offered.total, counts.received.total
    sentences = list(_offers(writer, counts))
    if len(sentences) != 1:
        # One offer says who offers by itself.
        together = writer.about_states("offered_by", "offers/total", offered.states, offered.answers)
        if not offered.states and writer.unknown.offered.total.number:
            together = writer.say("offering_unknown")
        sentences.insert(0, together)
    if union:
        sentences += _offers(writer, union, EUROPEAN_UNION)
    if received.states:
        sentences.append(
            writer.about_states("received_by", "received/total", received.states, received.answers)
        )
    writer.paragraph(*sentences)
    if matches := [each for each in writer.overview.matches if each.near or each.far or each.providers]:
        providers = {each.code: each for match in matches for each in match.providers}
        names = [writer.phrases.typeset(each.names[writer.lang]) for each in providers.values()]
        named = (
            writer.say(
                "matches_providers",
                form="one" if len(names) == 1 else "other",
                providers=writer.phrases.typeset("; ".join(names)),
            )
            if names
            else ()
        )
        writer.paragraph(writer.say("matches_text", number=writer.next_table), named)
        _write_matches(writer, matches)


def _offers(writer: Writer, counts: Stances, alone: str | None = None) -> Iterator[Runs]:
    """A sentence for each kind of assistance, on the States that offer it or on who alone does."""
    tally = counts.offered
    for code, count in {**tally.general, **tally.subtypes, UNSPECIFIED: tally.unspecified}.items():
        states = [alone] if alone and count.number else count.states
        if states:
            key = f"offers/{code}/union" if alone else f"offers/{code}"
            yield writer.about_states("offered", key, states, count.answers, need=writer.need(code))


def _write_matches(writer: Writer, matches: list[Match]) -> None:
    writer.table(
        "matches_title",
        writer.texts("column_need", "column_asking", "column_offering", "column_providers"),
        (0.27, 0.29, 0.2, 0.24),
        _rows(writer, matches),
        writer.phrases.text("offers_note"),
    )


def _rows(writer: Writer, matches: list[Match]) -> Iterator[Row]:
    for place, match in enumerate(matches):
        if not place or matches[place - 1].instrument != match.instrument:
            yield Row("group", ((writer.instrument(match.instrument),), (), (), ()))
        group = writer.phrases.text(
            "asking_group", group=writer.region(match.region), states=writer.states(match.asking)
        )
        acronyms = ", ".join(_acronym(each, writer) for each in match.providers)
        none = writer.phrases.text("none_sign")
        yield Row(
            "plain",
            (
                (writer.need_label(match.code),),
                (group,),
                _offering(writer, match) or (none,),
                (acronyms or none,),
            ),
        )


def _offering(writer: Writer, match: Match) -> Runs:
    near, far = writer.states(match.near), writer.states(match.far)
    if not near and not far:
        return ()
    text = writer.phrases.text
    words = text("near_and_far", near=near, far=far) if near and far else near or far
    if near and not far:
        words = text("same_group", near=near)
    key = f"matches/{match.instrument or 'unknown'}/{match.code}/{match.region}"
    return (Linked(words, Behind(key, len(match.near) + len(match.far), match.answers)),)


def _acronym(provider: Provider, writer: Writer) -> str:
    """The short name of a provider, which is named in full before the table."""
    name = provider.names[writer.lang]
    found = _ACRONYM.search(name)
    return writer.phrases.typeset(found[1] if found else name)
