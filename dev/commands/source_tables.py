"""Connections and their streams as the terminal shows them."""

from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shared.domain.workspace import Connection
from shared.store.checks import Check

Document = dict[str, Any]


def check_table(found: list[tuple[Connection, Check]]) -> Table:
    """Give what checks found, a line for each thing that is missing."""
    table = Table(title="Connections", title_justify="left")
    for heading in ("Connection", "Kind", "Result", "What", "What to do"):
        table.add_column(heading, overflow="fold")
    for connection, result in found:
        lines = [
            (
                "[red]missing[/red]" if each["is_fatal"] else "[yellow]partial[/yellow]",
                escape(each["what"]),
                escape(each["message"]),
            )
            for each in result.findings
        ]
        if result.problem:
            lines.insert(0, ("[red]not checked[/red]", "", escape(result.problem)))
        for state, what, message in lines or [("[green]ok[/green]", "", "")]:
            table.add_row(connection.name, connection.kind, state, what, message)
    return table


def status_table(sources: list[Document]) -> Table:
    """Give the health of each stream, a line each."""
    table = Table(title="Sources", title_justify="left")
    for heading in ("Connection", "Stream", "Last read", "Stored", "Bad", "Calls", "Now", "Problem"):
        table.add_column(heading, overflow="fold")
    for source in sources:
        if source["problem"]:
            table.add_row(source["name"], "", "", "", "", "", "", Text(source["problem"], "red"))
        for stream in source["streams"]:
            sweep = (stream["sweep"] or {}).get("problem", "")
            table.add_row(
                source["name"],
                stream["stream"],
                stream["last_success_at"] or "never",
                f"{stream['records_stored']:,}",
                str(stream["bad_records"]),
                str(stream["calls"]),
                _now(stream),
                Text(stream["problem"] or sweep, "red"),
            )
    return table


def _now(stream: Document) -> str:
    progress = stream["progress"]
    if progress is None:
        return str(stream["waiting_for"])
    end = f", until {progress['estimated_end']}" if progress["estimated_end"] else ""
    return f"{progress['phase']}: {progress['pages']} pages, {progress['records']:,} records{end}"
