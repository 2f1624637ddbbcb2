"""Reasons for orders that stand in the ledger and are not, or no longer, to be invoiced as they are."""

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import living, posted_of
from shared.domain.gap.reason import (
    Finding,
    is_cancelled,
    local_day,
    open_sales_orders,
    posted_invoices,
    sales_order_numbers,
    short_day,
)

APPROVAL_HOURS = 72
_BLOCKED = {"blocked_shipping": "Ship", "blocked_invoicing": "Invoice"}


def voided(case: Case, books: Books) -> Finding | None:
    """Claim an order that one side took back and the other did not (REVGAP-10, decision 24)."""
    if case.is_return:
        return None
    return _voided_in_shop(case, books) if is_cancelled(case, books) else _voided_in_ledger(case, books)


def _voided_in_shop(case: Case, books: Books) -> Finding:
    if posted := posted_invoices(case, books):
        numbers = ", ".join(books.documents.invoices["number"][row] for row in posted)
        return Finding(f"Credit the posted invoice {numbers}: the shop cancelled the order", ("invoiced",))
    if not case.sales_orders:
        numbers = ", ".join(books.documents.invoices["number"][row] for row in case.invoices)
        return Finding(f"Delete the draft invoice {numbers}: the shop cancelled the order", ("draft",))
    return Finding(f"Cancel {sales_order_numbers(case, books)}: the shop cancelled the order", ("ordered",))


def _voided_in_ledger(case: Case, books: Books) -> Finding | None:
    documents = books.documents
    tables = ((documents.sales_orders, case.sales_orders), (documents.invoices, case.invoices))
    states = {table["state"][row] for table, rows in tables for row in rows}
    if states == {"cancelled"}:
        numbers = ", ".join(table["number"][row] for table, rows in tables for row in rows)
        todo = "None" if _is_refunded(case, books) else "Invoice the order again, or cancel it in the shop"
        return Finding(f"{todo}: the ledger took back {numbers}", ("taken_back",))
    if _is_refunded(case, books) and not _has_left(case, books):
        numbers = ", ".join(table["number"][row] for table, rows in tables for row in living(table, rows))
        return Finding(f"Cancel {numbers}: the shop gave all the money back", ("refunded",))
    # A memo explains a gap where the invoices, of whatever date, come to the order without it.
    invoiced = documents.total(documents.invoices, posted_invoices(case, books), "net")
    memos = posted_of(documents.credit_memos, case.credit_memos)
    if not memos or abs(case.commerce_net - invoiced) > books.tolerance(case):
        return None
    numbers = ", ".join(documents.credit_memos["number"][row] for row in memos)
    return Finding(
        f"Give the money back in the shop, or reverse {numbers}: no return stands against it",
        ("credited_without_return",),
    )


def _is_refunded(case: Case, books: Books) -> bool:
    """Say whether the shop gave back all that the order cost."""
    return bool(books.orders["state"][case.row] == "refunded")


def _has_left(case: Case, books: Books) -> bool:
    """Say whether anything of an order was shipped or invoiced, or is not there to be cancelled."""
    table, invoices = books.documents.sales_orders, books.documents.invoices
    orders, drafts = living(table, case.sales_orders), living(invoices, case.invoices)
    is_shipped = any(table["shipped_quantity"][row] or table["invoiced_quantity"][row] for row in orders)
    return is_shipped or bool(posted_of(invoices, drafts)) or not (orders or drafts)


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
    if any(table["invoiced_quantity"][row] for row in rows) or posted_invoices(case, books):
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
