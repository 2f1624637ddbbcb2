"""Cards as the terminal shows them: a line each, with the colour of its status and its trend."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.markup import escape
from rich.table import Table
from rich.text import Text

Document = dict[str, Any]

STYLES = {
    "alert": "bold red",
    "attention": "yellow",
    "ok": "green",
    "held": "magenta",
    "not_configured": "dim",
    "not_evaluated": "dim",
}
_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
_COLUMNS = ("Workspace", "Card", "Status", "Value", "Alert past", "Change", "Trend", "As of", "Waits for")
_NUMBERS = frozenset({"Value", "Alert past", "Change"})
_LONG = frozenset({"Card", "Waits for"})
_LEAST_OF_LONG = 12
"""Characters in which a text can still be folded; all else stands whole, for half a figure is another one."""
_OPTIONAL = frozenset({"Change", "Trend", "Waits for"})
"""Left away where no card has anything there."""


def sparkline(values: Sequence[Decimal | None]) -> str:
    """Draw values as bars between the least and the most of them; a week without one is a dot."""
    known = [each for each in values if each is not None]
    if not known:
        return ""
    least, most = min(known), max(known)
    reach = most - least or Decimal(1)
    return "".join(
        _NOTHING if each is None else _BARS[int((each - least) / reach * (len(_BARS) - 1))] for each in values
    )


def cards_table(readings: Sequence[tuple[Document, Sequence[Document]]], width: int) -> Table:
    """Give a line for each reading with the weeks of its history, the oldest first.

    Where the terminal is too narrow for that, a line for each part of it.
    """
    lines = [_line(reading, weeks) for reading, weeks in readings]
    shown = [name for name in _COLUMNS if name not in _OPTIONAL or any(str(line[name]) for line in lines)]
    if _least_width(lines, shown) > width:
        table = Table("", "", title="Cards", title_justify="left", show_header=False)
        for line in lines:
            for name in shown:
                table.add_row(name, line[name])
            table.add_section()
        return table
    table = Table(title="Cards", title_justify="left")
    for name in shown:
        justify: JustifyMethod = "right" if name in _NUMBERS else "left"
        table.add_column(name, justify=justify, no_wrap=name not in _LONG)
    for line in lines:
        table.add_row(*(line[name] for name in shown))
    return table


def _least_width(lines: Sequence[Mapping[str, str | Text]], shown: Sequence[str]) -> int:
    widths = (
        _LEAST_OF_LONG
        if name in _LONG
        else max(cell_len(each) for each in (name, *(str(line[name]) for line in lines)))
        for name in shown
    )
    return sum(width + len(" │ ") for width in widths) + 1


def _line(reading: Document, weeks: Sequence[Document]) -> dict[str, str | Text]:
    status = reading["status"]
    cells = (
        escape(reading["workspace"]),
        escape(reading["title"]),
        Text(status, STYLES.get(status, "")),
        value_of(reading),
        threshold_of(reading),
        _change(reading),
        sparkline([None if each["value"] is None else Decimal(each["value"]) for each in weeks]),
        _as_of(reading),
        escape("; ".join(reading.get("waiting_for", []))),
    )
    return dict(zip(_COLUMNS, cells, strict=True))


def value_of(reading: Document) -> str:
    """Give a reading's value with its unit."""
    value = reading["value"]
    if value is None:
        return "none yet"
    return f"{Decimal(value):,.2f} {reading['currency']}" if reading["unit"] == "money" else f"{value:,}"


def threshold_of(reading: Document) -> str:
    """Give past what a card alerts."""
    threshold = reading["threshold"]
    return f"{threshold['value']} %" if threshold["unit"] == "percent" else str(threshold["value"])


def rows_table(reading: Document, rows: Sequence[Document], total: int) -> Table:
    """Give the first rows of a reading."""
    title = f"{reading['title']}: {len(rows)} of {total:,} rows"
    table = Table(title=escape(title), title_justify="left")
    names = (
        (
            "order",
            "name",
            "commerce_gross",
            "sales_order",
            "ledger_amount",
            "gap",
            "reason_label",
            "age_days",
            "action",
        )
        if reading["unit"] == "money"
        else ("name", "email", "cohort", "cause", "entity", "order_count", "age_days", "action")
    )
    shown = [name for name in names if any(row.get(name) not in {None, ""} for row in rows)]
    for name in shown:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(row[name])) if row.get(name) is not None else "" for name in shown))
    return table


def _change(reading: Document) -> str:
    comparison = reading.get("comparison") or {}
    change = comparison.get("change")
    if change is None:
        return ""
    number = Decimal(change)
    return f"{number:+,.2f}" if reading["unit"] == "money" else f"{number:+,}"


def _as_of(reading: Document) -> str:
    moment = reading.get("value_as_of") or reading.get("as_of") or ""
    return str(moment).replace("T", " ")[:16]
