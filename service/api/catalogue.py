"""/v1/taxonomy and /v1/states: the codes that the API speaks in."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from nlp.answers import LANGUAGES
from nlp.states import M49_REGIONS, REGIONAL_GROUPS, all_states
from nlp.taxonomy import load_taxonomy
from service.api.dependencies import Follower, KeyedRoute
from service.api.problems import responses
from service.taxonomy_formats import document

router = APIRouter(route_class=KeyedRoute, prefix="/v1", tags=["catalogue"])

Texts = dict[str, str]


class EntryShown(BaseModel):
    """A type, a sub-type or an instrument; its texts by language, `not` being what it is easily taken for.

    One that is retired says since which version, and which code to use instead, if any.
    """

    code: str
    kind: Literal["type", "subtype", "instrument"]
    parent: str | None
    instrument: str | None
    label: Texts
    short: Texts
    definition: Texts
    nots: Texts = Field(alias="not")
    retired_since: str | None
    use_instead: str | None


class TaxonomyShown(BaseModel):
    """Every code that can be put on an answer."""

    version: str
    types: list[EntryShown]
    subtypes: list[EntryShown]
    instruments: list[EntryShown]
    retired: list[EntryShown]


class RespondentShown(BaseModel):
    """A State, its names by language, and the regions that it lies in."""

    code: str
    names: Texts
    group: str
    region: str
    sub_region: str


class StatesShown(BaseModel):
    """All States, and the names of the regions that filters take: UN regional groups and M49 regions."""

    items: list[RespondentShown]
    groups: dict[str, Texts]
    regions: dict[str, Texts]


@router.get("/taxonomy", responses=responses(401, 403, 422, 503))
def show_taxonomy(actor: Follower) -> TaxonomyShown:  # noqa: ARG001 - asked for the right alone
    """Show the types, sub-types and instruments with labels and definitions."""
    return TaxonomyShown.model_validate(document(load_taxonomy()))


@router.get("/states", responses=responses(401, 403, 422, 503))
def show_states(actor: Follower) -> StatesShown:  # noqa: ARG001 - asked for the right alone
    """Show the States with their codes, names and regions."""
    items = [
        RespondentShown(
            code=state.code,
            names={language: state.name(language) for language in LANGUAGES},
            group=state.group,
            region=state.region,
            sub_region=state.sub_region,
        )
        for state in all_states()
    ]
    groups, regions = (
        {code: {str(language): name for language, name in names.items()} for code, names in each.items()}
        for each in (REGIONAL_GROUPS, M49_REGIONS)
    )
    return StatesShown(items=items, groups=groups, regions=regions)
