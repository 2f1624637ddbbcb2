"""`./run cards`, `evaluate` and `replay`: what an app's cards say, have them judged now, and said then."""

from datetime import datetime
from time import monotonic, sleep
from typing import Annotated

import typer

from dev.partner.app import App, Document
from dev.partner.card_tables import cards_table, rows_table
from dev.partner.place import asking
from dev.partner.told import TOLD, stop

PATIENCE_SECONDS = 600.0
LOOK_EVERY_SECONDS = 1.0

Name = Annotated[str, typer.Option("--workspace", help="The workspace's id.")]
AnyName = Annotated[
    str, typer.Option("--workspace", help="The workspace's id; without it, all that you may enter.")
]


@asking
def cards(app: App, workspace: AnyName = "") -> None:
    """Show each card: status, value, threshold, change, trend of twelve weeks, and what it waits for."""
    shown = [
        (reading, _weeks(app, reading))
        for each in app.workspaces(workspace)
        for reading in app.get(f"/workspaces/{each['id']}/cards")["cards"]
    ]
    TOLD.out.print(cards_table(shown, TOLD.out.width))


@asking
def evaluate(
    app: App,
    workspace: Name,
    *,
    is_waited_for: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until the cards are judged, and show them.")
    ] = True,
) -> None:
    """Have all cards of a workspace judged now from what has been pulled."""
    before = _evaluated(app, workspace)
    app.ask("POST", f"/workspaces/{workspace}/evaluate")
    if not is_waited_for:
        TOLD.out.print(f"An evaluation of {workspace} is asked for; ./run cards shows what comes of it.")
        return
    deadline = monotonic() + PATIENCE_SECONDS
    with TOLD.aside.status(f"Evaluating {workspace} ..."):
        while not _has_moved(before, _evaluated(app, workspace)):
            if monotonic() > deadline:
                stop("The cards are not judged yet: ./run doctor says whether evaluations run.")
            sleep(LOOK_EVERY_SECONDS)
    readings = app.get(f"/workspaces/{workspace}/cards")["cards"]
    TOLD.out.print(cards_table([(each, _weeks(app, each)) for each in readings], TOLD.out.width))


@asking
def replay(
    app: App,
    card: Annotated[str, typer.Argument(help="The card's id.")],
    workspace: Name,
    as_of: Annotated[str, typer.Option("--as-of", help="The instant, with its zone: 2026-04-14T12:00:00Z.")],
    rows: Annotated[int, typer.Option(help="How many of the rows to show.", min=0, max=1_000)] = 20,
) -> None:
    """Show what a card said at a past instant, worked out again from the records and settings of then."""
    moment = _instant(as_of)
    path = f"/workspaces/{workspace}/cards/{card}"
    with TOLD.aside.status("Working it out again ..."):
        reading = app.get(path, as_of=moment)
        page = app.get(f"{path}/rows", as_of=moment, page_size=max(rows, 1)) if reading["row_count"] else {}
    TOLD.out.print(cards_table([(reading, ())], TOLD.out.width))
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in reading["figures"].items())
    if figures:
        TOLD.out.print(f"  {figures}", markup=False)
    if rows and page:
        TOLD.out.print(rows_table(reading, page["rows"][:rows], page["total"]))


def _instant(given: str) -> str:
    """Give an instant as the app takes it; ends the command for one that is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        stop(f"{given} is no instant: write it with its zone, 2026-04-14T12:00:00Z.")
    return moment.isoformat()


def _weeks(app: App, reading: Document) -> list[Document]:
    path = f"/workspaces/{reading['workspace']}/cards/{reading['card']}/history"
    weeks: list[Document] = app.get(path)["weeks"]
    return weeks


def _evaluated(app: App, workspace: str) -> dict[str, str]:
    """Give when each card was last judged; "" for never."""
    found = app.get(f"/workspaces/{workspace}/cards")["cards"]
    return {each["card"]: each.get("evaluated_at", "") for each in found}


def _has_moved(before: dict[str, str], now: dict[str, str]) -> bool:
    return all(now[card] != before.get(card) for card in now)
