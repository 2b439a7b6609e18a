"""/v1/questionnaires: sent, followed, deleted."""

import hashlib
import json
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nlp.answers import Language
from nlp.errors import InputError, NeedtagError
from service.api.dependencies import Admin, DatabaseDep, Follower, Id, KeyedRoute, Reader, RepeatKey, Sender
from service.api.filters import QuestionnaireFilterDep
from service.api.given import QuestionnaireGiven
from service.api.paging import Cursor, Limit, cut
from service.api.problems import responses
from service.api.replies import reply
from service.api.shown import (
    AnswerPage,
    AnswerUnderstood,
    Column,
    ProgressShown,
    QuestionnairePage,
    QuestionnaireShown,
    QuestionnaireUnderstood,
    Received,
    ReceivedFile,
    ReceivedItem,
    Understood,
    errors_shown,
)
from service.api.submissions import SubmissionDep
from service.errors import ConflictError, NotFoundError
from service.intake import Questionnaire as Sent
from service.store import audit, idempotency
from service.store.answers import AnswerFilter, answer_ids
from service.store.blindness import hidden_from
from service.store.database import Database
from service.store.progress import Progress, Status, find_questionnaires, progress_of
from service.store.questionnaires import (
    content_of,
    foresee,
    get_questionnaire,
    instruments_of,
    purge,
    receive,
)
from service.store.records import answer_records, questionnaire_fields
from service.store.tables import Questionnaire

router = APIRouter(route_class=KeyedRoute, prefix="/v1/questionnaires", tags=["questionnaires"])

# FastAPI does not read this body itself. What the schema refers to, /v1/tag takes too.
_JSON = QuestionnaireGiven.model_json_schema(ref_template="#/components/schemas/{model}")
del _JSON["$defs"]

_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": _JSON},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "string",
                        "contentMediaType": "application/octet-stream",
                        "description": "JSON Lines, JSON, CSV, XLSX, DOCX, PDF or plain text, by its ending.",
                    },
                    "column": {
                        "type": "array",
                        "items": {"type": "string"},
                        "description": "FIELD=NAME: the column of a field whose header is not recognised.",
                    },
                    "external_id": {"type": "string", "description": "Of a file with one questionnaire."},
                    "replaces": {"type": "string", "description": "external_id of what it replaces."},
                    "state": {"type": "string", "description": "Name or code, if the file names none."},
                    "instrument": {"type": "array", "items": {"type": "string"}},
                    "cycle": {"type": "string"},
                    "language": {"type": "string"},
                },
            }
        },
    },
}


@router.post(
    "",
    status_code=202,
    response_model=Received | ReceivedFile,
    responses={
        200: {"model": Understood, "description": "Dry run: what was understood; nothing was stored."},
        202: {
            "description": "Stored; for a file, each of its questionnaires, and what could not be read.",
            "headers": {
                "Location": {"schema": {"type": "string"}, "description": "Of a JSON questionnaire."}
            },
        },
        **responses(401, 403, 404, 409, 415, 422, 503),
    },
    openapi_extra={"requestBody": _BODY},
)
def send_questionnaire(
    actor: Sender,
    submission: SubmissionDep,
    response: Response,
    database: DatabaseDep,
    dry_run: Annotated[bool, Query(description="Show what is understood, and store nothing.")] = False,
    key: RepeatKey = None,
) -> Received | ReceivedFile | Response:
    """Send a questionnaire; its answers are tagged in the background.

    The same content sent again gets the same answer. Other content under an `external_id` that is here is
    refused (409), unless it `replaces` that one: then the later one counts, and what was decided is carried
    over to the answers whose text did not change. A file's questionnaires are named after the file where it
    names none.
    """
    if dry_run:
        with database.reading() as session:
            found = [understood_of(session, each) for each in submission.questionnaires]
        understood = Understood(questionnaires=found, errors=errors_shown(submission.errors))
        return Response(understood.model_dump_json(), media_type="application/json")
    items, conflicts = store_all(database, submission.questionnaires, actor.name, key)
    if not submission.is_file:
        response.headers["Location"] = f"/v1/questionnaires/{items[0].id}"
        return Received(id=items[0].id)
    return ReceivedFile(items=items, errors=[*errors_shown(submission.errors), *errors_shown(conflicts)])


def store_all(
    database: Database, sent: list[Sent], actor: str, key: str | None
) -> tuple[list[ReceivedItem], list[NeedtagError]]:
    """Store each questionnaire or find it stored; where none can be, the first refusal is raised."""
    content = hashlib.sha256(
        json.dumps([[content_of(each), each.replaces] for each in sent]).encode()
    ).hexdigest()
    try:
        return _store_once(database, sent, actor, key, content)
    except IntegrityError:
        # Somebody sent the same at the same moment, and was first: now it is there.
        return _store_once(database, sent, actor, key, content)


