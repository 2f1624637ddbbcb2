"""Pulls that are watched until they end, with a bar for each stream."""

from collections.abc import Mapping
from time import monotonic, sleep
from typing import Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from dev.partner.app import App, Document
from dev.partner.told import TOLD, stop

PATIENCE_SECONDS = 3_600.0
LOOK_EVERY_SECONDS = 0.5

Asked = Mapping[tuple[str, str], Any]
"""When each stream that was asked for had last ended before, by connection and name."""


def sources_of(app: App, workspace: str, connection: str = "") -> list[Document]:
    """Give a workspace's connections with their streams, or the one of this name."""
    found: list[Document] = app.get(f"/workspaces/{workspace}/sources")["sources"]
    chosen = [each for each in found if connection in {"", each["name"]}]
    if connection and not chosen:
        known = ", ".join(each["name"] for each in found)
        stop(f"{workspace} has no connection {connection}; these are: {known}.")
    return chosen


def ended(stream: Document) -> str | None:
    """Give when a stream's last run ended."""
    ended_at: str | None = stream["last_ended_at"]
    return ended_at


def watch(app: App, workspace: str, asked: Asked) -> None:
    """Show a bar for each stream until all have ended, well or badly; to stop watching stops no pull."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    deadline = monotonic() + PATIENCE_SECONDS
    with Progress(*columns, console=TOLD.aside) as bars:
        tasks = {each: bars.add_task(" ".join(each), total=None, told="") for each in asked}
        while tasks:
            for source in sources_of(app, workspace):
                for stream in source["streams"]:
                    each = (source["name"], stream["stream"])
                    if each in tasks and _move(bars, tasks[each], stream, asked[each]):
                        del tasks[each]
            if monotonic() > deadline:
                stop("Some streams have not ended; ./run sources status shows how far they are.")
            sleep(LOOK_EVERY_SECONDS if tasks else 0)


def _move(bars: Progress, task: TaskID, stream: Document, before: Any) -> bool:
    """Move a bar; say whether its stream has ended since it was asked."""
    progress = stream["progress"]
    if progress is None or progress["phase"] == "sweep":
        if ended(stream) == before:
            return False
        told = stream["problem"] or f"{stream['records']:,} records"
        bars.update(task, total=1, completed=1, told=told)
        return True
    total = None if progress["remaining"] is None else progress["records"] + progress["remaining"]
    told = f"{progress['records']:,} records {stream['waiting_for']}"
    bars.update(task, total=total, completed=progress["records"], told=told)
    return False
