"""The filters of the pages, as their forms send them: those of the API, and what there is to choose from."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from pydantic import ValidationError, validate_call
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.answers import Language
from nlp.errors import NeedtagError
from nlp.states import M49_REGIONS, REGIONAL_GROUPS, get_state
from nlp.taxonomy import load_taxonomy
from service.api.filters import answer_filter, questionnaire_filter
from service.intake.fields import plain
from service.store.answers import AnswerFilter, QuestionnaireFilter
from service.store.tables import Questionnaire

OF_QUESTIONNAIRES = ("state", "region", "instrument", "cycle", "language", "replaced")
OF_ANSWERS = ("words", "tag", "stance", "named", "reviewed", "questionnaire")

_questionnaires = validate_call(questionnaire_filter)
_answers = validate_call(answer_filter)


def given(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    """What an address says of some filters; a field that a form sends empty is not asked."""
    values = {name: request.query_params.get(name, "").strip() for name in names}
    return {name: value for name, value in values.items() if value}


def read_questionnaire_filter(asked: Mapping[str, str]) -> tuple[QuestionnaireFilter, list[str]]:
    """Read the filters on questionnaires; those with a value that they cannot have are left out and named."""
    return _read(_questionnaires, {name: asked[name] for name in OF_QUESTIONNAIRES if name in asked})


def read_answer_filter(asked: Mapping[str, str]) -> tuple[AnswerFilter, list[str]]:
    """Read the filters on answers, and on the questionnaires that these belong to, in the same way."""
    questionnaires, wrong = read_questionnaire_filter(asked)

    def read(**values: str) -> AnswerFilter:
        return _answers(questionnaires, **values)  # type: ignore[arg-type]  # it is there to turn text into them

    found, more = _read(read, {name: asked[name] for name in OF_ANSWERS if name in asked})
    return found, wrong + more


def _read(read: Callable[..., Any], asked: Mapping[str, str]) -> tuple[Any, list[str]]:
    wrong = [name for name, value in asked.items() if not _can_be(read, name, value)]
    return read(**{name: value for name, value in asked.items() if name not in wrong}), wrong


def _can_be(read: Callable[..., Any], name: str, value: str) -> bool:
    try:
        read(**{name: value})
    except (ValidationError, NeedtagError):
        return False
    return True


def choices(session: Session, language: Language) -> dict[str, Any]:
    """What questionnaires can be filtered by: the States and cycles that there are, and all regions."""
    states = session.scalars(select(Questionnaire.state).where(Questionnaire.state.is_not(None)).distinct())
    cycles = session.scalars(select(Questionnaire.cycle).where(Questionnaire.cycle.is_not(None)).distinct())
    return {
        "states": in_order([code for code in states if code], language),
        "cycles": sorted(cycle for cycle in cycles if cycle),
        "groups": [(code, names[language]) for code, names in REGIONAL_GROUPS.items()],
        "regions": sorted(((code, names[language]) for code, names in M49_REGIONS.items()), key=_by_name),
        "instruments": [each.code for each in load_taxonomy().instruments],
    }


def in_order(codes: list[str], language: Language) -> list[str]:
    """Put States in the order of their names in a language."""
    return sorted(codes, key=lambda code: plain(get_state(code).name(language)))


def _by_name(choice: tuple[str, str]) -> str:
    return plain(choice[1])
