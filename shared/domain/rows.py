"""The rows of a reading: one customer or one order each, with the evidence for it."""

import hashlib
from dataclasses import dataclass, fields
from typing import Any

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


def as_json(row: Row) -> dict[str, Any]:
    """Give a row as JSON has it: money as text, lists for tuples."""
    shown: dict[str, Any] = {}
    for name in (each.name for each in fields(row)):
        value = getattr(row, name)
        if isinstance(value, tuple):
            value = list(value)
        shown[name] = format_money(value) if name in _MONEY else value
    return shown


def row_id(card: str, entity: str, subject: str) -> str:
    """Give the id that a subject keeps from one reading to the next."""
    return hashlib.sha256(f"{card}\n{entity}\n{subject}".encode()).hexdigest()[:24]
