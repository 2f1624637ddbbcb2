"""Reasons for orders whose invoices are posted and still differ; the last of them claims all."""

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import posted_of
from shared.domain.gap.reason import (
    Finding,
    local_day,
    open_sales_orders,
    posted_invoices,
    sales_order_numbers,
    short_day,
)
from shared.domain.money import format_money
from shared.domain.windows import local_date

FX_SHARE = 20
"""A translation difference is at most a twentieth of the order: rates hardly move more within a month."""
EDIT_SHARE = 2
"""An edit changes at most half of an order: beyond that, something else is wrong, too."""


def posted_outside(case: Case, books: Books) -> tuple[list[int], list[int]]:
    """Give the posted invoices and credit memos of a case that are dated outside the window."""
    documents = books.documents
    invoices, memos = (
        [row for row in posted_of(table, rows) if not documents.is_in_window(table["posted_on"][row])]
        for table, rows in ((documents.invoices, case.invoices), (documents.credit_memos, case.credit_memos))
    )
    return invoices, memos


def tax_reclassification(case: Case, books: Books) -> Finding | None:
    """Claim a case that agrees with tax and differs without it (REVGAP-16)."""
    if not posted_invoices(case, books):
        return None
    if abs(case.commerce_gross - case.posted_gross) > books.tolerance(case):
        return None
    numbers = ", ".join(books.documents.invoices["number"][row] for row in posted_invoices(case, books))
    return Finding(f"Compare the tax codes of the order and {numbers}", ("tax_split",))


def fx_translation(case: Case, books: Books) -> Finding | None:
    """Claim a case whose sides are in two currencies and differ by no more than rates move (REVGAP-15)."""
    if not case.posted_net or not _is_translation(case, books, case.gap):
        return None
    pair = f"{case.commerce_currency} and {', '.join(sorted(_other_currencies(case, books)))}"
    return Finding(f"Book the exchange difference between {pair}")


def _other_currencies(case: Case, books: Books) -> set[str]:
    table = books.documents.invoices
    return {table["currency"][row] for row in posted_invoices(case, books)} - {case.commerce_currency}


def _is_translation(case: Case, books: Books, difference: int) -> bool:
    return bool(_other_currencies(case, books)) and abs(difference) * FX_SHARE <= abs(case.commerce_net)


def period_boundary(case: Case, books: Books) -> Finding | None:
    """Claim a case whose document is posted outside the window (REVGAP-14, decision 25)."""
    invoices, memos = posted_outside(case, books)
    if not invoices and not memos:
        return None
    documents = books.documents
    numbers = ", ".join(
        f"{table['number'][row]} {_dated(table['posted_on'][row])}"
        for table, rows in ((documents.invoices, invoices), (documents.credit_memos, memos))
        for row in rows
    )
    billed = documents.total(documents.invoices, invoices, "net")
    left = case.gap - billed + documents.total(documents.credit_memos, memos, "net")
    if abs(left) <= books.tolerance(case) or _is_translation(case, books, left):
        return Finding(f"None: {numbers} is posted in another period")
    return Finding(
        f"Look for the {format_money(left)} that is left: {numbers} is posted in another period",
        ("explained_in_part",),
    )


def _dated(day: str) -> str:
    return f"of {short_day(day)}" if day else "without a date"


def edited_after_processing(case: Case, books: Books) -> Finding | None:
    """Claim an order that is invoiced in full, and that the shop changed since, by no more than half."""
    posted = posted_invoices(case, books)
    if not posted or open_sales_orders(case, books, "draft", "pending_approval", "released"):
        return None
    if abs(case.gap) * EDIT_SHARE > max(abs(case.commerce_net), abs(case.posted_net)):
        return None
    changed_at = books.orders.detail(case.row, "updated_at")
    last_posted_on = max(books.documents.invoices["posted_on"][row] for row in posted)
    if not changed_at or local_date(changed_at, books.snapshot.workspace) <= last_posted_on:
        return None
    numbers = ", ".join(books.documents.invoices["number"][row] for row in posted)
    return Finding(f"Correct {numbers}: the shop changed the order on {local_day(changed_at, books)}")


def unknown(case: Case, books: Books) -> Finding | None:
    """Claim what no other reason explains (REVGAP-20), and say what is known of it."""
    if requested_at := books.approval_requested_at(case):
        day = local_day(requested_at, books)
        return Finding(
            f"Wait for the approval of {sales_order_numbers(case, books)}, requested {day}", ("in_approval",)
        )
    if open_sales_orders(case, books, "draft", "pending_approval"):
        return Finding(f"Release {sales_order_numbers(case, books)}", ("not_released",))
    table = books.documents.invoices
    drafts = [table["number"][row] for row in case.invoices if table["state"][row] == "draft"]
    # Beside a posted invoice, in this company or another, a draft may bill the order again.
    if drafts and not case.is_shared_out and not posted_invoices(case, books):
        return Finding(f"Post {', '.join(drafts)}", ("draft",))
    return Finding("Compare the order with its documents line by line")
