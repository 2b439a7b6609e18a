"""The commands that keep a running needtag safe: backup, restore, doctor."""

from pathlib import Path
from typing import Annotated

import typer

from service.exit_codes import BAD_INPUT
from service.serving_cli import HomeOption


def backup(
    output: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, such as needtag.zip.")],
    home: HomeOption = None,
) -> None:
    """Write everything, database and models, to one file; also while needtag serves."""
    from service.backup import back_up
    from service.settings import read_settings
    from service.store.homes import left_behind

    settings = read_settings(home=home)
    rows = back_up(settings, output)
    typer.echo(f"{output}: {_told(rows)}")
    if not rows["questionnaires"] and (warning := left_behind(settings)):
        typer.echo(f"needtag: {warning}", err=True)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="File that `needtag backup` wrote.")],
    home: HomeOption = None,
) -> None:
    """Lay a backup into an empty home and an empty database, and hold what is there then against it."""
    from service.backup import restore as lay_back
    from service.settings import read_settings

    rows = lay_back(read_settings(home=home), source)
    typer.echo(f"Restored and compared: {_told(rows)}")


def _told(rows: dict[str, int]) -> str:
    shown = ("questionnaires", "answers", "suggestions", "decisions", "users")
    return ", ".join(f"{rows[name]} {name}" for name in shown)


def doctor(home: HomeOption = None) -> None:
    """Look whether all is well, and say what to do where it is not; then the exit code is 2."""
    from rich.console import Console

    from service.doctor import examine
    from service.settings import read_settings

    console = Console(highlight=False, soft_wrap=True)
    ill = False
    for finding in examine(read_settings(home=home)):
        ill |= not finding.well
        console.print("[green]ok  [/]" if finding.well else "[red]ill [/]", end=" ")
        console.print(f"{finding.subject}: {finding.said}", markup=False)
    if ill:
        raise typer.Exit(BAD_INPUT)
