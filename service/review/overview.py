"""The overview's page: the drafted note with links from each number to the answers behind it, and as DOCX."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.answers import Language
from nlp.states import M49_REGIONS, REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import DatabaseDep
from service.errors import NotFoundError
from service.overview.charts import charts, picture
from service.overview.content import Behind, Draft
from service.overview.database import read_database
from service.overview.draft import make_draft
from service.overview.figures import draw
from service.overview.html import render_body
from service.overview.items import UNITS, Unit
from service.overview.overview import Overview, Source, make_overview
from service.overview.parties import known_parties
from service.overview.writer import Writer
from service.permissions import Actor
from service.review.dependencies import Visitor
from service.review.filters import OF_QUESTIONNAIRES, choices, given, read_questionnaire_filter
from service.review.languages import language_for
from service.review.paging import Pages, page_number
from service.review.rendering import page
from service.review.search import HITS, Hit, excerpt, tags_in_force
from service.store import audit
from service.store.answers import AnswerFilter, QuestionnaireFilter, is_reviewed
from service.store.blindness import hidden_from
from service.store.database import Database
from service.store.exports import described
from service.store.records import answer_records
from service.store.tables import Answer, Questionnaire

router = APIRouter(include_in_schema=False)

FILTERS = tuple(name for name in OF_QUESTIONNAIRES if name != "replaced")
LONG, KEPT, MOST = 1.0, 60.0, 8
"""An overview that took more than so many seconds is shown again for so many; so many are kept."""

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Numbers that are no counts of answers with tags: where the pages list what they count.
LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "questionnaires": ("/", {}),
    "answers": ("/search", {"replaced": "false"}),
    "answers/reviewed": ("/search", {"replaced": "false", "reviewed": "true"}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for.

    Attributes:
        fields: of the address, those that can be read.
        wanted: the questionnaires.
        unit: what counts as one.
        wrong: names of fields that cannot be read.
    """

    fields: Mapping[str, str]
    wanted: QuestionnaireFilter
    unit: Unit
    wrong: list[str]

    def address(self, path: str, **more: str) -> str:
        """The address of something of the same overview."""
        fields = {**self.fields, **more}
        return f"{path}?{urlencode(fields)}" if fields else path

    def scope(self, language: Language) -> list[str]:
        """What is shown is restricted to, beside the cycle."""
        wanted, names = self.wanted, list[str]()
        if wanted.state:
            names.append(get_state(wanted.state).name(language))
        if wanted.region:
            names.append({**REGIONAL_GROUPS, **M49_REGIONS}[wanted.region][language])
        if wanted.instrument:
            names.append(load_taxonomy().get(wanted.instrument).label(language))
        if wanted.language:
            names.append(Locale(wanted.language).get_display_name(language) or wanted.language)
        return names


class Remembered:
    """Overviews that took long, computed by one visitor at a time and kept for a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, tuple[float, Overview]] = OrderedDict()

    def get(self, key: object, compute: Callable[[], Overview]) -> Overview:
        """Give what was kept under a key, at most a minute old, or compute it."""
        with self._lock:
            until, found = self._kept.get(key, (0.0, None))
            if found is not None and time.monotonic() < until:
                return found
            start = time.monotonic()
            made = compute()
            end = time.monotonic()
            self._kept.pop(key, None)
            if end - start > LONG:
                self._kept[key] = end + KEPT, made
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return made


@router.get("/overview")
def show(actor: Visitor, request: Request, database: DatabaseDep) -> Response:
    """Show the draft in the person's language."""
    asked, language = _asked(request), language_for(request)
    with database.reading() as session:
        offered = choices(session, language)
    context: dict[str, Any] = {"asked": asked.fields, "wrong": asked.wrong, "choices": offered, "draft": None}
    if asked.wrong:
        return page(request, "overview.html.j2", context, status=422)
    overview, left_out = _overview(request, database, actor, asked)
    draft = make_draft(overview, language, asked.scope(language))
    body = render_body(
        draft,
        language,
        address=lambda behind: _address(behind, asked),
        source=lambda each: asked.address(f"/overview/figures/{each.name}.svg"),
    )
    document = asked.address("/overview/draft.docx")
    context |= {"draft": draft, "body": body, "left_out": left_out, "document": document}
    return page(request, "overview.html.j2", context)


@router.get("/overview/figures/{name}.svg")
def show_figure(actor: Visitor, name: str, request: Request, database: DatabaseDep) -> Response:
    """Draw one of the figures."""
    asked, language = _asked(request), language_for(request)
    overview, _ = _overview(request, database, actor, asked)
    for chart in charts(overview, language):
        if chart.name == name:
            alternative = picture(chart, Writer(overview, language)).alternative
            drawn = draw(chart, language, "svg", alternative)
            # It shows what nobody else may see, in the language of whoever looks.
            kept = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
            return Response(drawn, media_type="image/svg+xml", headers=kept)
    raise NotFoundError(name, "is no figure of the overview")


