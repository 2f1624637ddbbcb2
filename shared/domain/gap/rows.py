"""A case as a row: what it is worth on both sides, why it is open, and the documents behind it."""

from shared.domain.buyers import COMMERCE
from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.reason import Finding, Reason
from shared.domain.money import format_money
from shared.domain.records import Refund
from shared.domain.rows import PRIVACY_BLOCKED, OrderRow, row_id
from shared.domain.windows import age_in_days, local_date


def order_row(card: str, case: Case, books: Books, found: tuple[Reason, Finding] | None) -> OrderRow:
    """Give the row of a case; `found` is None for an order that is settled."""
    snapshot, orders = books.snapshot, books.orders
    connection = _connection(case, books)
    customer = books.document_customer(case)
    is_blocked = books.is_privacy_blocked(case)
    occurred_at = _occurred_at(case, books)
    reason, finding = found or (None, None)
    is_settled = reason is None or reason.code == "credit_memo_matched"
    return OrderRow(
        id=row_id(
            card, case.company, f"{connection}:{'return' if case.is_return else 'order'}:{_id(case, books)}"
        ),
        name=PRIVACY_BLOCKED if is_blocked else _name(case, books, customer),
        entity=books.entity(case),
        platform=snapshot.workspace.kind_of(connection),
        connection=connection,
        occurred_at=occurred_at,
        occurred_on=local_date(occurred_at, snapshot.workspace),
        age_days=None if is_settled else age_in_days(occurred_at, snapshot.as_of, snapshot.workspace),
        action=finding.action if finding else "",
        order=case.reference,
        company=case.company,
        sales_order=_document_numbers(case, books),
        commerce_gross=case.commerce_gross,
        commerce_net=case.commerce_net,
        ledger_amount=case.posted_net,
        gap=case.gap,
        currency=snapshot.workspace.reporting_currency,
        order_currency=case.commerce_currency,
        reason=reason.code if reason else "",
        reason_label=(finding.label if finding else "") or (reason.label if reason else "Matched"),
        headline_code=reason.headline if reason else "",
        sub_reasons=finding.sub_reasons if finding else (),
        queue=reason.queue if reason else "",
        error=_error(finding, is_blocked),
        match_key=case.document_reference,
        is_privacy_blocked=is_blocked,
        evidence={
            "looked_for": case.document_reference,
            "documents": _documents(case, books),
            "order_id": orders["id"][case.order] if case.order is not None else "",
            "url": orders.detail(case.order, "url") if case.order is not None else "",
            "rate": str(books.documents.rates.average(case.commerce_currency)),
            "rate_source": "period average of the ledger's rates",
        },
    )


def _error(finding: Finding | None, is_blocked: bool) -> str:  # noqa: FBT001 - a claim of the row
    """Give the connector's message, which may quote the customer (decision 14)."""
    error = finding.error if finding else ""
    return PRIVACY_BLOCKED if error and is_blocked else error


def _connection(case: Case, books: Books) -> str:
    table = books.snapshot.table(Refund, *COMMERCE) if case.is_return else books.orders
    return table.connections[case.row]


def _id(case: Case, books: Books) -> str:
    table = books.snapshot.table(Refund, *COMMERCE) if case.is_return else books.orders
    return str(table["id"][case.row])


def _occurred_at(case: Case, books: Books) -> str:
    if case.is_return:
        return str(books.snapshot.table(Refund, *COMMERCE)["refunded_at"][case.row])
    return str(books.orders["placed_at"][case.row])


def _name(case: Case, books: Books, customer: int | None) -> str:
    """Give the customer's name from the ledger, else from the shop (REVGAP-33)."""
    documents = books.documents
    for table, rows in (
        (documents.sales_orders, case.sales_orders),
        (documents.invoices, case.invoices),
        (documents.credit_memos, case.credit_memos),
    ):
        for row in rows:
            if name := table.detail(row, "customer_name"):
                return str(name)
    if customer is not None:
        return str(books.masters.detail(customer, "display_name"))
    if case.order is None:
        return ""
    names = (books.orders.detail(case.order, column) for column in ("company_name", "display_name"))
    return next((str(name) for name in names if name), "")


def _document_numbers(case: Case, books: Books) -> str:
    documents = books.documents
    orders = [documents.sales_orders["number"][row] for row in case.sales_orders]
    posted = [documents.invoices["order_number"][row] for row in case.invoices]
    memos = [documents.credit_memos["number"][row] for row in case.credit_memos]
    return ", ".join(dict.fromkeys(number for number in (*orders, *posted, *memos) if number))


def _documents(case: Case, books: Books) -> list[dict[str, str]]:
    """Give the ledger's documents as sub-rows (REVGAP-25)."""
    documents = books.documents
    shown = []
    for kind, table, rows, day in (
        ("sales_order", documents.sales_orders, case.sales_orders, "ordered_on"),
        ("invoice", documents.invoices, case.invoices, "posted_on"),
        ("credit_memo", documents.credit_memos, case.credit_memos, "posted_on"),
    ):
        shown += [
            {
                "kind": kind,
                "number": table["number"][row],
                "state": table["state"][row],
                "date": table[day][row],
                "net": format_money(table["net"][row]),
                "currency": table["currency"][row],
            }
            for row in rows
        ]
    return shown
