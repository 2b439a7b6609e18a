"""What reviewers' decisions say of the suggestions: acceptance, edits, time, what reviewers add.

Rows are those of an export of tags or of decisions, as dicts. Only first readings of answers that are done
count. No figure is a person's: names are read to tell one sitting from another, and are in no result.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, sqrt
from statistics import mean, median, stdev
from typing import Any, NamedTuple, get_args

from evaluation.bootstrap import Estimate
from nlp.models import Band

BANDS: tuple[Band, ...] = get_args(Band)
EDITS = ("reject", "add", "restance", "state-add", "state-remove")
"""The acts that change what the model said."""

SITTING = 600
"""Seconds between two decisions on an answer, at most, that are of one sitting."""

PEOPLE = 2
"""Fewer make no team: the time that it takes would be the time that a person takes."""

Z = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many: of the suggestions shown, those taken; of the answers, those with something."""

    part: int
    whole: int

    @property
    def estimate(self) -> Estimate:
        """The share with Wilson's interval (Wilson 1927, "Probable inference")."""
        if not self.whole:
            return Estimate(None, None, None)
        share, weight = self.part / self.whole, Z**2 / self.whole
        centre = (share + weight / 2) / (1 + weight)
        reach = Z / (1 + weight) * sqrt(share * (1 - share) / self.whole + weight / (4 * self.whole))
        return Estimate(share, max(centre - reach, 0), min(centre + reach, 1))


Acceptance = Mapping[Band, Share]


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """How many of the suggestions of a label were taken, in whatever stance, by band and together."""

    code: str
    bands: Acceptance
    together: Share


@dataclass(frozen=True, slots=True)
class Added:
    """A tag that reviewers added where a version of the model did not suggest it, and on how many answers."""

    code: str
    stance: str | None
    model: str
    answers: Share


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """A version of the model: its share of the answers done, acceptance, and edits per answer."""

    model: str
    answers: Share
    taken: Share
    edits: Estimate


@dataclass(frozen=True, slots=True)
class DecisionFigures:
    """What decisions say.

    Attributes:
        judged: answers whose suggestions count as taken or not.
        outdated: answers whose exported suggestions are not those that the reviewer saw; they do not count.
        bands: acceptance by band.
        labels: acceptance by label and band, what was shown most first.
        answers: that are done, by the decisions.
        edits: per answer that is done; the mean.
        acts: how often each of EDITS was done, of decisions that stand.
        timed: answers of which the time is known: at least two decisions, all of one person in one sitting.
        seconds: from the first decision on such an answer to the last; the median.
        added: what was added, most often first.
        models: the versions of the model that were shown, most answers first.
    """

    judged: int
    outdated: int
    bands: Acceptance
    labels: tuple[LabelFigures, ...]
    answers: int
    edits: Estimate
    acts: Mapping[str, int]
    timed: int
    seconds: Estimate
    added: tuple[Added, ...]
    models: tuple[ModelFigures, ...]


class _Decision(NamedTuple):
    number: int
    act: str
    tag: tuple[str, str | None]
    new_stance: str | None
    undoes: int | None
    by: str
    at: float
    carried: bool
    model: str
    suggested: bool


def decision_figures(
    tags: Iterable[Mapping[str, Any]], decisions: Iterable[Mapping[str, Any]]
) -> DecisionFigures:
    """Compute the figures; those of rows that are not there are empty.

    Args:
        tags: rows of an export of tags.
        decisions: rows of an export of decisions. A row of either that comes twice counts once.
    """
    done = _done(decisions)
    shown = {id_: model for id_, (model, _) in done.items()}
    suggestions, outdated = _suggestions(tags, shown)
    edits = {id_: [each for each in _standing(rows) if each.act in EDITS] for id_, (_, rows) in done.items()}
    times, people = _times(rows for _, rows in done.values())
    return DecisionFigures(
        judged=len({each.answer for each in suggestions}),
        outdated=outdated,
        bands=_by_band(suggestions),
        labels=_by_label(suggestions),
        answers=len(done),
        edits=mean_of([len(each) for each in edits.values()]),
        acts=dict(Counter(each.act for acts in edits.values() for each in acts)),
        timed=len(times),
        seconds=median_of(times if people >= PEOPLE else []),
        added=_added(done),
        models=_by_model(suggestions, shown, edits),
    )


def mean_of(values: Sequence[float]) -> Estimate:
    """The mean of figures that are not negative, with the interval of the normal approximation."""
    if len(values) < 2:
        return Estimate(values[0] if values else None, None, None)
    centre, reach = mean(values), Z * stdev(values) / sqrt(len(values))
    return Estimate(centre, max(centre - reach, 0), centre + reach)


def median_of(values: Sequence[float]) -> Estimate:
    """The median, with an interval from order statistics (Conover 1999, section 3.2)."""
    if not values:
        return Estimate(None, None, None)
    ordered, size = sorted(values), len(values)
    before = floor((size - Z * sqrt(size)) / 2)
    if before < 1:
        return Estimate(median(ordered), None, None)
    return Estimate(median(ordered), ordered[before - 1], ordered[size - before])


