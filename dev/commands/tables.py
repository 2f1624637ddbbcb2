"""The cards as the terminal shows them."""

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from dev.partner.card_tables import STYLES, threshold_of, value_of
from dev.worlds.world import CARDS

_PARTS = ("cohort", "cause", "failure", "reason")

_TOLD_APART = frozenset({"dimension", "code", "label", "note"})

Document = dict[str, Any]


def shown_cards(document: Document) -> list[str]:
    """Give the cards that a workspace document leaves enabled."""
    return [card for card in CARDS if document.get("cards", {}).get(card, {}).get("enabled", True)]


def print_readings(console: Console, readings: list[Document]) -> None:
    """Print a line for each reading."""
    table = Table(title="Tieout: what did not make it to the books", title_justify="left")
    for heading in ("Card", "Workspace"):
        table.add_column(heading)
    for heading in ("Value", "Alert past", "Status", "Rows", "As of"):
        table.add_column(heading, justify="right" if heading in {"Value", "Rows"} else "left")
    for reading in readings:
        status = reading["status"]
        table.add_row(
            reading["title"],
            reading["workspace"],
            value_of(reading),
            threshold_of(reading),
            f"[{STYLES.get(status, 'dim')}]{status}[/]",
            str(reading["row_count"]),
            reading["as_of"][:10],
        )
    console.print(table)


def print_breakdown(console: Console, reading: Document) -> None:
    """Print what a reading is made of."""
    table = Table(title=f"\n{reading['title']}: {value_of(reading)}", title_justify="left")
    table.add_column("Part")
    table.add_column("", overflow="fold")
    slices = [each for each in reading["breakdown"] if each["dimension"] in _PARTS]
    names = [name for name in (slices[0] if slices else ()) if name not in _TOLD_APART]
    names = [name for name in names if any(_cell(each.get(name)) for each in slices)]
    for name in names:
        table.add_column(name.replace("_", " "), justify="right")
    for each in slices:
        table.add_row(each["dimension"], each["label"], *(_cell(each.get(name)) for name in names))
    console.print(table)
    figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in reading["figures"].items())
    console.print(f"  {figures}", style="dim")


def print_rows(console: Console, reading: Document, rows: list[Document], *, is_named: bool) -> None:
    """Print some rows of a reading: the first, or those that the worked example names."""
    title = "Rows that the worked example names" if is_named else "First rows"
    table = Table(show_edge=False, pad_edge=False, title=title, title_justify="left")
    is_money = reading["unit"] == "money"
    fields = (
        ("order", "name", "commerce_gross", "sales_order", "ledger_amount", "gap", "reason_label", "age_days")
        if is_money
        else ("name", "email", "cohort", "cause", "order_count", "age_days")
    )
    shown = [field for field in (*fields, "action") if any(_cell(row.get(field)) for row in rows)]
    for field in shown:
        table.add_column(field.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(field)) for field in shown))
    console.print(table)


def print_messages(console: Console, messages: list[Document], inbox: str) -> None:
    """Print what alerts told people: by which channel, to whom, and its title."""
    count = f"{len(messages)} message{'' if len(messages) == 1 else 's'}"
    table = Table(
        show_edge=False, pad_edge=False, title=f"{count} of the alerts arrived", title_justify="left"
    )
    for field in ("channel", "to", "title"):
        table.add_column(field, overflow="fold")
    for each in messages:
        table.add_row(each["channel"], each["to"], each["title"])
    console.print()
    console.print(table)
    console.print(f"While the demo runs they can be read at {inbox}.")


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{Decimal(each['amount']):,.2f} {each['currency']}" for each in value)
    return "" if value is None else str(value)
