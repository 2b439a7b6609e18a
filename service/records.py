"""The lines of a tagging run: tagged answers and errors, as JSON Lines, CSV or XLSX.

A run writes JSON Lines to a file beside its output, `<output>.part`, and makes the output from that at the
end. So every format can be resumed, and the output is there whole or not at all.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp.answers import Language
from nlp.errors import InputError
from nlp.taxonomy import load_taxonomy
from service.spreadsheet import CSV_ENCODING, Row, csv_lines, write_xlsx

Record = dict[str, Any]

_ANSWER_COLUMNS = ("id", "language", "stances", "states", "unsure", "question", "text", "model")
_TAG_COLUMNS = ("kind", "code", "label", "stance", "confidence", "band", "passages", "evidence")
COLUMNS = (*_ANSWER_COLUMNS, *_TAG_COLUMNS, "error")
# Those of the question, the text and the label, by the order of COLUMNS.
WIDE_COLUMNS = "FGK"


def error_record(error: InputError) -> Record:
    """What stands in the place of an answer that could not be read."""
    return {"id": error.id, "error": {"title": "The answer could not be read", "detail": str(error)}}


def to_line(record: Record) -> str:
    """A record as one line of JSON; the same record gives the same line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def read_lines(path: Path) -> Iterator[Record]:
    """Read records back."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def writer_for(output: Path) -> Callable[[Iterable[Record], Path, Language], None]:
    """The function that writes records to an output, by the output's ending.

    Raises:
        InputError: the ending is none of those that needtag writes.
    """
    writers = {".jsonl": _write_jsonl, ".csv": _write_csv, ".xlsx": _write_xlsx}
    if output.suffix.lower() not in writers:
        raise InputError(str(output), f"cannot be written in this format; end it in {', '.join(writers)}")
    return writers[output.suffix.lower()]


def _write_jsonl(records: Iterable[Record], target: Path, _: Language) -> None:
    with target.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(map(to_line, records))


def _write_csv(records: Iterable[Record], target: Path, lang: Language) -> None:
    with target.open("w", encoding=CSV_ENCODING, errors="replace", newline="") as file:
        file.writelines(csv_lines(_table(records, lang)))


def _write_xlsx(records: Iterable[Record], target: Path, lang: Language) -> None:
    write_xlsx(_table(records, lang), target, title="tags", wide=WIDE_COLUMNS)


def _table(records: Iterable[Record], lang: Language) -> Iterator[Row]:
    """The header, then one row for each answer and tag; an answer without a tag has one row."""
    yield COLUMNS
    for record in records:
        yield from _rows(record, lang)


def _rows(record: Record, lang: Language) -> Iterator[Row]:
    if "error" in record:
        yield [record["id"] or "", *[""] * (len(COLUMNS) - 2), record["error"]["detail"]]
        return
    answer = [
        record["id"],
        record["language"] or "",
        " ".join(stance["code"] for stance in record["stances"]),
        " ".join(state["code"] for state in record["states"]),
        record["unsure"] or "",
        record["question"] or "",
        record["text"],
        f"{record['model']['name']} {record['model']['version']}",
    ]
    passages = [record["text"][each["start"] : each["end"]] for each in record["passages"]]
    for tag in record["tags"]:
        # A label of somebody's own says itself what it means.
        label = tag["code"] if tag["kind"] == "label" else load_taxonomy().get(tag["code"]).label(lang)
        carriers = "\n".join(passages[number] for number in tag["passages"])
        of_tag = [tag["kind"], tag["code"], label, tag["stance"] or "", tag["confidence"], tag["band"]]
        yield [*answer, *of_tag, carriers, "; ".join(evidence_words(record, tag)), ""]
    if not record["tags"]:
        yield [*answer, *[""] * (len(_TAG_COLUMNS) + 1)]


def evidence_words(record: Record, tag: Record) -> list[str]:
    """The words that a tag of a record rests on, the heaviest first; none where nobody asked for them."""
    words = [record["text"][word["start"] : word["end"]] for word in tag.get("evidence", [])]
    return [" ".join(each.split()) for each in words]
