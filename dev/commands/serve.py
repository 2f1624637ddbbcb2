"""`./run serve`: the real app on this machine, on a workspace file of the user's own."""

import json
import os
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any

import httpx
import typer

from dev import azurite, host
from dev.partner.app import refusal
from dev.partner.documents import read_good
from dev.processes import listening

Document = Annotated[
    Path, typer.Argument(help="The workspace document, as JSON.", exists=True, dir_okay=False)
]
Port = Annotated[int, typer.Option(help="The port to listen on; 0 for any free one.")]
Data = Annotated[
    Path | None, typer.Option(help="A folder to keep what is stored; without one, all is in memory.")
]
App = Annotated[
    Path, typer.Option(help="The folder of another function_app.py.", exists=True, file_okay=False)
]


def _stop(message: str) -> typer.Exit:
    typer.secho(message, fg="red", err=True)
    return typer.Exit(1)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise _stop(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        raise _stop(f"{path} is not a workspace document: it needs an `id`")
    return document


def _put(url: str, key: str, document: dict[str, Any]) -> None:
    """Make the workspace, or replace the one that an earlier run has kept."""
    with httpx.Client(headers={"x-api-key": key}, timeout=60) as client:
        kept = client.get(url)
        etag = {"If-Match": kept.headers["etag"]} if kept.is_success and "etag" in kept.headers else {}
        answer = client.put(url, json=document, headers=etag)
    if not answer.is_success:
        raise _stop(refusal(answer))


def _ask_for_pulls(url: str, key: str, document: dict[str, Any]) -> None:
    """Ask for a pull of each enabled connection now, rather than when its timer comes next."""
    with httpx.Client(headers={"x-api-key": key}, timeout=60) as client:
        for connection in document.get("connections", []):
            if not connection.get("enabled", True):
                continue
            answer = client.post(f"{url}/sources/{connection['name']}/pull")
            if not answer.is_success:
                why = f"No pull of {connection['name']}: {refusal(answer)}"
                typer.secho(why, fg="red", err=True)


def serve(workspace: Document, port: Port = 7071, data: Data = None, app: App = host.ROOT) -> None:
    """Run the app on a workspace of your own, until Ctrl-C; secrets come from the environment."""
    document = _read(workspace)
    if app == host.ROOT:
        read_good(workspace)  # what is wrong is told by its line, not between the lines of the app's log
    key = os.environ.get("TIEOUT_ADMIN_KEY") or token_urlsafe(32)

    def log(line: str) -> None:
        typer.echo(line, err=True)

    with (
        listening(port) as listener,
        azurite.running(data, log) as storage,
        host.running(app, host.settings(storage, key), listener=listener, log=log) as running,
    ):
        url = f"{running.url}/api/v1/workspaces/{document['id']}"
        _put(url, key, document)
        _ask_for_pulls(url, key, document)
        typer.echo(f"Tieout listens at {running.url} (Ctrl-C stops it)")
        typer.echo(f"  operator key, as x-api-key:              {key}")
        typer.echo(f"  host's master key, as x-functions-key:   {running.keys.master}")
        typer.echo("Reading begins at once. How far it is, and then the cards:")
        for part in ("sources", "cards"):
            typer.echo(f"  curl -H 'x-api-key: {key}' {url}/{part}")
        running.program.wait()
