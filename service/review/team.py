"""The team page: how far the work is, what decisions say of the suggestions, how long an answer takes.

No figure is a person's, and no name is on the page.
"""

import datetime as dt
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from evaluation.decisions import BANDS, SITTING, DecisionFigures, Share, decision_figures
from evaluation.words import short_names
from nlp.states import REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import DatabaseDep
from service.review.dependencies import ReviewerPage
from service.review.languages import language_for
from service.review.rendering import page
from service.store.blindness import hidden_from
from service.store.database import Database
from service.store.judging import judged_rows
from service.store.progress import progress_of
from service.store.questionnaires import instruments_of
from service.store.tables import Questionnaire

router = APIRouter(include_in_schema=False)

LONG, KEPT = 1.0, 60.0
"""Figures that took more than so many seconds are shown again for so many."""

ADDED_SHOWN = 20
"""Tags added that are shown."""

QUESTIONNAIRES = 500
"""Read at once."""


@dataclass(slots=True)
class Work:
    """How many answers there are in a part of the work, and how many of them are how far."""

    answers: int = 0
    tagged: int = 0
    reviewed: int = 0


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """All that the page shows, as the database was at one moment; parts of the work by their codes."""

    at: dt.datetime
    regions: Mapping[str, Work]
    instruments: Mapping[str, Work]
    together: Work
    decisions: DecisionFigures


class Remembered:
    """The figures, computed by one visitor at a time, and kept for a minute where that takes long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._figures: TeamFigures | None = None

    def figures(self, database: Database) -> TeamFigures:
        """Give the figures, at most a minute old."""
        with self._lock:
            if self._figures is None or time.monotonic() >= self._until:
                start = time.monotonic()
                self._figures = compute(database)
                end = time.monotonic()
                self._until = end + KEPT if end - start > LONG else 0.0
            return self._figures


def compute(database: Database) -> TeamFigures:
    """Compute the figures from all questionnaires that count.

    What was decided on an answer that somebody reads a second time counts once they are done: the page is the
    same for all, and tells them nothing.
    """
    with database.reading() as session:
        regions, instruments, together = _work(session)
        figures = decision_figures(*judged_rows(session, hidden_from(session, None)))
    return TeamFigures(dt.datetime.now(dt.UTC), regions, instruments, together, figures)


def _work(session: Session) -> tuple[dict[str, Work], dict[str, Work], Work]:
    """The work by regional group and by instrument ("" where that is not known), and in all."""
    regions: dict[str, Work] = defaultdict(Work)
    instruments: dict[str, Work] = defaultdict(Work)
    together = Work()
    counting = select(Questionnaire.id, Questionnaire.state).where(Questionnaire.replaced_by.is_(None))
    states = dict(session.execute(counting.order_by(Questionnaire.id)).all())
    ids = list(states)
    for first in range(0, len(ids), QUESTIONNAIRES):
        some = ids[first : first + QUESTIONNAIRES]
        about = instruments_of(session, some)
        for id_, progress in progress_of(session, some).items():
            state = states[id_]
            parts = [together, regions[get_state(state).group if state else ""]]
            for part in (*parts, *(instruments[code] for code in about[id_] or [""])):
                part.answers += progress.answers
                part.tagged += progress.tagged
                part.reviewed += progress.reviewed
    codes = [each.code for each in load_taxonomy().instruments]
    return (
        {code: regions[code] for code in (*REGIONAL_GROUPS, "") if code in regions},
        {code: instruments[code] for code in (*codes, "") if code in instruments},
        together,
    )


@router.get("/team")
def show_team(
    actor: ReviewerPage,  # noqa: ARG001 - asked for the right alone
    request: Request,
    database: DatabaseDep,
) -> Response:
    """Show how the team's work goes."""
    remembered: Remembered = request.app.state.team
    figures = remembered.figures(database)
    language = language_for(request)
    bands = figures.decisions.bands.values()
    context = {
        "figures": figures,
        "decisions": figures.decisions,
        "bands": BANDS,
        "all_labels": Share(sum(each.part for each in bands), sum(each.whole for each in bands)),
        "added_shown": ADDED_SHOWN,
        "minutes": SITTING // 60,
        "region_names": {code: names[language] for code, names in REGIONAL_GROUPS.items()},
        "short_names": short_names(language),
        "type_codes": {each.code for each in load_taxonomy().types},
    }
    return page(request, "team.html.j2", context)
