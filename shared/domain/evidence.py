"""What rows show of the orders and master records behind a case."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.domain.absence import Absence, Population
from shared.domain.buyers import COMMERCE
from shared.domain.matching import confidence
from shared.domain.money import format_money
from shared.domain.records import Order
from shared.domain.rows import PRIVACY_BLOCKED
from shared.domain.snapshot import Snapshot, Table

_WORTH = ("net", "currency")
_KEYS = ("id", "number", "placed_at", "state", "email")
_DETAILS = ("url", "display_name", "company_name")


class ShownOrders:
    """Orders that rows are about to show, read together; nothing is read of others.

    Of `added` no more is read than what they are worth.
    """

    def __init__(self, snapshot: Snapshot, rows: Iterable[int], added: Iterable[int] = ()) -> None:
        self._orders = snapshot.table(Order, *COMMERCE)
        wanted = sorted(set(rows))
        worth = sorted({*wanted, *added})
        self._columns = {name: self._orders.at(name, wanted) for name in _KEYS}
        self._columns |= {name: self._orders.at(name, worth) for name in _WORTH}
        self._orders.fetch(wanted, *_DETAILS)

    def __getitem__(self, column: str) -> Mapping[int, Any]:
        return self._columns[column]

    def connection(self, row: int) -> str:
        """Name the shop of an order."""
        return self._orders.connections[row]

    def detail(self, row: int, column: str) -> str:
        """Give one detail of an order."""
        return str(self._orders.detail(row, column))

    def attached(self, rows: Iterable[int]) -> tuple[dict[str, Any], ...]:
        """Give the orders behind a case as a row shows them, in the order given."""
        return tuple(
            {
                "number": self["number"][row],
                "id": self["id"][row],
                "connection": self.connection(row),
                "placed_at": self["placed_at"][row],
                "state": self["state"][row],
                "net": format_money(self["net"][row]),
                "currency": self["currency"][row],
                "url": self.detail(row, "url"),
            }
            for row in rows
        )

    def exposure(self, rows: Iterable[int]) -> tuple[dict[str, str], ...]:
        """Add up what orders are worth, net of tax, by currency (SAGE-ABS-12)."""
        totals: dict[str, int] = {}
        for row in rows:
            currency = self["currency"][row]
            totals[currency] = totals.get(currency, 0) + self["net"][row]
        return tuple(
            {"amount": format_money(amount), "currency": currency}
            for currency, amount in sorted(totals.items())
        )


def fetch_records(found: Population, cases: Iterable[Absence]) -> None:
    """Read the details of the master records that `evidence` gives of these cases, together."""
    rows = {
        row
        for case in cases
        for row in (*case.match.others, *(candidate.row for candidate in case.candidates))
    }
    found.index.masters.fetch(rows, "display_name")


def evidence(found: Population, absence: Absence) -> dict[str, Any]:
    """Give what was tried and what came near, for people who check it by hand (GEN-06)."""
    masters = found.index.masters
    is_hidden = found.index.is_privacy_blocked(absence.match)
    return {
        "identity": PRIVACY_BLOCKED if is_hidden else absence.buyer.identity,
        "notes": list(absence.notes),
        "keys_tried": absence.match.shown(is_hidden=is_hidden),
        "outcome": absence.match.outcome,
        "found_in_entities": sorted({found.index.entity(row) for row in absence.match.others}),
        "records": [_record(masters, row) for row in absence.match.others],
        "candidates": [
            {
                **_record(masters, candidate.row),
                "points": candidate.points,
                "why": list(candidate.why),
                "differs": list(candidate.differing),
                "confidence": confidence(candidate.points),
            }
            for candidate in absence.candidates
        ],
    }


def _record(masters: Table, row: int) -> dict[str, Any]:
    is_hidden = masters.cell(row, "is_privacy_blocked")
    return {
        "connection": masters.connections[row],
        "number": masters.cell(row, "number"),
        "company": masters.cell(row, "company"),
        "state": masters.cell(row, "state"),
        "name": PRIVACY_BLOCKED if is_hidden else masters.detail(row, "display_name"),
        "email": PRIVACY_BLOCKED if is_hidden else masters.cell(row, "email"),
    }
