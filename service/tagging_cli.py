"""The command tag: its options."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from nlp.answers import Language
from nlp.errors import InputError
from service.exit_codes import BAD_INPUT

LangOption = Annotated[Language, typer.Option("--lang", help="Language of labels and of States' names.")]
ModelOption = Annotated[
    str, typer.Option("--model", help="'default', 'dummy' (finds no tags), or the folder of a trained model.")
]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Load a model from outside the package. Only if you know who made it.")
]


def tag(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help="Files of answers: .jsonl, .json, .csv, .xlsx, .docx, .pdf, .txt."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write .jsonl, .csv or .xlsx; without it, print a table."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=NAME",
            help="The column that holds a field, if its header is not recognised (text=Remarks). Repeatable.",
        ),
    ] = None,
    model: ModelOption = "default",
    trust: TrustOption = False,
    language: Annotated[
        Language | None,
        typer.Option("--language", help="Language of answers that state none: a hint for short ones."),
    ] = None,
    lang: LangOption = "en",
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="Give the words that each tag rests on; takes many times as long."),
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an earlier run with the same --output was cut.")
    ] = False,
    engine: Annotated[
        Literal["here", "ray"],
        typer.Option("--engine", help="Tag in this process, or by Ray in many (the extra 'ray')."),
    ] = "here",
    address: Annotated[
        str | None,
        typer.Option(
            "--address",
            metavar="HOST:PORT",
            help="Of Ray's cluster that this machine is part of; without it, Ray uses this machine alone.",
        ),
    ] = None,
) -> None:
    """Tag the answers in files with types, sub-types, instruments, stances and States.

    A file or row that cannot be read is named, the rest is tagged, and the exit code is 2.
    """
    from functools import partial

    from rich.console import Console

    from nlp.models import load_model
    from nlp.tagging import Tagger
    from service.run import check_output, parse_columns, read_files, tag_items, write_records
    from service.terminal import count_records, print_records

    if resume and output is None:
        raise InputError("--resume", "a table on the terminal cannot be resumed; give --output")
    if engine == "ray" and output is None:
        raise InputError("--engine ray", "writes no table to the terminal; give --output")
    if address and engine != "ray":
        raise InputError("--address", "is that of a cluster of Ray; add --engine ray")
    if output is not None:
        check_output(output, paths)
    names = parse_columns(columns or [])
    read = partial(read_files, paths, columns=names, language=language)
    tagger = Tagger(load_model(model, trust=trust), evidence=evidence)
    if output is None:
        errors = print_records(tag_items(read(), tagger, lang), Console(), lang)
    else:
        tag_after = None
        if engine == "ray":
            from service.ray_engine import RayEngine

            ray = RayEngine(model, trust=trust, tagger=tagger, lang=lang, address=address)
            tag_after = partial(ray.tag_after, read=read)
        records = write_records(read(), tagger, output, lang=lang, resume=resume, tag_after=tag_after)
        console = Console(stderr=True)
        # Counting reads every file once more, far faster than tagging does: only for somebody who looks.
        total = sum(1 for _ in read_files(paths, columns=names)) if console.is_terminal else None
        errors = count_records(records, console, output, total)
    if errors:
        raise typer.Exit(BAD_INPUT)
