"""The filters of lists, searches and exports, as query parameters."""

from typing import Annotated, Literal

from fastapi import Depends, Query

from nlp.answers import Language, Stance
from nlp.errors import InputError
from nlp.states import M49_REGIONS, REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import Id
from service.store.answers import AnswerFilter, QuestionnaireFilter

Instrument = Literal["untoc", "tip", "som", "firearms"]
StateCode = Annotated[
    str | None,
    Query(pattern="^[A-Z]{3}$", description="Code of the respondent (ISO 3166-1 alpha-3).", examples=["MDG"]),
]
Region = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Region of the respondent: a UN regional group or an M49 code, see /v1/states.",
    ),
]
Cycle = Annotated[
    str | None,
    # PostgreSQL takes no NUL.
    Query(max_length=200, pattern=r"^[^\x00]*$", description="The reporting cycle, as the form names it."),
]


def questionnaire_filter(
    state: StateCode = None,
    region: Region = None,
    instrument: Annotated[
        Instrument | None, Query(description="One that the questionnaire is about.")
    ] = None,
    cycle: Cycle = None,
    language: Annotated[
        Language | Literal["none"] | None,
        Query(description="As declared by the sender; `none` for those that declare none."),
    ] = None,
    replaced: Annotated[
        bool, Query(description="Those that another replaced, instead of those that count.")
    ] = False,
) -> QuestionnaireFilter:
    """Read the filters on questionnaires."""
    if state is not None:
        get_state(state)
    if region is not None and region not in REGIONAL_GROUPS and region not in M49_REGIONS:
        raise InputError("region", f"is none of {', '.join(REGIONAL_GROUPS)}, nor an M49 region")
    return QuestionnaireFilter(state, region, instrument, cycle, language, replaced)


QuestionnaireFilterDep = Annotated[QuestionnaireFilter, Depends(questionnaire_filter)]


def answer_filter(
    questionnaires: QuestionnaireFilterDep,
    words: Annotated[
        str | None,
        Query(
            max_length=200, description="Words that the text must hold; the beginning of a word is enough."
        ),
    ] = None,
    tag: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Code of a type, sub-type or instrument: reviewed or, before that, suggested.",
        ),
    ] = None,
    stance: Annotated[Stance | None, Query(description="Of that tag; without one, of the answer.")] = None,
    named: Annotated[
        str | None, Query(pattern="^[A-Z]{3}$", description="Code of a State that the text names.")
    ] = None,
    reviewed: Annotated[bool | None, Query(description="Only those that are done, or that are not.")] = None,
    questionnaire: Annotated[
        Id | None, Query(description="The id of one questionnaire; no other filter on these is then asked.")
    ] = None,
) -> AnswerFilter:
    """Read the filters on answers."""
    if tag is not None:
        load_taxonomy().get(tag)
    if named is not None:
        get_state(named)
    return AnswerFilter(
        questionnaires,
        questionnaire_id=int(questionnaire) if questionnaire else None,
        words=words,
        tag=tag,
        stance=stance,
        named=named,
        reviewed=reviewed,
    )


AnswerFilterDep = Annotated[AnswerFilter, Depends(answer_filter)]
