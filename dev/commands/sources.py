"""`./run sources`: check connections before they are deployed; see and ask for pulls of an app that runs."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer

from dev.commands.source_tables import check_table, status_table
from dev.partner.app import App, refusal
from dev.partner.checking import check_all, has_failed
from dev.partner.documents import read
from dev.partner.place import asking
from dev.partner.told import TOLD, stop
from dev.partner.watching import ended, sources_of, watch

File = Annotated[
    Path, typer.Option("--workspace", help="The workspace document, as JSON.", exists=True, dir_okay=False)
]
Name = Annotated[str, typer.Option("--workspace", help="The workspace's id.")]
Only = Annotated[str, typer.Option("--connection", help="One connection only.")]

app = typer.Typer(help="Check connections, and see and start pulls.", no_args_is_help=True)


@app.command()
def check(workspace: File, connection: Only = "") -> None:
    """Check each connection of a document by reading only; secrets come from the environment."""
    document = read(workspace)
    chosen = [each for each in document.connections_of() if connection in {"", each.name}]
    if not chosen:
        stop("The document has no such connection that is switched on.")
    found = check_all(document, chosen)
    TOLD.out.print(check_table(found))
    if has_failed(found):
        raise typer.Exit(1)


@app.command()
@asking
def status(app: App, workspace: Name, connection: Only = "") -> None:
    """Show each stream of a running app: how fresh, how many records, what is wrong, how far it is."""
    TOLD.out.print(status_table(sources_of(app, workspace, connection)))


@app.command()
@asking
def pull(
    app: App,
    workspace: Name,
    connection: Only = "",
    *,
    anew: Annotated[bool, typer.Option("--anew", help="Read everything again.")] = False,
) -> None:
    """Pull now, and show how far it is until it ends."""
    _pull(app, workspace, connection, {"anew": "true"} if anew else {})


@app.command()
@asking
def backfill(
    app: App,
    workspace: Name,
    since: Annotated[str, typer.Option("--since", help="The first day or instant: 2026-01-01, in UTC.")],
    connection: Only = "",
) -> None:
    """Read again what changed from a date on, with a bar, beside what is there: nothing is taken away."""
    _pull(app, workspace, connection, {"since": _instant(since)})


def _pull(app: App, workspace: str, connection: str, params: dict[str, str]) -> None:
    asked: dict[tuple[str, str], Any] = {}
    for each in sources_of(app, workspace, connection):
        target = f"/workspaces/{workspace}/sources/{each['name']}/pull"
        answer = app.ask("POST", target, params=params, passing=(409,))
        if not answer.is_success:  # switched off, or its records are sent: the others are pulled
            TOLD.aside.print(f"{each['name']}: {refusal(answer)}", style="yellow", markup=False)
            continue
        before = {stream["stream"]: ended(stream) for stream in each["streams"]}
        asked |= {(each["name"], name): before.get(name) for name in answer.json()["streams"]}
    watch(app, workspace, asked)
    TOLD.out.print(status_table(sources_of(app, workspace, connection)))


def _instant(given: str) -> str:
    """Give a day or an instant as the app takes it; ends the command for what is neither."""
    try:
        day = date.fromisoformat(given)
    except ValueError:
        try:
            moment = datetime.fromisoformat(given)
        except ValueError:
            stop(f"{given} is no date: write 2026-01-01, or an instant with its zone, 2026-01-01T06:00:00Z.")
        if moment.tzinfo is None:
            stop(f"{given} has no zone: write 2026-01-01T06:00:00Z.")
        return moment.isoformat()
    return datetime.combine(day, time(), UTC).isoformat()
