"""The taggers of a process that serves: loaded when first asked for, one for all threads."""

import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread

from nlp.answers import Answer, Language
from nlp.models import Model
from nlp.tagging import Tagger
from service.errors import UnavailableError
from service.modelling import load_known
from service.settings import Settings
from service.store.tables import ModelVersion

Given = TypeVarTuple("Given")
Found = TypeVar("Found")

# Apart from the threads that all else is served by: a long text may take minutes.
_TURNS = CapacityLimiter(2)


async def in_turn(work: Callable[[*Given], Found], *given: *Given) -> Found:
    """Do what takes a model, when it is its turn; who only reads does not wait for it."""
    return await to_thread.run_sync(work, *given, limiter=_TURNS)


class Taggers:
    """Gives the tagger of the active model.

    Args:
        settings: of this needtag.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._loading = threading.Lock()
        self._model: Model | None = None

    def of(self, active: ModelVersion | None) -> Tagger:
        """The tagger of a model version.

        Raises:
            UnavailableError: no model is active.
            ModelError: the model is not on this machine.
        """
        return Tagger(self._loaded(active))

    def explaining(self, active: ModelVersion | None) -> Tagger:
        """Likewise; it finds the evidence of each tag as well."""
        return Tagger(self._loaded(active), evidence=True)

    def _loaded(self, active: ModelVersion | None) -> Model:
        if active is None:
            raise UnavailableError("model", "none is active; POST /v1/models/ID/activate makes one so")
        with self._loading:
            known = self._model
            if known is None or (known.id.name, known.id.version) != (active.name, active.version):
                self._model = known = load_known(self.settings, active.name, active.version)
            return known


def tag_each(tagger: Tagger, answers: Sequence[Answer], lang: Language) -> list[dict[str, Any]]:
    """Tag answers, each with its own error where the model fails on it."""
    try:
        return [tagged.to_json(lang) for tagged in tagger.tag_all(answers)]
    except Exception:  # noqa: BLE001 - one answer may break a model in any way; the others go on
        return [_tag_alone(tagger, each, lang) for each in answers]


def _tag_alone(tagger: Tagger, answer: Answer, lang: Language) -> dict[str, Any]:
    try:
        return tagger.tag(answer).to_json(lang)
    except Exception as error:  # noqa: BLE001 - likewise; the message may hold the answer's text
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        detail = f"{answer.id}: the model failed on it ({type(error).__name__})"
        problem = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail}
        return {"id": answer.id, "error": problem}