@router.get("/overview/draft.docx")
def download(actor: Visitor, request: Request, database: DatabaseDep) -> Response:
    """Give the draft as DOCX, with what the page shows."""
    from service.overview.docx import to_docx

    asked, language = _asked(request), language_for(request)
    overview, _ = _overview(request, database, actor, asked)
    filters = described(AnswerFilter(asked.wanted))
    audit.note_read(database, actor.name, "export", "overview", filter=filters, format="docx")
    written = to_docx(overview, language, asked.scope(language))
    headers = {"Content-Disposition": 'attachment; filename="needtag-overview.docx"'}
    return Response(written, media_type=DOCX, headers=headers)


@router.get("/overview/answers")
def show_answers(actor: Visitor, request: Request, database: DatabaseDep) -> Response:
    """List the answers behind a number of the draft, whose key the address has."""
    asked, language = _asked(request), language_for(request)
    overview, _ = _overview(request, database, actor, asked)
    key = request.query_params.get("key", "")
    behind = _find(make_draft(overview, language), key)
    pages = Pages(page_number(request), len(behind.answers), HITS)
    ids = [int(each) for each in behind.answers[pages.first : pages.first + pages.size]]
    with database.reading() as session:
        hidden = hidden_from(session, actor.name)
        records = answer_records(session, ids, language, hidden=hidden)
    audit.note_read(database, actor.name, "search", "answer", answers=[str(each) for each in ids])
    context = {
        "number": behind.number,
        "asked": {**asked.fields, "key": key},
        "pages": pages,
        "hits": [Hit(each, excerpt(each["text"], ""), tags_in_force(each)) for each in records],
        "back": asked.address("/overview"),
    }
    return page(request, "overview_answers.html.j2", context)


def _asked(request: Request) -> Asked:
    fields = given(request, (*FILTERS, "unit"))
    wanted, wrong = read_questionnaire_filter(fields)
    unit: Unit = next((each for each in UNITS if each == fields.get("unit")), "requests")
    return Asked({name: value for name, value in fields.items() if name not in wrong}, wanted, unit, wrong)


def _overview(request: Request, database: Database, actor: Actor, asked: Asked) -> tuple[Overview, int]:
    """The overview, and how many reviewed answers it lacks: those that this person reads a second time."""
    wanted, settings = asked.wanted, request.app.state.settings
    # Rates are of all States parties: those of a region, say, would seem to be of the few asked for.
    has_rates = wanted == QuestionnaireFilter(cycle=wanted.cycle)
    with database.reading() as session:
        hidden = hidden_from(session, actor.name)
        left_out = _reviewed_by_questionnaire(session, hidden, asked.wanted) if hidden else Counter()

    def compute() -> Overview:
        with database.reading() as session:
            source = read_database(session, asked.wanted)
        parties = known_parties(settings.home) if has_rates else None
        return make_overview(_without(source, hidden, left_out), asked.unit, parties)

    remembered: Remembered = request.app.state.overviews
    return remembered.get((asked.wanted, asked.unit, hidden), compute), left_out.total()


def _reviewed_by_questionnaire(
    session: Session, ids: Collection[int], wanted: QuestionnaireFilter
) -> Counter[str]:
    """How many of some answers are reviewed, by questionnaire."""
    rows = session.scalars(
        select(Answer.questionnaire_id)
        .join(Questionnaire, Questionnaire.id == Answer.questionnaire_id)
        .where(*wanted.conditions(), is_reviewed(), Answer.id.in_(ids))
    )
    return Counter(str(each) for each in rows)


def _without(source: Source, hidden: Collection[int], reviewed: Counter[str]) -> Source:
    """A source as if nobody had reviewed some answers."""
    ids = {str(each) for each in hidden}
    return replace(
        source,
        items=tuple(item for item in source.items if item.answer not in ids),
        left_out=tuple(each for each in source.left_out if each not in ids),
        submissions=tuple(
            replace(each, reviewed=each.reviewed - reviewed[each.questionnaire])
            for each in source.submissions
        ),
    )


def _address(behind: Behind, asked: Asked) -> str | None:
    if behind.answers:
        return asked.address("/overview/answers", key=behind.key)
    if behind.key not in LISTS:
        return None
    path, fields = LISTS[behind.key]
    filters = {name: value for name, value in asked.fields.items() if name in FILTERS}
    fields = {**filters, **fields}
    return f"{path}?{urlencode(fields)}" if fields else path


def _find(draft: Draft, key: str) -> Behind:
    for behind in draft.behind():
        if behind.key == key and behind.answers:
            return behind
    raise NotFoundError(key, "is no number of this overview, or nothing stands behind it any more")
