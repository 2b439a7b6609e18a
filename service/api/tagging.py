"""/v1/tag: answers tagged at once, and not stored."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from nlp.answers import Answer, Language
from service.api.dependencies import DatabaseDep, KeyedRoute, Sender, TaggersDep
from service.api.given import AnswersGiven
from service.api.problems import responses
from service.api.shown import TaggedAnswers
from service.records import to_line
from service.store.database import Database
from service.store.models import active_model
from service.taggers import Taggers, in_turn, tag_each

router = APIRouter(route_class=KeyedRoute, tags=["tagging"])


@router.post(
    "/v1/tag",
    responses={200: {"model": TaggedAnswers}, **responses(401, 403, 422, 503)},
    response_class=Response,
)
async def tag_answers(
    actor: Sender,  # noqa: ARG001 - asked for the right alone
    given: AnswersGiven,
    database: DatabaseDep,
    taggers: TaggersDep,
    lang: Annotated[Language, Query(description="Of the names of States.")] = "en",
) -> Response:
    """Tag answers at once by the active model; nothing is stored. Each item is what `needtag tag` writes."""
    answers = [each.answer() for each in given.answers]
    return await in_turn(_tagged, database, taggers, answers, lang)


def _tagged(database: Database, taggers: Taggers, answers: Sequence[Answer], lang: Language) -> Response:
    with database.reading() as session:
        model = active_model(session)
    # Written as the command line writes them, so that both give the same bytes.
    items = ",".join(to_line(each).rstrip("\n") for each in tag_each(taggers.of(model), answers, lang))
    return Response(f'{{"items":[{items}]}}', media_type="application/json")
