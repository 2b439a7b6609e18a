"""What is posted as a questionnaire: JSON, or a file of any kind that the readers know."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from nlp.answers import Answer
from nlp.errors import InputError
from service.api.given import QuestionnaireGiven
from service.intake import SUFFIXES, Questionnaire, read_questionnaires
from service.intake.answers import meaning
from service.run import parse_columns

_FORM = ("external_id", "replaces", "state", "instrument", "cycle", "language")


# Apart from the threads that all else is served by: a file may take a minute.
_READERS = CapacityLimiter(4)


@dataclass(frozen=True, slots=True)
class Submission:
    """What was posted, understood: questionnaires and what could not be read; `is_file` if not JSON."""

    questionnaires: list[Questionnaire]
    errors: list[InputError]
    is_file: bool


async def _submission(request: Request) -> Submission:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _of_json(await request.body())
    if kind != "multipart/form-data":
        raise HTTPException(415, "send application/json, or a file as multipart/form-data")
    async with request.form(max_files=1, max_fields=100) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InputError("file", f"must be there: a file that ends in {', '.join(SUFFIXES)}")
        return await to_thread.run_sync(read_file, file, form, limiter=_READERS)


SubmissionDep = Annotated[Submission, Depends(_submission)]


def _of_json(body: bytes) -> Submission:
    try:
        given = QuestionnaireGiven.model_validate_json(body)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors) from error
    return Submission([given.questionnaire()], [], is_file=False)


def read_file(file: UploadFile, form: FormData) -> Submission:
    """Read a file as the command line does, in the child process that the readers have for it.

    Raises:
        InputError: nothing of it can be read, or a field of the form is wrong.
    """
    # A sender's name may hold a path of any system.
    name = PurePosixPath((file.filename or "").replace("\\", "/")).name.replace("\0", "")
    if name in {"", ".."} or len(name.encode()) > 200:
        raise InputError("file", "must have a name of at most 200 bytes")
    columns = parse_columns(str(each) for each in form.getlist("column"))
    stated = _stated(form)
    with tempfile.TemporaryDirectory(prefix="needtag-") as folder:
        path = Path(folder) / name
        with path.open("wb") as copy:
            while chunk := file.file.read(1 << 20):
                copy.write(chunk)
        found = list(read_questionnaires(path, columns=columns))
    errors = [_without(folder, each) for each in found if isinstance(each, InputError)]
    questionnaires = [_with(stated, each) for each in found if isinstance(each, Questionnaire)]
    if not questionnaires:
        raise errors[0] if errors else InputError(name, "holds no answers")
    if len(questionnaires) > 1 and ("external_id" in stated or "replaces" in stated):
        problem = f"cannot be said of a file that holds {len(questionnaires)} questionnaires; send them apart"
        raise InputError("external_id, replaces", problem)
    return Submission(questionnaires, errors, is_file=True)


def _stated(form: FormData) -> dict[str, Any]:
    """What the form's other fields say of the questionnaire, understood as a cover is."""
    stated: dict[str, Any] = {}
    for name in _FORM:
        given = [str(each) for each in form.getlist(name) if str(each).strip()]
        if given:
            stated |= meaning(name, given if name == "instrument" else given[0], "")
    return stated


def _with(stated: Mapping[str, Any], found: Questionnaire) -> Questionnaire:
    """Add what the form says where the file does not; its external_id and `replaces` go before the file's."""
    own = {name: stated[name] for name in ("external_id", "replaces") if name in stated}
    language = found.language or stated.get("language")
    return replace(
        found,
        state=found.state or stated.get("state"),
        instrument=found.instrument or stated.get("instruments", ()),
        cycle=found.cycle or stated.get("cycle"),
        language=language,
        answers=tuple(_declared(each, language) for each in found.answers),
        **own,
    )


def _declared(answer: Answer, language: str | None) -> Answer:
    return answer if answer.language else replace(answer, language=language)


def _without(folder: str, error: InputError) -> InputError:
    """Name the file as its sender does."""
    return InputError(error.concerns.replace(f"{folder}/", ""), error.problem, id=error.id)
