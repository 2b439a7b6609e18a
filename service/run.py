"""A tagging run: files in, records out, in order, resumable."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import count, islice
from pathlib import Path

from nlp.answers import Answer, Language
from nlp.errors import InputError
from nlp.states import get_state
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

    An answer whose id an earlier file had already gets its file's name before it, "b.csv/q1".

    Args:
        paths: the files.
        columns: the column that holds a field, where the file's own names are not recognised.
        language: of answers that state none.
    """
    earlier: set[str] = set()
    for path in paths:
        here: set[str] = set()
        for item in read_answers(path, columns=columns):
            if not isinstance(item, Answer):
                yield item
                continue
            here.add(item.id)
            name = f"{path.name}/{item.id}" if item.id in earlier else item.id
            yield replace(item, id=name, language=item.language or language)
        earlier |= here


def tag_items(items: Iterable[Item], tagger: Tagger, lang: Language) -> Iterator[Record]:
    """Tag what was read; the record of an error stands in its place."""
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        tagged = tagger.tag_all(item for item in batch if isinstance(item, Answer))
        for item in batch:
            yield error_record(item) if isinstance(item, InputError) else next(tagged).to_json(lang)


def check_output(output: Path, inputs: Iterable[Path]) -> None:
    """Refuse an output that cannot be written, before any work is done.

    Raises:
        InputError: its format is unknown, its folder is not there, or it is a folder or one of the inputs.
    """
    writer_for(output)
    check_target(output, inputs)


def check_target(output: Path, inputs: Iterable[Path]) -> None:
    """Refuse a file that cannot be written, whatever its format.

    Raises:
        InputError: its folder is not there, or it is a folder or one of the inputs.
    """
    if not output.parent.is_dir():
        raise InputError(str(output.parent), "is no folder; make it first or write elsewhere")
    if output.is_dir():
        raise InputError(str(output), "is a folder; give the name of a file")
    for path in inputs:
        for written in (output, part_of(output)):
            if path.exists() and written.exists() and path.samefile(written):
                raise InputError(str(written), "is also an input, which would be lost; write elsewhere")


def write_text(output: Path, text: str) -> None:
    """Write a text to a file, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    part = part_of(output)
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(str(output), f"cannot be written: {error.strerror}") from error


def part_of(output: Path) -> Path:
    """The file that holds a run's records until the output can be written whole."""
    return output.with_name(output.name + ".part")


def write_records(
    items: Iterable[Item],
    tagger: Tagger,
    output: Path,
    *,
    lang: Language,
    resume: bool,
    tag_after: Callable[[int], Iterator[Record]] | None = None,
) -> Iterator[Record]:
    """Tag items into a file, which appears when all is done; gives every record as it goes.

    Args:
        items: what was read.
        tagger: what tags it.
        output: the file, as check_output passed it; its ending says the format.
        lang: of labels and names of States.
        resume: whether to go on where an earlier run of the same command was cut.
        tag_after: gives the records of all but so many first items, where others than this process tag.

    Raises:
        InputError: the output cannot be written, or an earlier run was cut and either is not to be resumed or
            was not the same.
    """
    part = part_of(output)
    if part.exists() and not resume:
        raise InputError(str(part), "is left from a run that was cut; add --resume to go on, or remove it")
    remaining = iter(items)
    done = 0
    try:
        if part.exists():
            _drop_torn_line(part)
            for record in _replay(part, remaining, tagger, lang):
                done += 1
                yield record
        with part.open("a", encoding="utf-8", errors="backslashreplace") as file:
            for record in tag_after(done) if tag_after else tag_items(remaining, tagger, lang):
                file.write(to_line(record))
                yield record
        # A name of its own: whatever else stands beside the output is left alone.
        handle, finished = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}-")
        os.close(handle)
        writer_for(output)(read_lines(part), Path(finished), lang)
        Path(finished).chmod(part.stat().st_mode)
        Path(finished).replace(output)
        part.unlink()
    except OSError as error:
        problem = f"cannot be written ({error.strerror}); what was done so far is in {part}"
        raise InputError(str(output), problem) from error


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


def _replay(part: Path, items: Iterator[Item], tagger: Tagger, lang: Language) -> Iterator[Record]:
    """Give the records of the earlier run, each checked against the item that it was made from."""
    records = read_lines(part)
    for number in count(1):
        try:
            record = next(records)
            same = _made_from(record, next(items, None), tagger, lang)
        except StopIteration:
            return
        except (ValueError, KeyError, TypeError, AttributeError):
            same = False
        if not same:
            problem = (
                "is from another input, model or language, differs in --evidence, or is damaged; "
                "remove it and start again"
            )
            raise InputError(f"{part}, line {number}", problem)
        yield record


def _made_from(record: Record, item: Item | None, tagger: Tagger, lang: Language) -> bool:
    if not isinstance(item, Answer):
        return item is not None and record == error_record(item)
    if record["model"] != asdict(tagger.model.id):
        return False
    if any(state["name"] != get_state(state["code"]).name(lang) for state in record["states"]):
        return False
    if any(("evidence" in tag) != tagger.evidence for tag in record["tags"]):
        return False
    return (record["id"], record["text"], record["question"]) == (item.id, item.text, item.question)
