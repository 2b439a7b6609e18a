"""The commands of a running needtag: serve, worker, import, settings, db, key."""

import datetime as dt
import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from service.exit_codes import BAD_INPUT

db = typer.Typer(no_args_is_help=True, help="The database.")
key = typer.Typer(no_args_is_help=True, help="Keys of the API.")

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of database, models and files (NEEDTAG_HOME).")
]
NameOption = Annotated[str, typer.Option("--name", help="Who is to have the key, as the audit shows it.")]


def serve(
    home: HomeOption = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes that tag in the background.")
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Print a link to sign in with once, to try it on this machine.")
    ] = False,
) -> None:
    """Serve the API and the reviewers' pages, and tag what comes in; see also `needtag settings`."""
    from service.api.logs import configure_logging
    from service.serve import serve as run
    from service.settings import read_settings

    settings = read_settings(home=home, port=port, host=host, workers=workers)
    configure_logging(settings.log_level)
    run(settings, demo=demo)


def worker(
    home: HomeOption = None,
    until_closed: Annotated[
        bool, typer.Option("--until-closed", hidden=True, help="End when standard input closes.")
    ] = False,
) -> None:
    """Tag what waits in the database, beside the workers of `needtag serve`, until stopped."""
    import signal

    from service.api.logs import configure_logging
    from service.modelling import adopt_default
    from service.settings import read_settings
    from service.store.opening import open_database
    from service.worker import Worker

    settings = read_settings(home=home)
    configure_logging(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if until_closed:
        _stand_back()
        threading.Thread(target=_stop_at_end, args=(stop,), daemon=True).start()
    database = open_database(settings)
    adopt_default(database)
    Worker(database, settings).run(stop)
    database.dispose()


def _stand_back() -> None:
    """Let whoever waits for an answer go before what nobody waits for, and leave the web server a core."""
    os.nice(NICENESS)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)


def _stop_at_end(stop: threading.Event) -> None:
    """Wait for the end of standard input, which comes when the parent ends, in whatever way."""
    sys.stdin.read()
    stop.set()


def import_files(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files of questionnaires.")],
    home: HomeOption = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="FIELD=NAME", help="The column that holds a field. Repeatable."),
    ] = None,
) -> None:
    """Load questionnaires from files into the database; one that is there already stays as it is.

    What cannot be read is named, the rest is loaded, and the exit code is 2.
    """
    from service.importing import import_paths
    from service.run import parse_columns
    from service.settings import read_settings
    from service.store.opening import open_database
    from service.terminal import printable

    database = open_database(read_settings(home=home))
    errors = 0
    for line in import_paths(database, paths, parse_columns(columns or [])):
        errors += line.is_error
        typer.echo(printable(line.text), err=line.is_error)
    database.analyse()
    database.dispose()
    if errors:
        raise typer.Exit(BAD_INPUT)


def settings(home: HomeOption = None) -> None:
    """Print every setting with its value, its variable and what it is for; secrets stay hidden."""
    from rich.console import Console
    from rich.table import Table

    from service.settings import Settings, read_settings, variable_of

    found = read_settings(home=home)
    table = Table(box=None, pad_edge=False)
    for column in ("Variable", "Value", "What it is for"):
        table.add_column(column, overflow="fold")
    for name, about in Settings.model_fields.items():
        value = getattr(found, name)
        table.add_row(variable_of(name), "not set" if value is None else str(value), about.description)
    Console().print(table, markup=False)


@db.command()
def upgrade(home: HomeOption = None) -> None:
    """Bring the tables of the database to those of this needtag; make a backup first."""
    from service.settings import read_settings
    from service.store.homes import check_home
    from service.store.opening import upgrade_database

    settings = read_settings(home=home)
    check_home(settings)
    changed = upgrade_database(settings)
    typer.echo("The tables were upgraded." if changed else "The tables are up to date.")


@key.command("add")
def add_key(
    name: NameOption,
    scopes: Annotated[
        str, typer.Option("--scope", help="What it may do, with commas between: intake, read, review, admin.")
    ],
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="Days for which it is valid; else for ever.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Make a key; it is printed once, alone on the last line."""
    from service.settings import read_settings
    from service.store import keys
    from service.store.opening import open_database

    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=days) if days else None
    with open_database(read_settings(home=home)).writing() as session:
        wanted = [each.strip() for each in scopes.split(",") if each.strip()]
        secret = keys.add_key(session, name, wanted, expires_at=ends, actor=COMMAND)
    typer.echo("This key cannot be shown again. Send it as Authorization: Bearer KEY.")
    typer.echo(secret)


@key.command("rotate")
def rotate_key(
    name: NameOption,
    hours: Annotated[
        float, typer.Option("--hours", min=0, max=720, help="Hours for which the old key stays valid.")
    ] = 24,
    home: HomeOption = None,
) -> None:
    """Make a new key in place of an old one; it is printed once, alone on the last line."""
    from service.settings import read_settings
    from service.store import keys
    from service.store.homes import open_existing

    with open_existing(read_settings(home=home)).writing() as session:
        secret = keys.rotate_key(session, name, hours=hours, actor=COMMAND)
    typer.echo(f"The old key stays valid for {hours:g} hours; the new one cannot be shown again.")
    typer.echo(secret)


@key.command("revoke")
def revoke_key(name: NameOption, home: HomeOption = None) -> None:
    """End every key of this name at once."""
    from service.settings import read_settings
    from service.store import keys
    from service.store.homes import open_existing

    with open_existing(read_settings(home=home)).writing() as session:
        keys.revoke_key(session, name, actor=COMMAND)


@key.command("list")
def list_keys(home: HomeOption = None) -> None:
    """List the keys: names, scopes and dates, never the keys themselves."""
    from rich.console import Console
    from rich.table import Table

    from service.settings import read_settings
    from service.store import keys
    from service.store.homes import open_existing

    table = Table(box=None, pad_edge=False)
    for column in ("Name", "Scopes", "Made", "Ends"):
        table.add_column(column, overflow="fold")
    with open_existing(read_settings(home=home)).reading() as session:
        for each in keys.list_keys(session):
            ends = f"{each.expires_at:%Y-%m-%d %H:%M}" if each.expires_at else "never"
            table.add_row(each.name, " ".join(each.scopes), f"{each.created_at:%Y-%m-%d %H:%M}", ends)
    Console().print(table, markup=False)


NICENESS = 15
"""How far the workers of `needtag serve` stand back."""

COMMAND = "command line"
"""Who did it, in the audit, where it was done by a command."""
