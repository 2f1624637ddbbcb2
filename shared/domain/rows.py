"""The rows of a reading: one customer or one order each, with the evidence for it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from typing import Any, get_origin

from shared.domain.money import format_money

PRIVACY_BLOCKED = "[Privacy Blocked]"
"""What stands for a person whom the ledger marks so (decision 14)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What all rows carry."""

    id: str
    """Stable from one reading to the next: made of card, entity and subject."""
    name: str
    entity: str = ""
    platform: str = ""
    connection: str = ""
    occurred_at: str = ""
    """The commerce order's instant; the earliest of several, or the record's creation."""
    occurred_on: str = ""
    """That instant's date in the workspace's time zone."""
    age_days: int | None = None
    action: str = ""
    is_counted: bool = True
    """False for a row beside the headline: a setting leaves it out, or several records fit."""
    evidence: dict[str, Any]
    """What the finding rests on, for people who check it by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow(Row):
    """A customer who did not make it into the ledger's master."""

    email: str = ""
    segment: str = ""
    cohort: str = ""
    cause: str = ""
    consequence: str = ""
    match_key: str = ""
    """The key by which the customer was looked for first (GEN-13)."""
    match_value: str = ""
    order_count: int = 0
    orders: tuple[dict[str, Any], ...] = ()
    exposure: tuple[dict[str, str], ...] = ()
    """Net worth of the attached orders, one amount a currency (GEN-05)."""
    account_value: tuple[dict[str, str], ...] = ()
    """Net worth of all orders that the store holds of this account, to rank accounts by (SAGE-CM-19)."""
    also_on: tuple[dict[str, str], ...] = ()
    """The rows of sibling cards that are about the same customer: `card`, `row` and `why`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow(Row):
    """A commerce order or return against what the ledger posted for it.

    All amounts are in ten-thousandths of `currency`, the reporting currency, unless they say
    otherwise.
    """

    order: str
    """The order's name in the books, `SH-#10044128`."""
    order_id: str = ""
    """The shop's own id of it, where people may look for that."""
    company: str = ""
    sales_order: str = ""
    """The numbers of its sales orders; of a return, of its credit memos."""
    documents: str = ""
    """The numbers of all its documents."""
    commerce_gross: int = 0
    commerce_net: int = 0
    ledger_amount: int = 0
    gap: int = 0
    currency: str
    order_currency: str = ""
    rate: str = ""
    """At which `order_currency` was translated, on both sides."""
    rate_source: str = ""
    reason: str = ""
    """"" for a settled row."""
    reason_label: str = ""
    headline_code: str = ""
    sub_reasons: tuple[str, ...] = ()
    queue: str = ""
    error: str = ""
    match_key: str = ""
    state: str = ""
    """How far people are with it, and who: told by its exception when the row is shown."""
    assignee: str = ""
    is_privacy_blocked: bool = False


_MONEY = frozenset({"commerce_gross", "commerce_net", "ledger_amount", "gap"})


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which fields a kind of row has: looked up once, for there are tens of thousands of rows."""

    names: tuple[str, ...]
    values: Callable[[Row], tuple[Any, ...]]
    tuples: tuple[str, ...]
    money: tuple[str, ...]


@cache
def _shape(kind: type[Row]) -> _Shape:
    every = fields(kind)
    names = tuple(each.name for each in every)
    tuples = tuple(each.name for each in every if get_origin(each.type) is tuple)
    return _Shape(names, attrgetter(*names), tuples, tuple(each for each in names if each in _MONEY))


def as_json(row: Row) -> dict[str, Any]:
    """Give a row as JSON has it: money as text, lists for tuples."""
    shape = _shape(type(row))  # type: ignore[arg-type] # classes can be hashed
    shown: dict[str, Any] = dict(zip(shape.names, shape.values(row), strict=True))
    for name in shape.tuples:
        shown[name] = list(shown[name])
    for name in shape.money:
        shown[name] = format_money(shown[name])
    return shown


def row_id(card: str, entity: str, subject: str) -> str:
    """Give the id that a subject keeps from one reading to the next."""
    return hashlib.sha256(f"{card}\n{entity}\n{subject}".encode()).hexdigest()[:24]