def _done(decisions: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, list[_Decision]]]:
    """The answers that are done, with the model that was shown then and all decisions in order."""
    found: dict[str, dict[int, _Decision]] = defaultdict(dict)
    for row in decisions:
        if row["reading"] == 1:
            found[row["id"]][row["number"]] = _read(row)
    done = {}
    for id_, numbered in found.items():
        rows = [numbered[number] for number in sorted(numbered)]
        last = [each for each in _standing(rows) if each.act in ("done", "reopen")][-1:]
        if last and last[0].act == "done":
            done[id_] = (last[0].model, rows)
    return done


def _read(row: Mapping[str, Any]) -> _Decision:
    return _Decision(
        number=row["number"],
        act=row["act"],
        tag=(row["code"], row["stance"]),
        new_stance=row["new_stance"],
        undoes=row["undoes"],
        by=row["by"],
        at=dt.datetime.fromisoformat(row["at"]).timestamp(),
        carried=row["carried"],
        model=row["model"] or "",
        suggested=row["confidence"] is not None,
    )


def _standing(rows: Sequence[_Decision]) -> list[_Decision]:
    undone = {each.undoes for each in rows if each.act == "undo"}
    return [each for each in rows if each.act != "undo" and each.number not in undone]


class _Suggestion(NamedTuple):
    answer: str
    code: str
    band: Band
    model: str
    taken: bool


def _suggestions(
    tags: Iterable[Mapping[str, Any]], shown: Mapping[str, str]
) -> tuple[list[_Suggestion], int]:
    """The suggestions on reviewed answers, and the number of answers with others than were shown."""
    found = {}
    outdated = set()
    for row in tags:
        if row["taken"] is None or row["added"]:
            continue
        if row["model"] != shown.get(row["id"], row["model"]):
            outdated.add(row["id"])
            continue
        suggestion = _Suggestion(row["id"], row["code"], row["band"], row["model"], row["taken"])
        found[row["id"], row["code"], row["stance"]] = suggestion
    return list(found.values()), len(outdated)


def _share(suggestions: Sequence[_Suggestion]) -> Share:
    return Share(sum(each.taken for each in suggestions), len(suggestions))


def _by_band(suggestions: Sequence[_Suggestion]) -> Acceptance:
    return {band: _share([each for each in suggestions if each.band == band]) for band in BANDS}


def _by_label(suggestions: Sequence[_Suggestion]) -> tuple[LabelFigures, ...]:
    found = defaultdict(list)
    for each in suggestions:
        found[each.code].append(each)
    figures = [LabelFigures(code, _by_band(of_label), _share(of_label)) for code, of_label in found.items()]
    return tuple(sorted(figures, key=lambda each: (-each.together.whole, each.code)))


def _times(answers: Iterable[Sequence[_Decision]]) -> tuple[list[float], int]:
    """The seconds of each answer decided in one sitting, and how many people these are of."""
    seconds, people = [], set()
    for rows in answers:
        times = [each.at for each in rows if not each.carried]
        names = {each.by for each in rows if not each.carried}
        gaps = [after - before for before, after in pairwise(times)]
        if gaps and len(names) == 1 and max(gaps) <= SITTING:
            seconds.append(times[-1] - times[0])
            people |= names
    return seconds, len(people)


def _added(done: Mapping[str, tuple[str, Sequence[_Decision]]]) -> tuple[Added, ...]:
    wholes = Counter(model for model, _ in done.values())
    found = Counter((*tag, model) for model, rows in done.values() for tag in _added_to(rows))
    order = sorted(found.items(), key=lambda each: (-each[1], each[0][0], each[0][1] or "", each[0][2]))
    return tuple(
        Added(code, stance, model, Share(times, wholes[model])) for (code, stance, model), times in order
    )


def _added_to(rows: Sequence[_Decision]) -> set[tuple[str, str | None]]:
    """The tags that somebody added to an answer, and nobody took away again, which no model suggested."""
    found: set[tuple[str, str | None]] = set()
    for each in _standing(rows):
        was_there = each.tag in found
        if each.act in ("reject", "restance"):
            found.discard(each.tag)
        if each.act == "add" and not each.suggested:
            found.add(each.tag)
        if each.act == "restance" and was_there:
            found.add((each.tag[0], each.new_stance))
    return found


def _by_model(
    suggestions: Sequence[_Suggestion], shown: Mapping[str, str], edits: Mapping[str, Sequence[_Decision]]
) -> tuple[ModelFigures, ...]:
    answers = Counter(shown.values())
    names = sorted({*answers, *(each.model for each in suggestions)}, key=lambda each: (-answers[each], each))
    return tuple(
        ModelFigures(
            name,
            Share(answers[name], len(shown)),
            _share([each for each in suggestions if each.model == name]),
            mean_of([len(edits[id_]) for id_, model in shown.items() if model == name]),
        )
        for name in names
    )
