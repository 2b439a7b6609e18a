"""Loads questionnaires from files into the database."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InputError, NeedtagError
from service.intake import read_questionnaires
from service.store.database import Database
from service.store.questionnaires import receive


@dataclass(frozen=True, slots=True)
class Line:
    """What was done with a questionnaire, or what could not be."""

    text: str
    is_error: bool = False


def import_paths(database: Database, paths: Iterable[Path], columns: Mapping[str, str]) -> Iterator[Line]:
    """Store the questionnaires of files, each by itself; gives a line for each and for each error."""
    for path in paths:
        for found in read_questionnaires(path, columns=columns):
            if isinstance(found, InputError):
                yield Line(f"needtag: {found}", is_error=True)
                continue
            try:
                with database.writing() as session:
                    stored = receive(session, found, "command line")
            except NeedtagError as error:
                yield Line(f"needtag: {path}, {error}", is_error=True)
            else:
                yield Line(f"{path}: questionnaire {stored.id}, {len(found.answers)} answers")
