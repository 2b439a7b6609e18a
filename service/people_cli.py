"""The commands for people who sign in: user add, list, disable, enable, link, password."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from nlp.errors import InputError
from service.serving_cli import COMMAND, HomeOption

user = typer.Typer(no_args_is_help=True, help="People who sign in.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As they sign in.")]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="Where people reach the service, for the link; else NEEDTAG_BASE_URL, or where it listens.",
    ),
]


@user.command("add")
def add_user(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and . _ @ -")],
    role: Annotated[str, typer.Option("--role", help="reader, reviewer, lead or admin.")],
    languages: Annotated[
        str, typer.Option("--languages", help="Languages that they review in, with commas between.")
    ],
    link: Annotated[
        bool,
        typer.Option("--link", help="Print a link to sign in with once instead of asking for a password."),
    ] = False,
    base_url: BaseUrlOption = None,
    home: HomeOption = None,
) -> None:
    """Make an account; its password is asked for, or --link prints a link alone on the last line."""
    from service.settings import read_settings
    from service.store import users
    from service.store.opening import open_database

    settings = read_settings(home=home)
    wanted = [each.strip() for each in languages.split(",") if each.strip()]
    database = open_database(settings)
    with database.reading() as session:
        users.check_new(session, name, role=role, languages=wanted)
    password = None if link else _ask_password()
    with database.writing() as session:
        users.add_user(session, name, role=role, languages=wanted, password=password, actor=COMMAND)
    if link:
        _print_link(name, base_url, home)


@user.command("list")
def list_users(home: HomeOption = None) -> None:
    """List the accounts: names, roles, languages and dates."""
    from rich.console import Console
    from rich.table import Table

    from service.settings import read_settings
    from service.store import users
    from service.store.homes import open_existing

    table = Table(box=None, pad_edge=False)
    for column in ("Name", "Role", "Languages", "Made", "Disabled"):
        table.add_column(column, overflow="fold")
    with open_existing(read_settings(home=home)).reading() as session:
        for each in users.list_users(session):
            disabled = f"{each.disabled_at:%Y-%m-%d %H:%M}" if each.disabled_at else "no"
            made = f"{each.created_at:%Y-%m-%d %H:%M}"
            table.add_row(each.name, each.role, " ".join(each.languages), made, disabled)
    Console().print(table, markup=False)


@user.command("disable")
def disable_user(name: NameArgument, home: HomeOption = None) -> None:
    """Let a person sign in no more, and end their sessions; what they decided stays."""
    from service.settings import read_settings
    from service.store import users
    from service.store.homes import open_existing

    with open_existing(read_settings(home=home)).writing() as session:
        users.disable_user(session, users.get_user(session, name), actor=COMMAND)


@user.command("enable")
def enable_user(name: NameArgument, home: HomeOption = None) -> None:
    """Let a person sign in again."""
    from service.settings import read_settings
    from service.store import users
    from service.store.homes import open_existing

    with open_existing(read_settings(home=home)).writing() as session:
        users.enable_user(session, users.get_user(session, name), actor=COMMAND)


@user.command("link")
def make_link(name: NameArgument, base_url: BaseUrlOption = None, home: HomeOption = None) -> None:
    """Print a link that a person can sign in with once, within the hour, alone on the last line."""
    _print_link(name, base_url, home)


@user.command("password")
def set_password(name: NameArgument, home: HomeOption = None) -> None:
    """Give a person another password, which is asked for; their sessions end."""
    from service.settings import read_settings
    from service.store import users
    from service.store.homes import open_existing

    database = open_existing(read_settings(home=home))
    with database.reading() as session:
        users.get_user(session, name)
    password = _ask_password()
    with database.writing() as session:
        users.set_password(session, users.get_user(session, name), password, actor=COMMAND)


def _ask_password() -> str:
    """Ask for a password, and once more where it cannot be one.

    Raises:
        InputError: nobody can be asked, or the second too is too short or too long, or not the same twice.
    """
    if not sys.stdin.isatty():
        raise InputError("password", "is asked for on a terminal, and there is none; make a link instead")
    try:
        return _ask_twice()
    except InputError as error:
        typer.echo(f"needtag: {error}", err=True)
        return _ask_twice()


def _ask_twice() -> str:
    """Ask for a password twice, unseen; it is checked before it is asked for again."""
    from getpass import getpass

    from service.store.users import check_length

    password = getpass("Password: ")
    check_length(password)
    if getpass("Once more: ") != password:
        raise InputError("password", "was not the same twice; nothing was stored")
    return password


def _print_link(name: str, base_url: str | None, home: Path | None) -> None:
    from service.settings import address_of, read_settings
    from service.store import users
    from service.store.homes import open_existing

    settings = read_settings(home=home)
    with open_existing(settings).writing() as session:
        token = users.make_link(session, users.get_user(session, name), actor=COMMAND)
    address = base_url or settings.base_url or address_of(settings.host, settings.port)
    typer.echo(f"This link lets {name} in once, within the hour.")
    typer.echo(users.link_address(address, token))
