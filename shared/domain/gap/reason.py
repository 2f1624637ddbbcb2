"""What a reason is, and the small looks at a case that several reasons share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import posted_of
from shared.domain.windows import local_date

AR_CLERK, BC_CONSULTANT, CFO = "ar_clerk", "bc_consultant", "cfo"
QUEUES = {AR_CLERK: "AR clerk", BC_CONSULTANT: "BC consultant", CFO: "CFO"}
"""Whose work it is, as people say it (REVGAP-30)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reason says about the case that it claims."""

    action: str
    sub_reasons: tuple[str, ...] = ()
    error: str = ""
    label: str = ""
    """A more exact name than the reason's own."""


Claim = Callable[[Case, Books], Finding | None]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: who claims cases for it, what people call it, its headline code, who works on it."""

    claim: Claim
    label: str
    headline: str
    queue: str

    @property
    def code(self) -> str:
        """Give the reason's id: the name of its function."""
        return self.claim.__name__


def short_day(day: str) -> str:
    """Write a date or instant as people say it, `2 Apr`."""
    parsed = date.fromisoformat(day[:10])
    return f"{parsed.day} {parsed:%b}"


def sales_order_numbers(case: Case, books: Books) -> str:
    """Name the case's sales orders."""
    return ", ".join(books.documents.sales_orders["number"][row] for row in case.sales_orders)


def age_hours(case: Case, books: Books) -> float:
    """Give the hours since the order was placed."""
    return books.hours_since(books.orders["placed_at"][case.row])


def is_cancelled(case: Case, books: Books) -> bool:
    """Say whether the shop cancelled the order."""
    return not case.is_return and books.orders["state"][case.row] == "cancelled"


def open_sales_orders(case: Case, books: Books, *states: str) -> list[int]:
    """Give the sales orders in these states that are not invoiced in full."""
    table = books.documents.sales_orders
    return [
        row
        for row in case.sales_orders
        if table["state"][row] in states and table["invoiced_quantity"][row] < max(table["quantity"][row], 1)
    ]


def posted_invoices(case: Case, books: Books) -> list[int]:
    """Give the case's posted invoices, of whatever date."""
    return posted_of(books.documents.invoices, case.invoices)


def local_day(moment: str, books: Books) -> str:
    """Write an instant as people there say it, `2 Apr`."""
    return short_day(local_date(moment, books.snapshot.workspace))
