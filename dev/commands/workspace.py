"""`./run workspace`: make a workspace's document, check it, apply it to an app, and export it again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from dev.commands.source_tables import check_table
from dev.partner.app import App, Document, read
from dev.partner.checking import Checked, check_all, has_failed
from dev.partner.differences import Difference, differences
from dev.partner.documents import parsed, read_good, write
from dev.partner.form import filled_in, id_of
from dev.partner.place import asking
from dev.partner.told import TOLD, stop
from shared.domain.workspace import Workspace

FilePath = Annotated[
    Path, typer.Argument(help="The workspace document, as JSON.", exists=True, dir_okay=False)
]
To = Annotated[Path | None, typer.Option("--to", help="The file to write; ID.json if nothing is said.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
Checks = Annotated[bool, typer.Option("--test/--no-test", help="Try the connections, by reading only.")]

app = typer.Typer(help="Make, check, apply and export workspace documents.", no_args_is_help=True)


@app.command()
def new(
    draft: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Ask nothing: take what stands in this file.", exists=True, dir_okay=False
        ),
    ] = None,
    to: To = None,
    *,
    force: Force = False,
    is_tried: Checks = True,
) -> None:
    """Ask step by step for a new workspace, try its connections, and write its document.

    Nothing is written before the end. Secrets come from the environment, and never stand in the document.
    """
    if to is not None and not to.parent.is_dir():
        stop(f"{to} cannot be written: there is no folder {to.parent}.")
    if draft is None:
        document = filled_in()
        workspace = Workspace.model_validate(document)
    else:
        document = _drafted(draft)
        workspace = read_good(draft, document)
    place = to or Path(f"{workspace.id}.json")
    has_passed = _is_tried(workspace) if is_tried else True
    if (
        not has_passed
        and draft is None
        and not typer.confirm("Write the document all the same?", default=True)
    ):
        raise typer.Exit(1)
    if draft is None and not force:
        place = _free(place)
    write(place, document, may_replace=force)
    TOLD.out.print(
        f"The document is in {place}. Next: ./run workspace apply {place}", markup=False, soft_wrap=True
    )
    if not has_passed:
        raise typer.Exit(1)


@app.command()
def check(file: FilePath, *, is_tried: Checks = True) -> None:
    """Check a document: each fault with its line, and what its connections lack, from this machine."""
    workspace = read_good(file)
    if is_tried and not _is_tried(workspace):
        raise typer.Exit(1)
    TOLD.out.print(f"{file} can run.", style="green", markup=False)


@app.command()
@asking
def apply(
    app: App,
    file: FilePath,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before saving.")] = False,
    is_tried: Annotated[
        bool,
        typer.Option("--test/--no-test", help="Let the app try the connections first, with its secrets."),
    ] = True,
) -> None:
    """Save a document in an app: shows what changes and asks; what somebody changed meanwhile is not lost."""
    workspace = read_good(file)
    wanted = workspace.model_dump(mode="json")
    path = f"/workspaces/{workspace.id}"
    kept = app.ask("GET", path, passing=(404,))
    before: Document = read(kept) if kept.is_success else {}
    if before == wanted:
        TOLD.out.print(f"{workspace.id} is as in {file} already.", markup=False)
        return
    changes = differences(before or _EMPTY, wanted)
    TOLD.out.print(differences_table(workspace.id, changes, is_new=not before))
    if is_tried:
        _print_checks(read(app.ask("POST", f"{path}/check", json=wanted))["connections"])
    if not yes and not typer.confirm(f"Save {workspace.id} at {app.url}?", default=False):
        TOLD.out.print("Nothing is saved.")
        raise typer.Exit(1)
    condition = {"If-Match": kept.headers["etag"]} if before else {"If-None-Match": "*"}
    app.ask("PUT", path, json=wanted, headers=condition)
    TOLD.out.print(
        f"{workspace.id} is saved. Next: ./run sources pull --workspace {workspace.id}", markup=False
    )


@app.command()
@asking
def export(
    app: App,
    workspace: Annotated[str, typer.Argument(help="The workspace's id.")],
    to: Annotated[Path | None, typer.Option("--to", help="The file; without one, to the screen.")] = None,
    *,
    force: Force = False,
) -> None:
    """Give a workspace's document as the app has it; secrets are references, so it can be kept."""
    answer = app.ask("GET", f"/workspaces/{workspace}")
    document = Workspace.model_validate(read(answer)).model_dump(mode="json", exclude_defaults=True)
    if to is None:
        TOLD.out.print_json(data=document, indent=2)
        return
    write(to, document, may_replace=force)
    TOLD.aside.print(f"{workspace} is in {to}.", markup=False)


def _free(place: Path) -> Path:
    """Ask for another name while there is a file of this one: so many answers are not to be lost."""
    while place.exists():
        place = Path(typer.prompt(f"{place} is there already. Write to which other file"))
    return place


def _drafted(draft: Path) -> Document:
    """Give a draft as a document: an id that it lacks follows from its name."""
    given = parsed(draft)
    name = given.get("name") if isinstance(given, dict) else None
    return {"id": id_of(name), **given} if isinstance(name, str) else given


def _is_tried(workspace: Workspace) -> bool:
    """Try the connections and show what came of it; say whether all can be pulled."""
    chosen = workspace.connections_of()
    if not chosen:
        return True
    found: Checked = check_all(workspace, chosen)
    TOLD.out.print(check_table(found))
    return not has_failed(found)


def differences_table(name: str, found: Sequence[Difference], *, is_new: bool) -> Table:
    """Give each part that saving would change, as it is and as it would be."""
    title = f"{name} is new" if is_new else f"What changes in {name}"
    table = Table(title=escape(title), title_justify="left")
    for heading in ("Part", "Is", "Will be"):
        table.add_column(heading, overflow="fold")
    for each in found:
        table.add_row(escape(each.path), escape(each.before), escape(each.after))
    return table


_EMPTY: dict[str, Any] = Workspace(
    id="x", name="", time_zone="UTC", reporting_currency="ZZZ", connections=()
).model_dump(mode="json")
"""What a new document is held against: all that stands at its default is no change."""


def _print_checks(found: list[Document]) -> None:
    for each in found:
        told = [each["problem"]] if each["problem"] else []
        told += [f"{finding['what']}: {finding['message']}" for finding in each["findings"]]
        line = f"{each['connection']} ({each['kind']}): {'; '.join(told) or 'ok'}"
        TOLD.out.print(line, style="green" if not told else "yellow", markup=False)
