"""docs/commands.md against the commands: all of them stand in it, and what it shows is what they print."""

import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console, RenderableType

from dev.__main__ import app
from dev.commands import new
from dev.commands.doctor import findings_table
from dev.commands.workspace import differences_table
from dev.partner.card_tables import cards_table
from dev.partner.differences import Difference

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
COMMANDS: Any = typer.main.get_command(app)


def _printed(shown: RenderableType, width: int) -> str:
    """Give what a terminal of this width shows, with colour off, without the blanks at the ends of lines."""
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False)
    console.print(shown)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _names() -> set[str]:
    """Give all commands by what is written behind `./run`."""
    return {
        f"{name} {inner}".strip()
        for name, command in COMMANDS.commands.items()
        for inner in (getattr(command, "commands", None) or [""])
    }


def _name(written: str) -> str:
    """Give the command in what is written, without what stands behind it; "" for none."""
    first, *others = written.split()
    if first not in COMMANDS.commands:
        return ""
    return f"{first} {others[0]}" if getattr(COMMANDS.commands[first], "commands", None) else first


def test_every_command_stands_in_the_page_and_no_other() -> None:
    """The tables of the page list each command once: one that is new is written there, too."""
    rows = re.findall(r"^\| (\[?`.*?) \|", PAGE, re.MULTILINE)
    listed = [_name(each) for row in rows for each in re.findall(r"`(?:\./run )?([^`]+)`", row)]
    listed = [each for each in listed if each]
    assert sorted(_names()) == sorted(listed)


WIDTH = 112
READINGS = [
    (
        "distribution-bc",
        "Revenue Gap, Detailed Breakdown",
        "680000.00",
        ("5", "percent"),
        "2026-04-12T22:00:00Z",
    ),
    ("gifts-sage", "Ecom Customers Absent from Sage", 34, ("10", "count"), "2026-04-14T17:00:00Z"),
    (
        "machinery-dataverse",
        "Customers in Dataverse Not Promoted to D365",
        4,
        ("0", "count"),
        "2026-06-09T17:00:00Z",
    ),
    ("supplements-d365", "Ecom Customers Absent from D365", 23, ("10", "count"), "2026-06-11T17:00:00Z"),
    (
        "wholesale-sage",
        "Ecom Customers Absent from Sage Customer Master",
        14,
        ("10", "count"),
        "2026-04-14T17:00:00Z",
    ),
]


def _cards() -> RenderableType:
    """Give the table of the demo's cards on the day of each worked example."""
    return cards_table(
        [
            (
                {
                    "workspace": workspace,
                    "title": title,
                    "status": "alert",
                    "value": value,
                    "unit": "money" if unit == "percent" else "customers",
                    "currency": "USD",
                    "threshold": {"value": threshold, "unit": unit},
                    "as_of": as_of,
                },
                [*[{"value": None}] * 11, {"value": value}],
            )
            for workspace, title, value, (threshold, unit), as_of in READINGS
        ],
        WIDTH,
    )


def _changes() -> RenderableType:
    return differences_table(
        "gifts-sage", [Difference("name", '"Larkspur Gifts"', '"Larkspur Presents"')], is_new=False
    )


def _findings() -> RenderableType:
    message = "set AzureWebJobsStorage to a connection string, or AzureWebJobsStorage__accountName"
    found = {
        "area": "storage",
        "about": "AzureWebJobsStorage",
        "message": message,
        "remedy": "set it in the app settings",
        "is_wrong": True,
    }
    return findings_table([found])


@pytest.mark.parametrize(
    ("shown", "width"),
    [(_cards(), WIDTH), (_changes(), WIDTH), (_findings(), 109)],
    ids=["cards", "workspace apply", "doctor"],
)
def test_what_the_page_shows_is_what_is_printed(shown: RenderableType, width: int) -> None:
    """The tables of the page are the terminal's, letter by letter, with colour off."""
    assert _printed(shown, width) in PAGE


def test_a_command_that_makes_something_says_what_comes_next() -> None:
    """What the page shows of `./run new-card` is made of the command's own words."""
    for text in ("  made shared/cards/overdue_invoices.py", "Until `unready` is taken away it says"):
        assert text in PAGE
    assert new.TEMPLATES.is_dir()
