"""The commands for webhooks: webhook add, list, remove."""

from typing import Annotated

import typer

from service.serving_cli import COMMAND, HomeOption

webhook = typer.Typer(no_args_is_help=True, help="Addresses that are told of events.")


@webhook.command("add")
def add_webhook(
    url: Annotated[str, typer.Option("--url", help="Where to send: https://... or http://...")],
    events: Annotated[
        list[str],
        typer.Option("--event", help="questionnaire.tagged or questionnaire.reviewed. Repeatable."),
    ],
    home: HomeOption = None,
) -> None:
    """Tell an address of events; the secret of its messages is printed once, alone on the last line."""
    from service.settings import read_settings
    from service.store import webhooks
    from service.store.opening import open_database
    from service.webhook_targets import read_networks

    settings = read_settings(home=home)
    networks = read_networks(settings.webhook_networks)
    with open_database(settings).writing() as session:
        made = webhooks.add_webhook(session, url, events, networks=networks, actor=COMMAND)
    typer.echo(f"This is webhook {made.id}. Its secret, by which messages are verified, is not shown again.")
    typer.echo(made.secret)


@webhook.command("list")
def list_webhooks(home: HomeOption = None) -> None:
    """List the webhooks: numbers, addresses, events and dates."""
    from rich.console import Console
    from rich.table import Table

    from service.settings import read_settings
    from service.store import webhooks
    from service.store.homes import open_existing

    table = Table(box=None, pad_edge=False)
    for column in ("Webhook", "Address", "Events", "Made"):
        table.add_column(column, overflow="fold")
    with open_existing(read_settings(home=home)).reading() as session:
        for each in webhooks.list_webhooks(session):
            table.add_row(str(each.id), each.url, " ".join(each.events), f"{each.created_at:%Y-%m-%d %H:%M}")
    Console().print(table, markup=False)


@webhook.command("remove")
def remove_webhook(
    number: Annotated[int, typer.Argument(metavar="WEBHOOK", help="Its number, as the list shows it.")],
    home: HomeOption = None,
) -> None:
    """Tell an address nothing more, and forget what it was told."""
    from service.settings import read_settings
    from service.store import webhooks
    from service.store.homes import open_existing

    with open_existing(read_settings(home=home)).writing() as session:
        webhooks.remove_webhook(session, number, actor=COMMAND)
