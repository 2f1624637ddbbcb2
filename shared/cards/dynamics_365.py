"""What the two Dynamics 365 cards share: the ledgers, and the customers who stand on both (DV-15).

A buyer whom the customer master does not know may be a Dataverse record whose promotion is stuck. Each card
names the other's row; a card that is off, or whose input cannot be trusted now, is not named.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.cards.customers import population_of, subject_of
from shared.domain import promotion
from shared.domain.absence import Absence, Master
from shared.domain.buyers import COMMERCE
from shared.domain.promotion import Promotion, Promotions
from shared.domain.records import CrmCustomer, MasterCustomer, Order, Record
from shared.domain.rows import row_id
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, rolling

ABSENT = "ecom_customers_absent_from_d365"
STUCK = "dataverse_customers_not_promoted"
LEDGERS = ("business_central", "finance_operations")
WINDOW_DAYS = 7

Subject = tuple[str, str]
Named = tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Which absent buyers and stuck records share a key, each side as its own card sees it now."""

    of_buyer: dict[Subject, list[Subject]]
    of_record: dict[Subject, list[Subject]]

    def stuck(self, absence: Absence) -> Named:
        """Name the Dataverse card's rows about a buyer."""
        return _named(STUCK, self.of_buyer.get(subject_of(absence), ()), "its Dataverse record is stuck")

    def absent(self, record: Subject) -> Named:
        """Name the absent-customer card's rows about a Dataverse record."""
        return _named(ABSENT, self.of_record.get(record, ()), "this customer has ordered")


def master(snapshot: Snapshot) -> Master:
    """Say which customer master buyers are looked up in: name and address come last (D365-ABS-04)."""
    return Master(LEDGERS, snapshot.workspace.field_map.key_precedence.d365_fallback)


def promotions(snapshot: Snapshot, window: Window) -> Promotions:
    """Give what became of a window's Dataverse records, worked out once for both cards."""
    return snapshot.once((promotion.judge, window), lambda: promotion.judge(snapshot, window, LEDGERS))


def record_subject(snapshot: Snapshot, row: int) -> Subject:
    """Give what a Dataverse record's row is named by: its entity, and its table and id."""
    crm = snapshot.table(CrmCustomer, "dataverse")
    return snapshot.workspace.entity_of_company(crm["company"][row]), f"{crm['table'][row]}:{crm['id'][row]}"


def crossing(snapshot: Snapshot) -> Crossing:
    """Look absent buyers up among stuck records by any key that both have."""
    return snapshot.once(Crossing, lambda: _crossing(snapshot))


def _crossing(snapshot: Snapshot) -> Crossing:
    found = Crossing({}, {})
    by_key: dict[tuple[str, str], list[Promotion]] = {}
    for each in _stuck(snapshot):
        for key in each.keys:
            by_key.setdefault(key, []).append(each)
    for absence in _absences(snapshot) if by_key else ():
        near = {each.row for key in absence.buyer.keys for each in by_key.get(key, ())}
        for record in sorted(record_subject(snapshot, row) for row in near):
            found.of_buyer.setdefault(subject_of(absence), []).append(record)
            found.of_record.setdefault(record, []).append(subject_of(absence))
    return found


def _stuck(snapshot: Snapshot) -> tuple[Promotion, ...]:
    window = _window(snapshot, STUCK)
    can_tell = _can_tell(snapshot, CrmCustomer, "dataverse") and _can_tell(snapshot, MasterCustomer, *LEDGERS)
    return promotions(snapshot, window).stuck if window and can_tell else ()


def _absences(snapshot: Snapshot) -> tuple[Absence, ...]:
    window = _window(snapshot, ABSENT)
    if window is None or not _can_tell(snapshot, Order, *COMMERCE):
        return ()
    return population_of(snapshot, window, snapshot.workspace.card(ABSENT), master(snapshot)).absences


def _window(snapshot: Snapshot, card: str) -> Window | None:
    settings = snapshot.workspace.card(card)
    days = settings.window_days or WINDOW_DAYS
    return rolling(snapshot.workspace, snapshot.as_of, days) if settings.enabled else None


def _can_tell(snapshot: Snapshot, record_type: type[Record], *kinds: str) -> bool:
    """Say whether there is such an input and none that is stale or partial (decision 15)."""
    inputs = [each for each in snapshot.inputs if each.record_type is record_type and each.kind in kinds]
    return bool(inputs) and not any(each.problem for each in inputs)


def _named(card: str, subjects: Iterable[Subject], why: str) -> Named:
    return tuple({"card": card, "row": row_id(card, *each), "why": why} for each in subjects)
