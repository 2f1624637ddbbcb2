"""The figures beside a card's headline, in words, and what of them is nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from functions.dashboard.reader import Reader

_WORDS = {
    "absent_buyers": "Buyers without a record",
    "absent_percentage": "Absent, as a share",
    "active_customers": "Active customers",
    "active_orders": "Active orders attached",
    "ambiguous": "Where several records fit",
    "b2b_customers": "B2B customers",
    "b2b_orders": "B2B orders attached",
    "blocked_orders": "Orders that cannot be billed",
    "clean_absences": "Missing without doubt",
    "created": "Created in Dataverse",
    "distinct_buyers": "Buyers with an order",
    "dtc_customers": "DTC customers",
    "dtc_orders": "DTC orders attached",
    "expected_records": "Records expected",
    "gap_percentage": "Gap as a share of net revenue",
    "guests": "Guests among them",
    "guests_left_out": "Guests left out by the guest filter",
    "in_dataverse": "Known in Dataverse",
    "lagging": "Lagging, will clear by themselves",
    "last_sync_at": "Last sync",
    "ledger_posted_amount": "Posted in the ledger, net",
    "matched_buyers": "Buyers with a record",
    "matched_orders": "Orders that match",
    "matched_records": "Records found",
    "net_commerce_revenue_amount": "Net commerce revenue",
    "not_counted": "Listed, not counted",
    "not_yet_synced": "Ordered after the last sync",
    "orders": "Orders attached",
    "out_of_scope": "Out of scope",
    "pending": "Too new to judge",
    "pending_buyers": "Buyers too new to judge",
    "promoted": "Promoted",
    "real_failures": "Real failures",
    "recurring_failures": "Failures that recur",
    "red_flags": "Rows to escalate by age",
    "rounding_amount": "Rounding",
    "rows": "Rows",
    "rows_holding_80_percent": "Rows that hold 80 % of all gaps",
    "stuck": "Stuck",
    "stuck_and_ordered": "Stuck, and ordered in a shop",
    "stuck_of_active_percentage": "Stuck, of active customers",
    "stuck_of_created_percentage": "Stuck, of those created",
    "stuck_with_open_business": "Stuck, with open business",
    "suspected_duplicates": "Suspected duplicates",
    "unreconciled_gap_amount": "Unreconciled gap",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told beside a headline."""

    told: tuple[tuple[str, Markup | str], ...]
    """Words and value."""
    nothing: tuple[str, ...]
    """The words for what is zero: named in one line, so that the rest stands out."""


def figures(reading: Mapping[str, Any], reader: Reader) -> Figures:
    """Give a reading's figures as people read them, in its order."""
    found = {name: value for name, value in reading["figures"].items() if value != ""}
    nothing = [name for name, value in found.items() if value in {0, "0.00"}]
    return Figures(
        tuple(
            (words(name), _shown(name, value, reading["currency"], reader))
            for name, value in found.items()
            if name not in nothing
        ),
        tuple(map(words, nothing)),
    )


def words(name: str) -> str:
    """Give the words for a figure; one that has none is written as words."""
    return _WORDS.get(name) or name.replace("_", " ").capitalize()


def _shown(name: str, value: int | str, currency: str | None, reader: Reader) -> Markup | str:
    if name.endswith("_amount"):
        return reader.money(str(value), currency)
    if name.endswith("_percentage"):
        return reader.percent(str(value))
    if name.endswith("_at"):
        return reader.instant(str(value))
    return reader.number(value) if isinstance(value, int) else value
