"""`./run keys`: the keys of a workspace; a new one is shown once, and kept nowhere."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dev.partner.app import App
from dev.partner.place import asking
from dev.partner.told import TOLD
from shared.access import ROLES

Name = Annotated[str, typer.Option("--workspace", help="The workspace's id.")]
Role = Enum("Role", {each: each for each in ROLES}, type=str)  # type: ignore[misc] # mypy wants them written out

app = typer.Typer(help="List, make and revoke the keys of a workspace.", no_args_is_help=True)


@app.command("list")
@asking
def list_keys(app: App, workspace: Name) -> None:
    """List keys: their roles, until when they last, and when they were last used; never themselves."""
    table = Table(title=escape(f"Keys of {workspace}"), title_justify="left")
    for heading in ("Id", "Name", "Roles", "Made", "Ends", "Last used"):
        table.add_column(heading, overflow="fold")
    for each in app.get(f"/workspaces/{workspace}/keys")["keys"]:
        moments = (each[name] or "never" for name in ("created_at", "expires_at", "last_used_at"))
        table.add_row(each["id"], escape(each["name"]), ", ".join(each["roles"]), *moments)
    TOLD.out.print(table)


@app.command("new")
@asking
def new_key(
    app: App,
    workspace: Name,
    name: Annotated[str, typer.Option("--name", help="What it is for, as the log calls it.")],
    roles: Annotated[list[Role], typer.Option("--role", help="What it may; several add up.")],
    days: Annotated[int, typer.Option(help="How long it lives.", min=1, max=3_650)] = 365,
) -> None:
    """Make a key, and print it this once: on a line of its own, so that a secret store can take it."""
    ends_at = datetime.now(UTC) + timedelta(days=days)
    body = {"name": name, "roles": [each.value for each in roles], "expires_at": ends_at.isoformat()}
    made = app.ask("POST", f"/workspaces/{workspace}/keys", json=body).json()
    TOLD.aside.print(
        f"The key {made['id']}, good until {made['expires_at']}. It is shown this once and kept nowhere:",
        markup=False,
    )
    typer.echo(made["key"])


@app.command("revoke")
@asking
def revoke_key(
    app: App, workspace: Name, key_id: Annotated[str, typer.Argument(help="The key's id.")]
) -> None:
    """Revoke a key: it is refused from its next request on."""
    app.ask("DELETE", f"/workspaces/{workspace}/keys/{key_id}")
    TOLD.out.print(f"The key {key_id} opens nothing any more.", markup=False)
