"""/v1/answers: searched, read, decided on."""

import hashlib
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.answers import Answer, Language
from service.api.dependencies import DatabaseDep, Id, KeyedRoute, Reader, RepeatKey, Reviewer, TaggersDep
from service.api.filters import AnswerFilterDep
from service.api.given import DecisionGiven, DecisionsGiven
from service.api.paging import Cursor, Limit, cut
from service.api.problems import responses
from service.api.replies import reply
from service.api.shown import (
    AnswerPage,
    AnswerWithDecisions,
    DecisionShown,
    DecisionsWritten,
    Evidence,
    EvidenceShown,
    ModelShown,
    WordShown,
)
from service.permissions import Actor, may_reopen
from service.store import audit, idempotency
from service.store.answers import answer_ids, get_answer
from service.store.blindness import check_seen, hidden_from
from service.store.database import Database
from service.store.decisions import Wish, decide, lock_answer, version_of
from service.store.models import active_model
from service.store.records import answer_records, decision_records
from service.store.second_readings import check_reader
from service.store.tables import Decision, Question
from service.store.views import SECOND
from service.taggers import Taggers, in_turn

router = APIRouter(route_class=KeyedRoute, prefix="/v1/answers", tags=["answers"])

LangQuery = Annotated[Language, Query(description="Of the names of States.")]


@router.get("", response_model=AnswerPage, responses=responses(401, 403, 422, 503))
def search_answers(
    actor: Reader,
    wanted: AnswerFilterDep,
    database: DatabaseDep,
    cursor: Cursor = None,
    limit: Limit = 50,
    lang: LangQuery = "en",
) -> Response:
    """Search the answers, in the order in which they came."""
    with database.reading() as session:
        wanted = replace(wanted, hidden=hidden_from(session, actor.name))
        ids = answer_ids(session, wanted, after=int(cursor or 0), most=limit + 1)
        page, following = cut(ids, limit)
        records = answer_records(session, page, lang, hidden=wanted.hidden)
    audit.note_read(database, actor.name, "search", "answer", answers=[each["id"] for each in records])
    return reply({"items": records, "next": following})


@router.get("/{answer_id}", response_model=AnswerWithDecisions, responses=responses(401, 403, 404, 422, 503))
def show_answer(answer_id: Id, database: DatabaseDep, actor: Reader, lang: LangQuery = "en") -> Response:
    """Show an answer with what was suggested, decided and reviewed."""
    with database.reading() as session:
        get_answer(session, int(answer_id))
        check_seen(session, int(answer_id), actor.name)
        record = answer_records(session, [int(answer_id)], lang)[0]
        record["decisions"] = decision_records(session, int(answer_id))
    audit.note_read(database, actor.name, "read", "answer", answer_id)
    return reply(record)


@router.get("/{answer_id}/evidence", responses=responses(401, 403, 404, 422, 503))
async def show_evidence(
    answer_id: Id, database: DatabaseDep, taggers: TaggersDep, actor: Reader
) -> EvidenceShown:
    """Show the words that each tag rests on, by the active model; takes up to a second for a long answer."""
    return await in_turn(_evidence, int(answer_id), database, taggers, actor)


def _evidence(answer_id: int, database: Database, taggers: Taggers, actor: Actor) -> EvidenceShown:
    with database.reading() as session:
        stored = get_answer(session, answer_id)
        question = stored.question_id and session.get(Question, stored.question_id)
        model = active_model(session)
    tagger = taggers.explaining(model)
    answer = Answer(stored.external_id, stored.text, question.text if question else None, stored.language)
    tagged = tagger.tag(answer)
    audit.note_read(database, actor.name, "read", "answer", answer_id, evidence=True)
    return EvidenceShown(
        model=ModelShown(name=tagged.model.name, version=tagged.model.version),
        tags=[
            Evidence(
                code=tag.code,
                stance=tag.stance,
                words=[WordShown.model_validate(word, from_attributes=True) for word in words],
            )
            for tag, words in zip(tagged.tags, tagged.evidence or [], strict=True)
        ],
    )


@router.post("/{answer_id}/decisions", status_code=201, responses=responses(401, 403, 404, 409, 422, 503))
def write_decisions(
    answer_id: Id,
    given: DecisionsGiven,
    database: DatabaseDep,
    actor: Reviewer,
    key: RepeatKey = None,
) -> DecisionsWritten:
    """Decide on an answer, all or none of the decisions.

    Refused (409) if the answer's `version` is another by now, if it is done, or if its questionnaire was
    replaced: read it again, and decide on what it is now.
    """
    content = hashlib.sha256(f"{answer_id} {given.model_dump_json()}".encode()).hexdigest()
    with database.writing() as session:
        # A repeat waits until the first is written.
        lock_answer(session, int(answer_id))
        written = idempotency.recall(session, actor.name, key, content)
        if written is None:
            if given.reading == SECOND:
                check_reader(session, int(answer_id), actor.name)
            wishes = [_wish(each) for each in given.decisions]
            decisions = decide(
                session,
                int(answer_id),
                given.version,
                wishes,
                actor.name,
                may_reopen=may_reopen(actor),
                reading=given.reading,
            )
            written = [each.id for each in decisions]
            idempotency.remember(session, actor.name, key, content, written)
        return _written(session, int(answer_id), given.reading, written)


def _wish(given: DecisionGiven) -> Wish:
    return Wish(
        act=given.act,
        code=given.code or "",
        stance=given.stance or "",
        new_stance=given.new_stance or "",
        state=given.state or "",
        passages=tuple(given.passages),
        undoes=given.undoes,
        note=given.note,
    )


def _written(session: Session, answer_id: int, reading: int, ids: list[int]) -> DecisionsWritten:
    """The decisions, and the version that they made: on a repeat too, though others may have come since."""
    get_answer(session, answer_id)
    numbers = set(session.scalars(select(Decision.number).where(Decision.id.in_(ids))))
    records = [each for each in decision_records(session, answer_id, reading) if each["number"] in numbers]
    version = max(numbers, default=version_of(session, answer_id, reading))
    return DecisionsWritten(
        version=version, decisions=[DecisionShown.model_validate(each) for each in records]
    )
