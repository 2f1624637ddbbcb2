"""Reasons for orders and returns of which the ledger has documents."""

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case, posted_of
from shared.domain.gap.reason import (
    Finding,
    is_cancelled,
    local_day,
    open_sales_orders,
    sales_order_numbers,
    short_day,
)
from shared.domain.windows import local_date

APPROVAL_HOURS = 72
_BLOCKED = {"blocked_shipping": "Ship", "blocked_invoicing": "Invoice"}


def voided(case: Case, books: Books) -> Finding | None:
    """Claim an order that the shop cancelled and the ledger did not (REVGAP-10, decision 24)."""
    if not is_cancelled(case, books):
        return None
    states = {books.documents.invoices["state"][row] for row in case.invoices}
    if "posted" in states:
        return Finding("Credit the posted invoice: the shop cancelled the order", ("invoiced",))
    if not case.sales_orders:
        return Finding("Delete the draft invoice: the shop cancelled the order", ("draft",))
    return Finding(f"Cancel {sales_order_numbers(case, books)}: the shop cancelled the order", ("ordered",))


def pending_approval_72h(case: Case, books: Books) -> Finding | None:
    """Claim a sales order whose approval has been waiting for more than 72 hours (REVGAP-17)."""
    if not open_sales_orders(case, books, "pending_approval"):
        return None
    requested_at = books.approval_requested_at(case)
    if not requested_at or books.hours_since(requested_at) <= APPROVAL_HOURS:
        return None
    day = local_day(requested_at, books)
    return Finding(f"Escalate the approval of {sales_order_numbers(case, books)}, requested {day}")


def customer_blocked(case: Case, books: Books) -> Finding | None:
    """Claim a sales order whose customer is blocked in the ledger (REVGAP-18)."""
    customer = books.document_customer(case)
    if customer is None or not open_sales_orders(case, books, "draft", "pending_approval", "released"):
        return None
    state = books.masters["state"][customer]
    if not state.startswith("blocked"):
        return None
    action = f"Release the credit hold of customer {books.masters['number'][customer]}"
    return Finding(
        f"{action}, then post {sales_order_numbers(case, books)}",
        label=f"Customer.Blocked = {_BLOCKED.get(state, 'All')}",
    )


def released_not_invoiced(case: Case, books: Books) -> Finding | None:
    """Claim a released sales order that is not invoiced, or not in full (REVGAP-09)."""
    rows = open_sales_orders(case, books, "released")
    if not rows:
        return None
    table = books.documents.sales_orders
    subs = []
    if any(table["invoiced_quantity"][row] for row in rows) or posted_of(
        books.documents.invoices, case.invoices
    ):
        subs.append("partially_invoiced")
    shipped = [row for row in rows if table["shipped_quantity"][row]]
    is_part = any(table["shipped_quantity"][row] < table["quantity"][row] for row in rows)
    if shipped and is_part:
        subs.append("partially_shipped")
    numbers = ", ".join(table["number"][row] for row in rows)
    day = max((table["shipped_on"][row] for row in shipped), default="")
    when = f", {'partly ' if is_part else ''}shipped {short_day(day)}" if day else ""
    action = f"Post invoice for {numbers}{when}" if shipped else f"Ship and invoice {numbers}"
    return Finding(action, tuple(subs))


def _posted_outside(case: Case, books: Books) -> list[str]:
    """Name the posted documents of a case that are dated outside the window."""
    documents = books.documents
    return [
        f"{table['number'][row]} of {short_day(table['posted_on'][row])}"
        for table, rows in ((documents.invoices, case.invoices), (documents.credit_memos, case.credit_memos))
        for row in posted_of(table, rows)
        if not documents.is_in_window(table["posted_on"][row])
    ]


def credit_memo_matched(case: Case, books: Books) -> Finding | None:
    """Claim a return whose credit memo stands in the ledger for the same amount (REVGAP-11)."""
    if case.is_return and case.credit_memos and abs(case.gap) <= books.tolerance:
        return Finding("None")
    return None


def credit_memo_pending(case: Case, books: Books) -> Finding | None:
    """Claim a return without a posted credit memo, or with one over another amount (REVGAP-12).

    One that is posted in another period is no case for a second memo.
    """
    if not case.is_return or _posted_outside(case, books):
        return None
    table = books.documents.credit_memos
    drafts = [table["number"][row] for row in case.credit_memos if table["state"][row] == "draft"]
    if drafts:
        return Finding(f"Post credit memo {', '.join(drafts)}", ("draft",))
    if case.posted_net:
        return Finding(f"Correct the credit memo for {case.document_reference}", ("amount_differs",))
    return Finding(f"Create the credit memo for return {case.document_reference}")


def tax_reclassification(case: Case, books: Books) -> Finding | None:
    """Claim a case that agrees with tax and differs without it (REVGAP-16)."""
    if case.invoices and abs(case.commerce_gross - case.posted_gross) <= books.tolerance:
        return Finding("Compare the tax codes of order and invoice", ("tax_split",))
    return None


def fx_translation(case: Case, books: Books) -> Finding | None:
    """Claim a case whose two sides are in different currencies (REVGAP-15)."""
    table = books.documents.invoices
    others = {table["currency"][row] for row in posted_of(books.documents.invoices, case.invoices)} - {
        case.commerce_currency
    }
    if not others or not case.posted_net:
        return None
    pair = f"{case.commerce_currency} and {', '.join(sorted(others))}"
    return Finding(f"Book the exchange difference between {pair}")


def period_boundary(case: Case, books: Books) -> Finding | None:
    """Claim a case whose document is posted outside the window (REVGAP-14, decision 25)."""
    if not (outside := _posted_outside(case, books)):
        return None
    return Finding(f"None: {', '.join(outside)} is posted in another period")


def edited_after_processing(case: Case, books: Books) -> Finding | None:
    """Claim an order that the shop changed after the ledger had posted it."""
    table = books.documents.invoices
    posted = [table["posted_on"][row] for row in posted_of(books.documents.invoices, case.invoices)]
    if not posted:
        return None
    changed_at = books.orders.detail(case.row, "updated_at")
    if not changed_at or local_date(changed_at, books.snapshot.workspace) <= max(posted):
        return None
    return Finding(f"Correct the invoice: the shop changed the order on {local_day(changed_at, books)}")


def unknown(case: Case, books: Books) -> Finding | None:
    """Claim what no other reason explains (REVGAP-20), and say what is known of it."""
    if requested_at := books.approval_requested_at(case):
        day = local_day(requested_at, books)
        return Finding(
            f"Wait for the approval of {sales_order_numbers(case, books)}, requested {day}", ("in_approval",)
        )
    if open_sales_orders(case, books, "draft", "pending_approval"):
        return Finding(f"Release {sales_order_numbers(case, books)}", ("not_released",))
    return Finding("Compare the order with its documents line by line")
