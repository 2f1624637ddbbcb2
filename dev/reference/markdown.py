"""Markdown that other pages are put together from."""

import re
from collections.abc import Iterable, Sequence


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Give a table; a bar or a line break within a cell does not end it."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(map(cell, line))} |\n" for line in lines)


def cell(text: str) -> str:
    """Give a text as it stands in a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def bullets(items: Iterable[str]) -> str:
    """Give a list."""
    return "".join(f"- {item}\n" for item in items)


def anchor(heading: str) -> str:
    """Give the anchor that GitHub makes of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return kept.replace(" ", "-")


def code(text: str) -> str:
    """Give a text as code, if there is one."""
    return f"`{text}`" if text else ""
