"""`./run sources`: check connections before they are deployed; see and ask for pulls of an app that runs."""

import asyncio
import json
from pathlib import Path
from time import monotonic, sleep
from typing import Annotated, Any, cast

import httpx
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dev.commands.source_tables import check_table, status_table
from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline.checks import examine
from shared.pipeline.services import Services
from shared.store.checks import Check
from shared.store.store import Store
from shared.workspaces import faults_of

PATIENCE_SECONDS = 3_600.0
LOOK_EVERY_SECONDS = 0.5

Document = dict[str, Any]
File = Annotated[
    Path, typer.Option("--workspace", help="The workspace document, as JSON.", exists=True, dir_okay=False)
]
Url = Annotated[str, typer.Option(help="Where the app answers.")]
Key = Annotated[str, typer.Option(envvar="TIEOUT_ADMIN_KEY", help="A key that may run pulls.")]
Name = Annotated[str, typer.Option("--workspace", help="The workspace's id.")]
Only = Annotated[str, typer.Option("--connection", help="One connection only.")]

app = typer.Typer(help="Check connections, and see and start pulls.", no_args_is_help=True)
console = Console()


@app.command()
def check(workspace: File, connection: Only = "") -> None:
    """Check each connection of a document by reading only; secrets come from the environment."""
    document = read(workspace)
    chosen = [each for each in document.connections_of() if connection in {"", each.name}]
    if not chosen:
        raise _stop("The document has no such connection that is switched on.")
    found = asyncio.run(_examine(document, chosen))
    console.print(check_table(found))
    if any(each.problem or each.fatal for _, each in found):
        raise typer.Exit(1)


@app.command()
def status(workspace: Name, key: Key, url: Url = "http://localhost:7071", connection: Only = "") -> None:
    """Show each stream of a running app: how fresh, how many records, what is wrong, how far it is."""
    with _client(url, key) as client:
        console.print(status_table(_sources(client, workspace, connection)))


@app.command()
def pull(
    workspace: Name,
    key: Key,
    url: Url = "http://localhost:7071",
    connection: Only = "",
    *,
    anew: Annotated[bool, typer.Option("--anew", help="Read everything again.")] = False,
) -> None:
    """Pull now, and show how far it is until it ends."""
    with _client(url, key) as client:
        asked: dict[tuple[str, str], Any] = {}
        for each in _sources(client, workspace, connection):
            target = f"/workspaces/{workspace}/sources/{each['name']}/pull"
            answer = client.post(target, params={"anew": "true"} if anew else None)
            if not answer.is_success:
                console.print(f"[yellow]{each['name']}: {answer.json()['detail']}[/yellow]")
                continue
            before = {stream["stream"]: _ended(stream) for stream in each["streams"]}
            asked |= {(each["name"], name): before.get(name) for name in answer.json()["streams"]}
        _watch(client, workspace, asked)
        console.print(status_table(_sources(client, workspace, connection)))


def _watch(client: httpx.Client, workspace: str, asked: dict[tuple[str, str], Any]) -> None:
    """Show a bar for each stream until all have ended, well or badly."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    deadline = monotonic() + PATIENCE_SECONDS
    with Progress(*columns, console=console) as bars:
        tasks = {each: bars.add_task(" ".join(each), total=None, told="") for each in asked}
        while tasks:
            for source in _sources(client, workspace):
                for stream in source["streams"]:
                    each = (source["name"], stream["stream"])
                    if each in tasks and _move(bars, tasks[each], stream, asked[each]):
                        del tasks[each]
            if monotonic() > deadline:
                raise _stop("Some streams have not ended; ./run sources status shows how far they are.")
            sleep(LOOK_EVERY_SECONDS if tasks else 0)


def _move(bars: Progress, task: TaskID, stream: Document, before: Any) -> bool:
    """Move a bar; say whether its stream has ended since it was asked."""
    progress = stream["progress"]
    if progress is None or progress["phase"] == "sweep":
        if _ended(stream) == before:
            return False
        told = stream["problem"] or f"{stream['records']:,} records"
        bars.update(task, total=1, completed=1, told=told)
        return True
    total = None if progress["remaining"] is None else progress["records"] + progress["remaining"]
    told = f"{progress['records']:,} records {stream['waiting_for']}"
    bars.update(task, total=total, completed=progress["records"], told=told)
    return False


def _ended(stream: Document) -> str | None:
    ended_at: str | None = stream["last_ended_at"]
    return ended_at


async def _examine(document: Workspace, chosen: list[Connection]) -> list[tuple[Connection, Check]]:
    # Before deployment there is no store, and a check needs none.
    services = Services(cast("Store", None), is_local=True)
    return [(each, await _one(services, document, each)) for each in chosen]


async def _one(services: Services, document: Workspace, connection: Connection) -> Check:
    try:
        return await examine(services, document, connection)
    except ConfigurationError as error:
        return Check(checked_at=services.clock(), settings="", problem=str(error))


def read(path: Path) -> Workspace:
    """Read a workspace document; ends the command where it is none, and says what is wrong."""
    try:
        return Workspace.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as error:
        told = "\n".join(f"  {each.path}: {each.message}" for each in faults_of(error))
        raise _stop(f"{path} is not a workspace document:\n{told}") from None
    except ValueError as error:
        raise _stop(f"{path} is not JSON: {error}") from None


def _client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=f"{url.rstrip('/')}/api/v1", headers={"x-api-key": key}, timeout=60)


def _sources(client: httpx.Client, workspace: str, connection: str = "") -> list[Document]:
    try:
        answer = client.get(f"/workspaces/{workspace}/sources")
    except httpx.TransportError as error:
        raise _stop(f"The app cannot be reached at {client.base_url} ({type(error).__name__}).") from None
    if not answer.is_success:
        raise _stop(f"The app answered {answer.status_code}: {answer.text}")
    return [each for each in answer.json()["sources"] if connection in {"", each["name"]}]


def _stop(message: str) -> typer.Exit:
    typer.secho(message, fg="red", err=True)
    return typer.Exit(1)
