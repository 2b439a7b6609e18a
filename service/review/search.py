"""The search: answers by their words, tags and States, with the place where the words were found."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.answers import STANCES
from nlp.states import all_states
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import DatabaseDep
from service.export_formats import FORMATS
from service.intake.fields import plain
from service.review.dependencies import Visitor
from service.review.filters import (
    OF_ANSWERS,
    OF_QUESTIONNAIRES,
    choices,
    given,
    in_order,
    read_answer_filter,
)
from service.review.languages import language_for
from service.review.paging import Pages, page_number
from service.review.rendering import page
from service.store import audit
from service.store.answers import AnswerFilter, find_answers
from service.store.blindness import hidden_from
from service.store.records import Record, answer_records

router = APIRouter(include_in_schema=False)

HITS = 25
"""Answers a page."""
LENGTH = 280
"""Characters of a text that are shown, about."""

# A word as the search sees it: letters and digits, with accents that stand for themselves.
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")


@router.get("/search")
def show(request: Request, database: DatabaseDep, actor: Visitor) -> Response:
    """Show the form, and the answers that the address asks for."""
    language = language_for(request)
    asked = given(request, (*OF_QUESTIONNAIRES, *OF_ANSWERS))
    wanted, wrong = read_answer_filter(asked)
    with database.reading() as session:
        wanted = replace(wanted, hidden=hidden_from(session, actor.name))
        total = _count(session, wanted) if asked and not wrong else 0
        pages = Pages(page_number(request), total, HITS)
        found = find_answers(wanted).offset(pages.first).limit(pages.size)
        ids = list(session.scalars(found)) if total else []
        records = answer_records(session, ids, language, hidden=wanted.hidden)
        context = {
            "asked": asked,
            "wrong": wrong,
            "choices": choices(session, language),
            "types": [(each, load_taxonomy().subtypes_of(each.code)) for each in load_taxonomy().types],
            "instruments": load_taxonomy().instruments,
            "stances": STANCES,
            "named": in_order([each.code for each in all_states()], language),
            "pages": pages,
            "hits": [
                Hit(each, excerpt(each["text"], asked.get("words", "")), tags_in_force(each))
                for each in records
            ],
            "formats": FORMATS,
            "exported": urlencode({**asked, "lang": language}),
        }
    if ids:
        audit.note_read(database, actor.name, "search", "answer", answers=[str(each) for each in ids])
    return page(request, "search.html.j2", context, status=422 if wrong else 200)


def _count(session: Session, wanted: AnswerFilter) -> int:
    found = find_answers(wanted).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text; `found` if it is one of the words that were searched for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer that was found, with the piece of its text to show and the tags in force."""

    answer: Record
    parts: Sequence[Part]
    tags: Sequence[dict[str, Any]]


def tags_in_force(record: Record) -> list[dict[str, Any]]:
    """The tags of an answer by which the search finds it: reviewed, else suggested and not `unsure`.

    A type is left out where one of its sub-types stands in the same stance.
    """
    if record["reviewed"] is not None:
        tags = record["reviewed"]["tags"]
    else:
        tags = [tag for tag in record["tags"] if tag["band"] != "unsure"]
    implied = {(tag["code"].partition(".")[0], tag["stance"]) for tag in tags if tag["kind"] == "subtype"}
    return [tag for tag in tags if (tag["code"], tag["stance"]) not in implied]


def excerpt(text: str, words: str, length: int = LENGTH) -> list[Part]:
    """Cut the piece out of a text that has the first of some words a little after its beginning, marked.

    Words are found as the search finds them: by their beginnings, without regard to case and accents.
    """
    hits = list(_hits(text, tuple(plain(words).split())))
    start, end = _window(text, hits[0].span() if hits else (0, 0), length)
    parts = [Part("… ", found=False)] if start else []
    for hit in hits:
        if start <= hit.start() and hit.end() <= end:
            parts += [Part(text[start : hit.start()], found=False), Part(hit.group(), found=True)]
            start = hit.end()
    parts.append(Part(text[start:end], found=False))
    if end < len(text):
        parts.append(Part(" …", found=False))
    return [part for part in parts if part.text]


def _window(text: str, first: tuple[int, int], length: int) -> tuple[int, int]:
    """Where to cut, so that the first hit lies inside and no word is cut where there are blanks."""
    start = max(0, first[0] - length // 4)
    if start:
        blank = text.find(" ", start, first[0])
        start = first[0] if blank < 0 else blank + 1
    end = start + length
    if end < len(text):
        end = max(text.rfind(" ", start, end), first[1], start + 1)
    return start, min(end, len(text))


def _hits(text: str, beginnings: tuple[str, ...]) -> Iterator[re.Match[str]]:
    for word in _WORD.finditer(text) if beginnings else ():
        if any(each.startswith(beginnings) for each in plain(word.group()).split()):
            yield word
