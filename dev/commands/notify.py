"""`./run notify --test`: try out every way to people that a workspace document names."""

import asyncio
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dev.partner.documents import read
from shared.alerting.document import trial_document
from shared.alerting.route import addresses
from shared.domain.deliveries import Delivery, delivery_id
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.errors import TieoutError
from shared.pipeline.send import send
from shared.pipeline.services import Services
from shared.store.store import Store

File = Annotated[
    Path, typer.Option("--workspace", help="The workspace document, as JSON.", exists=True, dir_okay=False)
]
Test = Annotated[bool, typer.Option("--test", help="Send a test message to each recipient.")]

console = Console()


def notify(workspace: File, *, test: Test = False) -> None:
    """Send a test message to each recipient of a document; secrets come from the environment."""
    if not test:
        typer.secho("Say --test: the app itself sends everything else.", fg="red", err=True)
        raise typer.Exit(1)
    document = read(workspace)
    deliveries = made(document)
    if not deliveries:
        typer.secho("The document names no recipients.", fg="red", err=True)
        raise typer.Exit(1)
    outcomes = asyncio.run(_send_all(document, deliveries))
    table = Table("channel", "role", "recipient", "outcome")
    for delivery, outcome in outcomes:
        shown = Text(outcome, "red") if outcome else Text("sent", "green")
        table.add_row(delivery.channel, delivery.role, delivery.recipient, shown)
    console.print(table)
    if any(outcome for _, outcome in outcomes):
        raise typer.Exit(1)


def made(document: Workspace) -> list[Delivery]:
    """Give one delivery for each recipient and role of a document."""
    now = text(Services(_NO_STORE).clock())
    message = trial_document(document.id, now, document.zone, document.notifications.dashboard_url)
    return [
        Delivery(
            id=delivery_id(document.id, "test", now, role, channel, address),
            channel=channel,
            recipient=address,
            role=role,
            message=message,
            made_at=now,
        )
        for role, recipients in document.recipients.items()
        for channel, address in addresses(recipients)
    ]


_NO_STORE = cast("Store", None)
"""A test message needs nothing that is kept."""


async def _send_all(document: Workspace, deliveries: list[Delivery]) -> list[tuple[Delivery, str]]:
    services = Services(_NO_STORE, is_local=True)
    return [(each, await _outcome(services, document, each)) for each in deliveries]


async def _outcome(services: Services, document: Workspace, delivery: Delivery) -> str:
    """Send one message; give why it could not be sent, "" where it was."""
    try:
        await send(services, document, delivery)
    except TieoutError as error:
        return str(error)
    return ""
