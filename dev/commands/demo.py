"""`./run demo`: five merchants, pulled and judged by the real app, on this machine alone."""

import json
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dev import azurite, host
from dev.commands import tables
from dev.processes import listening
from dev.vendors import teams
from dev.vendors.server import VENDORS, serving
from dev.worlds import WORLDS
from dev.worlds.world import World

PATIENCE_SECONDS = 240.0
_LOOK_EVERY_SECONDS = 1.0
"""How often to look what was pulled: three times a second took a quarter of the app's processor time."""
_WAIT_SECONDS = 0.3
_API = "/api/v1/workspaces"
_ENTRA_KINDS = ("business_central", "finance_operations", "dataverse", "graph")

LOG = host.ROOT / ".local" / "demo.log"
"""What the app says while the demo runs."""


class App(httpx.Client):
    """A client of the app that runs, which knows where the messages for people arrive."""

    inbox = ""


console = Console()
if not console.is_terminal:
    console = Console(width=150)  # a file or a pipe has no width of its own


def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Print the cards and end.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the readings to this file as JSON.")
    ] = None,
    port: Annotated[int, typer.Option(help="The port that the app answers on; 0 for any free one.")] = 0,
) -> None:
    """Run five demonstration merchants end to end and print their cards."""
    worlds = [build() for build in WORLDS]
    with running(worlds, port) as app:
        readings = pull_and_read(app, worlds)
        console.print()
        tables.print_readings(console, readings)
        named = {world.document["id"]: world.named for world in worlds}
        for reading in readings:
            tables.print_breakdown(console, reading)
            names = named[reading["workspace"]]
            tables.print_rows(console, reading, rows_of(app, reading, names), is_named=bool(names))
        if json_file is not None:
            text = json.dumps({"readings": readings}, indent=2, ensure_ascii=False)
            json_file.write_text(text + "\n", encoding="utf-8")
            console.print(f"\nThe readings are in {json_file}.")
        _print_messages(app, worlds)
        if not once:
            _stay(app, worlds)


@contextmanager
def running(worlds: list[World], port: int = 0) -> Iterator[App]:
    """Run storage, vendors and app while the block runs; give a client with the operator's key."""
    accounts = {name: account for world in worlds for name, account in world.accounts.items()}
    operator = secrets.token_urlsafe(32)
    with ExitStack() as stack:
        console.print("Starting the storage emulator, the simulated vendors and the app ...")
        storage = stack.enter_context(azurite.running(progress=console.print))
        vendors = stack.enter_context(serving(accounts))
        settings = host.settings(storage, operator) | vendor_secrets(vendors)
        listener = listening(port)
        log = stack.enter_context(LOG.open("w", encoding="utf-8", buffering=1))
        address = stack.enter_context(
            host.running(host.ROOT, settings, listener=listener, log=lambda line: print(line, file=log))
        )
        app = stack.enter_context(App(base_url=address.url, timeout=60))
        app.inbox = f"{vendors}/inbox"
        app.headers["x-api-key"] = operator
        app.headers["x-functions-key"] = address.keys.master
        for world in worlds:
            document = world.at(vendors)
            app.put(f"{_API}/{document['id']}", json=document).raise_for_status()
        yield app


def vendor_secrets(vendors: str) -> dict[str, str]:
    """Give the invented secrets of the simulated vendors at this address, as the worlds refer to them."""
    found = {"DEMO_TEAMS_CHANNEL": f"{vendors}/teams/finance?sig={teams.SECRETS['sig']}"}
    for vendor in VENDORS:
        kind = vendor.__name__.rpartition(".")[2]
        kinds = _ENTRA_KINDS if kind == "entra" else (kind,)
        for each in kinds:
            for name, value in getattr(vendor, "SECRETS", {}).items():
                found[f"demo_{each}_{name}".upper()] = value
    return found


def pull_and_read(
    app: httpx.Client, worlds: list[World], *, is_held_fine: bool = False
) -> list[dict[str, Any]]:
    """Fire the timers, wait until every stream is read, and give the readings that come of it.

    A held card is waited for, unless it is fine.
    """
    kinds = {connection["kind"] for world in worlds for connection in world.document["connections"]}
    for kind in sorted(kinds):
        app.post(f"/admin/functions/pull_{kind}", json={}).raise_for_status()
    names = [world.document["id"] for world in worlds]
    _await_pulls(app, names)
    return [reading for name in names for reading in _await_readings(app, name, is_held_fine=is_held_fine)]