def _store_once(
    database: Database, sent: list[Sent], actor: str, key: str | None, content: str
) -> tuple[list[ReceivedItem], list[NeedtagError]]:
    items: list[ReceivedItem] = []
    refused: list[NeedtagError] = []
    with database.writing() as session:
        known = idempotency.recall(session, actor, key, content)
        if known is not None:
            return [_recalled(session, each) for each in known], []
        for each in sent:
            try:
                stored = receive(session, each, actor)
                items.append(ReceivedItem(id=str(stored.id), external_id=stored.external_id))
            except (ConflictError, NotFoundError, InputError) as error:
                refused.append(error)
        if not items:
            raise refused[0]
        idempotency.remember(session, actor, key, content, [int(each.id) for each in items])
    return items, refused


def _recalled(session: Session, questionnaire_id: int) -> ReceivedItem:
    stored = session.get(Questionnaire, questionnaire_id)
    if stored is None:
        problem = (
            "was sent before, and its questionnaire has been deleted since; to send it anew, take another"
        )
        raise ConflictError("Idempotency-Key", problem)
    return ReceivedItem(id=str(stored.id), external_id=stored.external_id)


def understood_of(session: Session, sent: Sent) -> QuestionnaireUnderstood:
    """Say what was understood of a questionnaire, and what would become of it if it were stored."""
    outcome: Literal["store", "repeat", "replace", "conflict"]
    try:
        outcome, detail = foresee(session, sent).outcome, None
    except NeedtagError as error:
        outcome, detail = "conflict", str(error)
    return QuestionnaireUnderstood(
        outcome=outcome,
        detail=detail,
        external_id=sent.external_id,
        replaces=sent.replaces,
        state=sent.state,
        instrument=list(sent.instrument),
        cycle=sent.cycle,
        language=sent.language,
        columns=[Column(name=name, field=field) for name, field in sent.columns],
        answers=[
            AnswerUnderstood(id=each.id, question=each.question, text=each.text) for each in sent.answers
        ],
    )


@router.get("", responses=responses(401, 403, 422, 503))
def list_questionnaires(
    database: DatabaseDep,
    actor: Follower,
    wanted: QuestionnaireFilterDep,
    status: Annotated[Status | None, Query(description="How far they are.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> QuestionnairePage:
    """List questionnaires, the latest first."""
    with database.reading() as session:
        before = int(cursor) if cursor else None
        hidden = hidden_from(session, actor.name)
        found = find_questionnaires(wanted, status=status, before=before, hidden=hidden)
        stored = {each.id: each for each in session.scalars(found.limit(limit + 1))}
        ids, following = cut(list(stored), limit)
        items = _shown(session, [stored[each] for each in ids], hidden)
    return QuestionnairePage(items=items, next=following)


@router.get("/{questionnaire_id}", responses=responses(401, 403, 404, 422, 503))
def show_questionnaire(questionnaire_id: Id, database: DatabaseDep, actor: Follower) -> QuestionnaireShown:
    """Show how far a questionnaire is."""
    with database.reading() as session:
        hidden = hidden_from(session, actor.name)
        return _shown(session, [get_questionnaire(session, int(questionnaire_id))], hidden)[0]


def _shown(session: Session, stored: list[Questionnaire], hidden: frozenset[int]) -> list[QuestionnaireShown]:
    ids = [each.id for each in stored]
    progress, instruments = progress_of(session, ids, hidden=hidden), instruments_of(session, ids)
    return [_one_shown(each, progress[each.id], instruments[each.id]) for each in stored]


def _one_shown(stored: Questionnaire, progress: Progress, instruments: list[str]) -> QuestionnaireShown:
    return QuestionnaireShown.model_validate(
        questionnaire_fields(stored, instruments)
        | {
            "status": progress.status,
            "progress": ProgressShown.model_validate(progress, from_attributes=True),
            "replaces": stored.replaces and str(stored.replaces),
            "replaced_by": stored.replaced_by and str(stored.replaced_by),
            "received_at": stored.received_at.isoformat(),
        }
    )


@router.get(
    "/{questionnaire_id}/answers", response_model=AnswerPage, responses=responses(401, 403, 404, 422, 503)
)
def list_answers(
    questionnaire_id: Id,
    database: DatabaseDep,
    actor: Reader,
    cursor: Cursor = None,
    limit: Limit = 50,
    lang: Annotated[Language, Query(description="Of the names of States.")] = "en",
) -> Response:
    """List the answers of a questionnaire, in its order, with what was suggested and reviewed."""
    with database.reading() as session:
        get_questionnaire(session, int(questionnaire_id))
        hidden = hidden_from(session, actor.name)
        wanted = AnswerFilter(questionnaire_id=int(questionnaire_id))
        ids = answer_ids(session, wanted, after=int(cursor or 0), most=limit + 1)
        page, following = cut(ids, limit)
        records = answer_records(session, page, lang, hidden=hidden)
    audit.note_read(database, actor.name, "read", "questionnaire", questionnaire_id, answers=len(page))
    return reply({"items": records, "next": following})


@router.delete("/{questionnaire_id}", status_code=204, responses=responses(401, 403, 404, 422, 503))
def delete_questionnaire(questionnaire_id: Id, database: DatabaseDep, actor: Admin) -> None:
    """Delete a questionnaire with its answers, suggestions and decisions; what it replaced counts again."""
    with database.writing() as session:
        purge(session, int(questionnaire_id), actor.name)
    database.wipe()
