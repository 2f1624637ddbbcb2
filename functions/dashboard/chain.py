"""The way of a customer and an order into the books, with what is held up at each step of it.

Dataverse, customer master, sales order, invoice: whoever mends the first step that breaks often mends those
behind it (D365-ABS-18).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Reading = Mapping[str, Any]

NOT_PROMOTED = "dataverse_customers_not_promoted"
ABSENT_D365 = "ecom_customers_absent_from_d365"
ABSENT_SAGE = "ecom_customers_absent_from_sage"
ABSENT_SAGE_B2B = "ecom_b2b_customers_absent_from_sage_master"
GAP = "revenue_gap_detailed_breakdown"

_WITHOUT_ORDER = "Unmapped Customer"
_WITHOUT_INVOICE = "Released-Not-Invoiced"
_SAGE = frozenset({ABSENT_SAGE, ABSENT_SAGE_B2B})
_UNKNOWN = frozenset({"held", "not_evaluated"})
"""States in which nobody can say that nothing is held up."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one card finds at one step."""

    card: str
    title: str
    words: str
    """What the count is of: `customers not promoted`."""
    status: str
    count: int | None
    amount: str | None = None
    currency: str | None = None
    query: str = ""
    """Which of the card's rows these are."""

    @property
    def tone(self) -> str:
        """How it is coloured: `ok`, `alert` or `held`, as states are."""
        if not self.is_known:
            return "held"
        return "alert" if self.count else "ok"

    @property
    def is_known(self) -> bool:
        """Say whether the count is what is so now."""
        return self.count is not None and self.status not in _UNKNOWN


@dataclass(frozen=True, slots=True)
class Gate:
    """The step from one place to the next."""

    findings: tuple[Finding, ...]
    is_first_break: bool = False

    @property
    def state(self) -> str:
        """How it stands: `break`, `clear`, `unknown`, or `unwatched` where no card looks at it."""
        if not self.findings:
            return "unwatched"
        if any(each.is_known and each.count for each in self.findings):
            return "break"
        return "clear" if all(each.is_known for each in self.findings) else "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer or an order stands, and the step that leads on from it."""

    title: str
    gate: Gate | None


def chain(readings: Iterable[Reading]) -> list[Place]:
    """Give the places in their order, from the cards that the visitor sees; none where no card is on it."""
    found = {str(each["card"]): each for each in readings if each["status"] != "not_configured"}
    has_sage, has_d365 = bool(found.keys() & _SAGE), bool(found.keys() - _SAGE)
    customers = [
        _customers(found, NOT_PROMOTED, "records not promoted"),
        _customers(found, ABSENT_D365, "buyers absent from D365"),
        _customers(found, ABSENT_SAGE, "buyers absent from Sage"),
        _customers(found, ABSENT_SAGE_B2B, "B2B buyers absent from Sage"),
    ]
    gates = [_gate(customers)]
    if has_d365:
        gates += [
            _gate([_orders(found, _WITHOUT_ORDER, "orders without a sales order")]),
            _gate([_orders(found, _WITHOUT_INVOICE, "orders not invoiced")]),
        ]
    if all(not each.findings for each in gates):
        return []
    titles = [_start(found), _master(has_sage=has_sage, has_d365=has_d365)]
    titles += ["Sales order", "Invoice"] if has_d365 else []
    first = next((at for at, each in enumerate(gates) if each.state == "break"), None)
    marked = [Gate(each.findings, at == first) for at, each in enumerate(gates)]
    return [Place(title, gate) for title, gate in zip(titles, [*marked, None], strict=True)]


def _start(found: Mapping[str, Reading]) -> str:
    if NOT_PROMOTED in found:
        return "Dataverse and shop" if found.keys() & {ABSENT_D365, ABSENT_SAGE} else "Dataverse"
    return "Shop"


def _master(*, has_sage: bool, has_d365: bool) -> str:
    if has_sage and has_d365:
        return "Customer master"
    return "Sage customer master" if has_sage else "D365 customer master"


def _gate(findings: Iterable[Finding | None]) -> Gate:
    return Gate(tuple(each for each in findings if each is not None))


def _customers(found: Mapping[str, Reading], card: str, words: str) -> Finding | None:
    reading = found.get(card)
    if reading is None:
        return None
    return Finding(card, reading["title"], words, reading["status"], reading["value"])


def _orders(found: Mapping[str, Reading], headline: str, words: str) -> Finding | None:
    reading = found.get(GAP)
    if reading is None:
        return None
    parts = [each for each in reading.get("breakdown", ()) if each["dimension"] == "headline"]
    part = next((each for each in parts if each["code"] == headline), None)
    is_read = reading["value"] is not None
    return Finding(
        GAP,
        reading["title"],
        words,
        reading["status"],
        part["rows"] if part else (0 if is_read else None),
        part["gap_amount"] if part else None,
        reading["currency"],
    )
