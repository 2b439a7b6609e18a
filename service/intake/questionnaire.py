"""The questionnaire: one State's submission, grouped from the answers of a file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nlp.answers import Answer
from nlp.errors import InputError
from service.intake.answers import Heading
from service.intake.kinds import shown
from service.intake.reading import read_entries


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One State's submission in one reporting cycle.

    Attributes:
        external_id: the sender's own id; made of the file's name and the fields below where there is none.
        replaces: external_id of the submission that this one replaces.
        state: ISO 3166-1 alpha-3 code of the respondent.
        instrument: codes of the instruments that it is about.
        cycle: the reporting cycle, as the form names it.
        language: "en", "fr" or "es" as declared.
        answers: in the file's order, their ids unique within the questionnaire.
        columns: (name, field) pairs of the table that held them; the field is None where no answer has it.
    """

    external_id: str
    replaces: str | None
    state: str | None
    instrument: tuple[str, ...]
    cycle: str | None
    language: str | None
    answers: tuple[Answer, ...]
    columns: tuple[tuple[str, str | None], ...] = ()


def read_questionnaires(
    path: Path, *, columns: Mapping[str, str] | None = None
) -> Iterator[Questionnaire | InputError]:
    """Yield the errors of a file as they are met, then its questionnaires.

    Answers belong to one questionnaire if they have the same heading, State, instruments and cycle.
    """
    groups: dict[tuple[object, ...], tuple[Heading, list[Answer]]] = {}
    for entry in read_entries(path, columns or {}):
        if isinstance(entry, InputError):
            yield entry
            continue
        heading, answer = entry
        key = (heading.external_id, answer.state, answer.instruments, answer.cycle)
        groups.setdefault(key, (heading, []))[1].append(answer)
    for heading, answers in groups.values():
        yield _questionnaire(shown(path.name), heading, answers)


def _questionnaire(name: str, heading: Heading, answers: list[Answer]) -> Questionnaire:
    first = answers[0]
    parts = filter(None, (first.state, *first.instruments, first.cycle))
    external_id = heading.external_id or "#".join(filter(None, (name, "-".join(parts))))
    languages = {answer.language for answer in answers}
    return Questionnaire(
        external_id=external_id,
        replaces=heading.replaces,
        state=first.state,
        instrument=first.instruments,
        cycle=first.cycle,
        language=languages.pop() if len(languages) == 1 else None,
        answers=tuple(
            replace(answer, id=answer.id.removeprefix(f"{heading.external_id}/")) for answer in answers
        ),
        columns=heading.columns,
    )
