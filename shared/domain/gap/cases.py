"""A case of the revenue gap: one order or return beside what one ledger company holds for it."""

from typing import NamedTuple

from shared.domain.gap.documents import NOWHERE, Place
from shared.domain.gap.repeats import Repeat


class Case(NamedTuple):
    """One order or return in one ledger company; amounts are in the reporting currency, net of tax.

    Returns have negative amounts. A cancelled order is worth nothing on the commerce side. There are tens of
    thousands: a tuple is made in half the time of a frozen dataclass.
    """

    is_return: bool
    row: int
    """The row of the order table; of the refund table for a return."""
    order: int | None
    """The row of the order table, also for a return; None where the order is not known."""
    reference: str
    """The order's name in the books."""
    document_reference: str
    """The number by which the ledger's documents were looked for."""
    commerce_net: int
    commerce_gross: int
    commerce_currency: str
    place: Place = NOWHERE
    is_shared_out: bool = False
    """Whether other companies hold documents of the order, too."""
    posted_net: int = 0
    """What the ledger posted in the window; what stands there, for a cancelled order."""
    posted_gross: int = 0
    sales_orders: tuple[int, ...] = ()
    invoices: tuple[int, ...] = ()
    credit_memos: tuple[int, ...] = ()
    """A return's own; of an order, those that no return accounts for."""
    shares_reference_with: tuple[str, ...] = ()
    """Other orders that the ledger knows by the same number."""
    contested: tuple[str, ...] = ()
    """Documents that other orders lay claim to by the same number."""
    repeats: tuple[Repeat, ...] = ()
    """Documents that do again what an earlier one did."""

    @property
    def company(self) -> str:
        """Give the ledger company that the case is held against; "" where none has documents of its order."""
        return self.place.company

    @property
    def gap(self) -> int:
        """Give commerce less ledger (REVGAP-24)."""
        return self.commerce_net - self.posted_net

    @property
    def is_entangled(self) -> bool:
        """Say whether documents and orders do not go together one by one, even where the sums agree."""
        return bool(self.shares_reference_with or self.contested or self.repeats)


def has_no_documents(case: Case) -> bool:
    """Say whether the ledger knows nothing of an order."""
    return not (case.is_return or case.sales_orders or case.invoices or case.credit_memos)
