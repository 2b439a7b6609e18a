"""An overview for machines: counts.json, with the answers and the States behind every number."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from service.overview.counts import Counts, Group, Stances, Tally
from service.overview.items import Count
from service.overview.matching import Match
from service.overview.overview import Overview
from service.overview.register import Register

UNKNOWN = "unknown"
"""Stands for a region, an instrument, a cycle or a language that is not known."""


def write_counts(overview: Overview, path: Path) -> None:
    """Write all counts and lists of an overview as JSON."""
    text = json.dumps(to_json(overview), ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def to_json(overview: Overview) -> dict[str, Any]:
    """The overview as JSON has it; the same one gives the same."""
    source = overview.source
    return {
        "unit": overview.unit,
        "source": source.name,
        "cycle": source.cycle,
        "questionnaires": [asdict(each) for each in source.submissions],
        "reviewed": _counts(overview.reviewed),
        "unreviewed": overview.unreviewed and _counts(overview.unreviewed),
        "needs": [
            {"instrument": each.instrument, "code": each.code, "alone": each.alone} | _count(each.count)
            for each in overview.needs
        ],
        "priorities": [
            {
                "area": each.area.key,
                "paragraph": each.area.paragraph,
                "requested": _count(each.requested),
                "offered": _count(each.offered),
            }
            for each in overview.priorities
        ],
        "matches": [_match(each) for each in overview.matches],
        "reporting_help": _count(overview.reporting_help),
        "parties": overview.parties
        and {"source": overview.parties.source, "as_of": overview.parties.as_of.isoformat()},
        "response_rates": [asdict(each) | {"on": each.on.isoformat()} for each in overview.rates],
        "later_cycles": overview.later_cycles,
        "silent": overview.silent,
        "left_out": source.left_out,
        "register": source.register and _register(source.register),
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "instrument": match.instrument,
        "code": match.code,
        "region": match.region,
        "asking": match.asking,
        "offered_near": match.near,
        "offered_far": match.far,
        "providers": [each.code for each in match.providers],
        "answers": match.answers,
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return _stances(counts.all) | {
        "regions": _groups(counts.regions),
        "instruments": _groups(counts.instruments),
        "cycles": _groups(counts.cycles),
        "languages": _groups(counts.languages),
    }


def _groups(groups: Mapping[Group, Stances]) -> dict[str, Any]:
    return {UNKNOWN if group is None else group: _stances(stances) for group, stances in groups.items()}


def _stances(stances: Stances) -> dict[str, Any]:
    return {
        "requested": _tally(stances.requested),
        "offered": _tally(stances.offered),
        "received": _tally(stances.received),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "total": _count(tally.total),
        "types": {code: _count(count) | {"share": tally.share(code)} for code, count in tally.types.items()},
        "subtypes": _each(tally.subtypes),
        "general": _each(tally.general),
        "unspecified": _count(tally.unspecified),
    }


def _each(counts: Mapping[str, Count]) -> dict[str, Any]:
    return {code: _count(count) for code, count in counts.items()}


def _count(count: Count) -> dict[str, Any]:
    return {"number": count.number, "states": count.states, "answers": count.answers}


def _register(register: Register) -> dict[str, Any]:
    return {
        "source": register.source,
        "response_rates": [asdict(rate) for rate in register.rates],
        "shares": register.shares,
        "silent": register.silent,
        "needs": [
            {
                "paragraph": fact.paragraph,
                "instrument": fact.instrument,
                "stance": fact.stance,
                "codes": fact.codes,
                "need": fact.need,
                "reading": fact.reading,
                "states": states,
            }
            for fact, states in register.needs()
        ],
    }
