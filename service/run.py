"""A tagging run: files in, records out, in order, resumable."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

from nlp.answers import Answer, Language
from nlp.errors import InputError
from nlp.tagging import BATCH, Tagger
from service.intake import FIELDS, read_answers
from service.records import Record, error_record, read_lines, to_line, writer_for

Item = Answer | InputError


def parse_columns(options: Iterable[str]) -> dict[str, str]:
    """Read "FIELD=NAME" as the name of the column that holds a field.

    Raises:
        InputError: an option is not of that form, or names no field.
    """
    columns = {}
    for option in options:
        field, _, name = option.partition("=")
        if field not in FIELDS or not name:
            raise InputError(f"--column {option}", f"write FIELD=NAME; the fields are {', '.join(FIELDS)}")
        columns[field] = name
    return columns


def read_files(
    paths: Iterable[Path], *, columns: Mapping[str, str], language: str | None = None
) -> Iterator[Item]:
    """Read the answers of files, one after the other; a bad file or row gives its error and the rest goes on.

    Args:
        paths: the files.
        columns: the column that holds a field, where the file's own names are not recognised.
        language: of answers that state none.
    """
    for path in paths:
        for item in read_answers(path, columns=columns):
            if isinstance(item, Answer) and item.language is None and language is not None:
                yield replace(item, language=language)
            else:
                yield item


def tag_items(items: Iterable[Item], tagger: Tagger, lang: Language) -> Iterator[Record]:
    """Tag what was read; the record of an error stands in its place."""
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        tagged = tagger.tag_all(item for item in batch if isinstance(item, Answer))
        for item in batch:
            yield error_record(item) if isinstance(item, InputError) else next(tagged).to_json(lang)


def write_records(
    items: Iterable[Item], tagger: Tagger, output: Path, *, lang: Language, resume: bool
) -> Iterator[Record]:
    """Tag items into a file, which appears when all is done; gives every record as it goes.

    Args:
        items: what was read.
        tagger: what tags it.
        output: the file; its ending says the format.
        lang: of labels and names of States.
        resume: whether to go on where an earlier run of the same command was cut.

    Raises:
        InputError: the output's format is unknown, or an earlier run was cut and either is not to be resumed
            or was not the same.
    """
    write_output = writer_for(output)
    if not output.parent.is_dir():
        raise InputError(str(output.parent), "is no folder; make it first or write elsewhere")
    part = output.with_name(output.name + ".part")
    if part.exists() and not resume:
        raise InputError(str(part), "is left from a run that was cut; add --resume to go on, or remove it")
    remaining = iter(items)
    if part.exists():
        _drop_torn_line(part)
        yield from _replay(part, remaining, tagger)
    with part.open("a", encoding="utf-8") as file:
        for record in tag_items(remaining, tagger, lang):
            file.write(to_line(record))
            yield record
    finished = output.with_name(output.name + ".new")
    write_output(part, finished, lang)
    finished.replace(output)
    part.unlink(missing_ok=True)


def _drop_torn_line(part: Path) -> None:
    """Cut off what follows the last line feed: a line that was being written when the run was cut."""
    with part.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        while size:
            start = max(0, size - 65_536)
            file.seek(start)
            end = file.read(size - start).rfind(b"\n")
            if end >= 0:
                size = start + end + 1
                break
            size = start
        file.truncate(size)


def _replay(part: Path, items: Iterator[Item], tagger: Tagger) -> Iterator[Record]:
    """Give the records of the earlier run, each checked against the item that it was made from."""
    for number, record in enumerate(read_lines(part), 1):
        item = next(items, None)
        same = record.get("model", asdict(tagger.model.id)) == asdict(tagger.model.id)
        if isinstance(item, Answer):
            same = same and (record["id"], record.get("text")) == (item.id, item.text)
        else:
            same = same and item is not None and record == error_record(item)
        if not same:
            problem = "is from another input or model; remove it and start again"
            raise InputError(f"{part}, line {number}", problem)
        yield record