def rows_of(app: httpx.Client, reading: dict[str, Any], named: tuple[str, ...]) -> list[dict[str, Any]]:
    """Give the rows that the worked example names, or a reading's first ones."""
    path = f"{_API}/{reading['workspace']}/cards/{reading['card']}/rows"
    if not named:
        first: list[dict[str, Any]] = app.get(path, params={"page_size": 8}).raise_for_status().json()["rows"]
        return first
    answers = (app.get(path, params={"q": name}).raise_for_status().json()["rows"] for name in named)
    return [row for rows in answers for row in rows if row["order"] in named]


def _await_pulls(app: httpx.Client, names: list[str]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    columns = (
        TextColumn("Pulling"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("streams"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("pull", total=None)
        while True:
            streams = [stream for name in names for stream in _streams(app, name)]
            ended = [each for each in streams if each["last_success_at"] or each["problem_at"]]
            progress.update(task, total=len(streams), completed=len(ended))
            if len(ended) == len(streams):
                return
            if monotonic() > deadline:
                waiting = ", ".join(each["stream"] for each in streams if each not in ended)
                console.print(f"[red]Not read in {PATIENCE_SECONDS:.0f} seconds: {waiting}[/red]")
                raise typer.Exit(1)
            sleep(_LOOK_EVERY_SECONDS)


def _streams(app: httpx.Client, name: str) -> list[dict[str, Any]]:
    sources = app.get(f"{_API}/{name}/sources").raise_for_status().json()["sources"]
    return [stream for source in sources for stream in source["streams"]]


def _await_readings(app: httpx.Client, name: str, *, is_held_fine: bool) -> list[dict[str, Any]]:
    """Give a workspace's readings once its cards are evaluated on everything that was pulled."""
    deadline = monotonic() + PATIENCE_SECONDS
    unfinished = {"not_evaluated"} if is_held_fine else {"not_evaluated", "held"}
    while True:
        cards = app.get(f"{_API}/{name}/cards").raise_for_status().json()["cards"]
        if cards and not any(each["status"] in unfinished for each in cards):
            break
        if monotonic() > deadline:
            waiting = "; ".join(why for each in cards for why in each.get("waiting_for", []))
            console.print(f"[red]{name} has no reading after {PATIENCE_SECONDS:.0f} seconds. {waiting}[/red]")
            raise typer.Exit(1)
        sleep(_WAIT_SECONDS)
    return [app.get(f"{_API}/{name}/cards/{each['card']}").raise_for_status().json() for each in cards]


def _print_messages(app: App, worlds: list[World]) -> None:
    """Wait until what the alerts tell has gone out, and print what arrived at the simulated channels."""
    deadline = monotonic() + PATIENCE_SECONDS
    for world in worlds:
        path = f"{_API}/{world.document['id']}/deliveries"
        is_told = "recipients" in world.document
        while is_told and monotonic() < deadline:
            deliveries = app.get(path).raise_for_status().json()["deliveries"]
            if deliveries and not any(each["state"] in {"waiting", "sending"} for each in deliveries):
                break
            sleep(_WAIT_SECONDS)
    tables.print_messages(console, httpx.get(f"{app.inbox}.json").raise_for_status().json(), app.inbox)


def _stay(app: App, worlds: list[World]) -> None:
    """Print where the app answers and a key for each workspace, and serve until Ctrl-C."""
    console.print(f"\nThe app answers at [bold]{app.base_url}[/bold]; a key for each workspace:")
    example = ""
    for world in worlds:
        name = world.document["id"]
        made = app.post(f"{_API}/{name}/keys", json={"name": "demo", "roles": ["owner"]}).raise_for_status()
        console.print(f"  {name:<24} {made.json()['key']}", soft_wrap=True)
        card = next(iter(tables.shown_cards(world.document)))
        example = (
            f"curl -H 'x-api-key: {made.json()['key']}' {app.base_url}{_API}/{name}/cards/{card}/rows.csv"
        )
    console.print(f"\nThe last one's rows as CSV:\n  {example}", soft_wrap=True)
    console.print(f"\nWhat the alerts told people: [bold]{app.inbox}[/bold]")
    operator = app.headers["x-api-key"]
    console.print(
        "\nThe commands, as its operator, in another terminal:\n"
        f"  export TIEOUT_APP={app.base_url} TIEOUT_ADMIN_KEY={operator}\n  ./run cards",
        soft_wrap=True,
    )
    console.print("\nCtrl-C ends it.")
    try:
        while True:
            sleep(3600)
    except KeyboardInterrupt:
        console.print("Ending.")
