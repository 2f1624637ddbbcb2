"""Rows: their fields are those of the rows that the cards publish."""

from dataclasses import fields
from typing import Any

from pydantic import Field, create_model

from functions.models.base import Amount, Instant, Model
from functions.models.cards import Status
from shared.domain.rows import CustomerRow, OrderRow, Row

_MONEY = frozenset({"commerce_gross", "commerce_net", "ledger_amount", "gap"})


def _form(name: str, kind: Any) -> Any:
    if name in _MONEY:
        return Amount
    return list[kind.__args__[0]] if getattr(kind, "__origin__", None) is tuple else kind


def _fields() -> dict[str, Any]:
    """Give the fields of all rows; those that only one card's rows have may be missing."""
    common = {each.name for each in fields(Row)}
    found: dict[str, Any] = {}
    for each in (*fields(OrderRow), *fields(CustomerRow)):
        form = _form(each.name, each.type)
        is_required = each.name in common
        found[each.name] = (form, Field() if is_required else Field(default=None))
    return found


ROW = create_model(
    "RowEntry",
    __base__=Model,
    __doc__="A record behind a card: a customer or an order, as the card counts.",
    **_fields()
    | {
        "is_settled": (bool, Field(description="Nothing is missing of it.")),
        "state": (str, Field(description="How far people are with it; empty for a settled one.")),
        "assignee": (str, Field()),
        "first_seen": (Instant | None, Field(description="When it was first found.")),
    },
)


class RowPage(Model):
    """One page of the records behind a card."""

    workspace: str
    card: str
    status: Status
    evaluation: str
    as_of: Instant
    value_as_of: Instant
    total: int
    rows: list[ROW]
    next_page_token: str | None
    is_recomputed: bool = False
    """They were worked out again for a past instant."""
