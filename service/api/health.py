"""/healthz, /readyz and /metrics: for what watches over the service."""

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.api.dependencies import DatabaseDep, KeyedRoute, MetricsDep, Reader
from service.api.metrics import MEDIA_TYPE
from service.api.problems import responses
from service.errors import UnavailableError
from service.store.database import Database
from service.store.deliveries import count_undelivered
from service.store.models import active_model
from service.store.progress import count_answers
from service.store.work import count_leases

router = APIRouter(route_class=KeyedRoute, tags=["health"])
# For whoever looks whether the service is well, without a key.
public = APIRouter(tags=["health"])


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """The service can work: the database answers, and a model is active."""

    status: Literal["ready"] = "ready"
    model: str
    version: str


@public.get("/healthz")
async def check_health() -> Health:
    """Tell that the process answers, also where all threads wait."""
    return Health()


@public.get("/readyz", responses=responses(503))
def check_readiness(database: DatabaseDep) -> Readiness:
    """Tell whether questionnaires can be taken in and tagged."""
    with database.reading() as session:
        model = active_model(session)
    if model is None:
        raise UnavailableError("model", "none is active; POST /v1/models/ID/activate makes one so")
    return Readiness(model=model.name, version=model.version)


@router.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {}}}, **responses(401, 403, 422, 503)},
    response_class=Response,
)
def scrape_metrics(metrics: MetricsDep, actor: Reader) -> Response:  # noqa: ARG001 - asked for the right alone
    """Give the figures for Prometheus."""
    return Response(metrics.render(), media_type=MEDIA_TYPE)


def gauges(database: Database) -> Mapping[str, float]:
    """The figures that are read off the database at each scrape."""
    with database.reading() as session:
        counts = count_answers(session)
        found = {f"answers_{name}": float(count) for name, count in counts.items() if name != "answers"}
        return found | {
            "answers": counts["answers"],
            "answers_in_hand": count_leases(session),
            "deliveries_waiting": count_undelivered(session),
        }
