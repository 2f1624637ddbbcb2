"""What the two Sage cards share: the master, the sync log, and the rows that stand on both."""

from shared.cards.customers import subject_of
from shared.domain.absence import Absence, Master
from shared.domain.buyers import COMMERCE, Buyer
from shared.domain.records import Order, SyncAttempt
from shared.domain.rows import row_id
from shared.domain.snapshot import Snapshot
from shared.domain.sync_log import SyncLog
from shared.domain.windows import Window, rolling

WIDER = "ecom_customers_absent_from_sage"
B2B = "ecom_b2b_customers_absent_from_sage_master"
MASTER = Master(("sage_intacct",), must_carry_vat=True)
SYNC_LOGS = ("sage_network", "sync_log")
WINDOW_DAYS = 7


def sync_log(snapshot: Snapshot) -> SyncLog:
    """Give the sync log, read once for both cards."""
    return snapshot.once(SyncLog, lambda: SyncLog(snapshot.table(SyncAttempt, *SYNC_LOGS)))


def active_orders(snapshot: Snapshot, buyer: Buyer) -> tuple[int, ...]:
    """Give the orders of a buyer that are still to be invoiced (decision 21)."""
    orders = snapshot.table(Order, *COMMERCE)
    return tuple(row for row in buyer.orders if orders.cell(row, "state") == "placed")


def has_active_order(snapshot: Snapshot, buyer: Buyer) -> bool:
    """Say whether an invoice to a buyer is near."""
    return bool(active_orders(snapshot, buyer))


def is_of_b2b_card(snapshot: Snapshot, absence: Absence) -> bool:
    """Say whether a case of the wider card is one of the B2B card: no record, and an active order.

    A record that only lacks its VAT number is there (decision 19), and so it is where two fit.
    """
    is_b2b = absence.buyer.segment == "b2b" and absence.is_counted and not absence.lacks_vat
    return is_b2b and has_active_order(snapshot, absence.buyer)


def also_on_b2b(snapshot: Snapshot, window: Window, absence: Absence) -> tuple[dict[str, str], ...]:
    """Give the B2B card's row for a case of the wider card, where it has one (SAGE-CM-03)."""
    if not is_of_b2b_card(snapshot, absence):
        return ()
    return _row_on(B2B, snapshot, window, absence, "why the sync has not made the record")


def also_on_wider(snapshot: Snapshot, window: Window, absence: Absence) -> tuple[dict[str, str], ...]:
    """Give the wider card's row for a case of the B2B card (SAGE-CM-03)."""
    return _row_on(WIDER, snapshot, window, absence, "the same customer in the whole gap")


def _row_on(
    card: str, snapshot: Snapshot, window: Window, absence: Absence, why: str
) -> tuple[dict[str, str], ...]:
    """Name a row only where the other card looks at the same days: over others it may not be there."""
    workspace = snapshot.workspace
    settings = workspace.card(card)
    days = settings.window_days or WINDOW_DAYS
    if not settings.enabled or rolling(workspace, snapshot.as_of, days) != window:
        return ()
    return ({"card": card, "row": row_id(card, *subject_of(absence)), "why": why},)
