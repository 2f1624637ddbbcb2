"""The rows of a reading as messages show them: who, what it is worth, how old, why, and what to do."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from shared.alerting import words

Document = dict[str, Any]
_EMAIL = re.compile(r"[^\s,;:<>()'\"]+@[^\s,;:<>()'\"]+")


def amount_of(rows: Iterable[Document]) -> Decimal:
    """Give the gap of these rows together."""
    return sum((Decimal(row["gap"]) for row in rows), Decimal(0))


def parts_of(rows: Sequence[Document], reading: Document) -> list[dict[str, str]]:
    """Cut these rows as the reading is cut first, by cohort, cause or reason: the reading has others, too."""
    is_money, parts = reading["unit"] == "money", []
    for part in reading["breakdown"]:
        first = reading["breakdown"][0]["dimension"]
        members = [row for row in rows if first == part["dimension"] and row.get(first) == part["code"]]
        value = words.money(amount_of(members), reading["currency"]) if is_money else str(len(members))
        if members:
            parts.append({"label": part["label"], "value": value})
    return parts


def _labels(row: Document, reading: Document) -> list[str]:
    """Give why a row is there, in the words that the reading's cuts have for it."""
    if row.get("reason_label"):
        return [row["reason_label"]]
    return [
        part["label"]
        for part in reading.get("breakdown") or ()
        if part["dimension"] in {"cohort", "cause"} and part["code"] == row.get(part["dimension"])
    ]


def row_of(row: Document, reading: Document, *, show_names: bool) -> dict[str, str]:
    """Give a row as a message shows it; without names where a workspace asks so."""
    is_money = reading["unit"] == "money"
    age = row.get("age_days")
    worth = (
        [(row["gap"], reading["currency"])]
        if is_money
        else [(each["amount"], each["currency"]) for each in row.get("exposure") or ()]
    )
    orders = row.get("order_count", 0)
    return {
        "name": row["name"] if show_names else "",
        "about": row["order"] if is_money else words.plural(orders, "order") if orders else row["segment"],
        "amount": ", ".join(words.money(*each) for each in worth),
        "why": "; ".join(_labels(row, reading)),
        "age": "" if age is None else words.plural(age, "day"),
        "action": row["action"] if show_names else _without_names(row),
    }


def _without_names(row: Document) -> str:
    """Give what to do without what names a person: the row's own names, and the vendor's words for it."""
    text: str = row["action"]
    failure = (row.get("evidence") or {}).get("failure") or {}
    for said in (failure.get("reason"), row.get("error"), row["name"], row.get("email")):
        if said:
            text = text.replace(f": {said}", "").replace(said, "\N{HORIZONTAL ELLIPSIS}")
    return _EMAIL.sub("\N{HORIZONTAL ELLIPSIS}", text)
