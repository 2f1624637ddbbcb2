"""A case as a row: what it is worth on both sides, why it is open, and the documents behind it."""

from datetime import date
from typing import Any

from shared.domain.gap.books import Books
from shared.domain.gap.cases import Case
from shared.domain.gap.documents import posted_of
from shared.domain.gap.reason import Finding, Reason
from shared.domain.money import format_money
from shared.domain.rows import PRIVACY_BLOCKED, OrderRow, row_id
from shared.domain.snapshot import Table
from shared.domain.windows import local_date


def order_row(
    card: str,
    case: Case,
    books: Books,
    found: tuple[Reason, Finding] | None,
    shipping: tuple[str, ...] = (),
) -> OrderRow:
    """Give the row of a case; `found` is None for one that is settled, of which less is told."""
    snapshot, orders = books.snapshot, books.orders
    table = books.refunds if case.is_return else orders
    connection = table.connections[case.row]
    is_blocked = books.is_privacy_blocked(case)
    sales_order = _sales_order(case, books)
    occurred_at = books.occurred_at(case)
    occurred_on = local_date(occurred_at, snapshot.workspace)
    reason, finding = found or (None, None)
    is_settled = reason is None or reason.code == "credit_memo_matched"
    rate = books.documents.rates.rate(case.commerce_currency)
    return OrderRow(
        id=row_id_of(card, case, books),
        name=PRIVACY_BLOCKED if is_blocked else _name(case, books),
        entity=books.entity(case),
        platform=snapshot.workspace.kind_of(connection),
        connection=connection,
        occurred_at=occurred_at,
        occurred_on=occurred_on,
        age_days=None if is_settled else (books.today - date.fromisoformat(occurred_on)).days,
        action=finding.action if finding else "",
        order=case.reference,
        order_id="" if case.order is None else orders["id"][case.order],
        company=case.company,
        sales_order=sales_order,
        documents=_all_numbers(case, books, sales_order),
        commerce_gross=case.commerce_gross,
        commerce_net=case.commerce_net,
        ledger_amount=case.posted_net,
        gap=case.gap,
        currency=snapshot.workspace.reporting_currency,
        order_currency=case.commerce_currency,
        rate=rate.shown,
        rate_source=rate.source,
        reason=reason.code if reason else "",
        reason_label=(finding.label if finding else "") or (reason.label if reason else "Matched"),
        headline_code=reason.headline if reason else "",
        sub_reasons=finding.sub_reasons if finding else shipping,
        queue=reason.queue if reason else "",
        error=_error(finding, is_blocked),
        match_key=case.document_reference,
        is_privacy_blocked=is_blocked,
        evidence=_evidence(case, books) if found or len(case.invoices) > 1 else {},
    )


def row_id_of(card: str, case: Case, books: Books) -> str:
    """Name a case by its order; by the company, too, only where several share the order.

    So an order keeps its row from the day on which the ledger lacks it until it is invoiced.
    """
    table = books.refunds if case.is_return else books.orders
    place = "/".join(case.place) if case.is_shared_out else ""
    kind, native = "return" if case.is_return else "order", table["id"][case.row]
    return row_id(card, place, f"{table.connections[case.row]}:{kind}:{native}")


def _error(finding: Finding | None, is_blocked: bool) -> str:  # noqa: FBT001 - a claim of the row
    """Give the connector's message, which may quote the customer (decision 14)."""
    error = finding.error if finding else ""
    return PRIVACY_BLOCKED if error and is_blocked else error


def _name(case: Case, books: Books) -> str:
    """Give the customer's name from the ledger, else from the shop (REVGAP-33)."""
    for _, table, rows in _held(case, books):
        for row in rows:
            if name := table.detail(row, "customer_name"):
                return str(name)
    customer = books.customer(case)
    if customer is not None:
        return str(books.masters.detail(customer, "display_name"))
    if case.order is None:
        return ""
    names = (books.orders.detail(case.order, column) for column in ("company_name", "display_name"))
    return next((str(name) for name in names if name), "")


def _sales_order(case: Case, books: Books) -> str:
    documents = books.documents
    if case.is_return:
        return _joined(documents.credit_memos["number"][row] for row in case.credit_memos)
    orders = [documents.sales_orders["number"][row] for row in case.sales_orders]
    return _joined([*orders, *(documents.invoices["order_number"][row] for row in case.invoices)])


def _all_numbers(case: Case, books: Books, sales_order: str) -> str:
    numbers = [table["number"][row] for _, table, rows in _held(case, books) for row in rows]
    return _joined([*sales_order.split(", "), *numbers])


def _joined(numbers: Any) -> str:
    return ", ".join(dict.fromkeys(number for number in numbers if number))


def _held(case: Case, books: Books) -> tuple[tuple[str, Table, tuple[int, ...]], ...]:
    documents = books.documents
    return (
        ("sales_order", documents.sales_orders, case.sales_orders),
        ("invoice", documents.invoices, case.invoices),
        ("credit_memo", documents.credit_memos, case.credit_memos),
    )


def _evidence(case: Case, books: Books) -> dict[str, Any]:
    """Give what the row rests on, for people who check it by hand."""
    rates, order = books.documents.rates, case.order
    shown = [_document(books, kind, table, row) for kind, table, rows in _held(case, books) for row in rows]
    currencies = {case.commerce_currency, *(each["currency"] for each in shown)}
    return {
        "looked_for": case.document_reference,
        "documents": shown,
        "url": "" if order is None else books.orders.detail(order, "url"),
        "commerce_tax": format_money(case.commerce_gross - case.commerce_net),
        "ledger_tax": format_money(case.posted_gross - case.posted_net),
        "commerce_shipping": ""
        if order is None or case.is_return
        else format_money(rates.translate(books.orders["shipping_net"][order], case.commerce_currency)),
        "rates": {
            currency: {"rate": rates.rate(currency).shown, "source": rates.rate(currency).source}
            for currency in sorted(currencies - {books.snapshot.workspace.reporting_currency})
        },
        "same_number": list(case.shares_reference_with),
        "contested": list(case.contested),
        "repeated": [each.number for each in case.repeats],
    }


def _document(books: Books, kind: str, table: Table, row: int) -> dict[str, Any]:
    """Give one document as a sub-row (REVGAP-25), in its own currency and as it counts in the gap."""
    documents = books.documents
    day = table["ordered_on" if kind == "sales_order" else "posted_on"][row]
    is_posted = kind != "sales_order" and bool(posted_of(table, [row]))
    return {
        "kind": kind,
        "number": table["number"][row],
        "connection": table.connections[row],
        "company": table["company"][row],
        "state": table["state"][row],
        "date": day,
        "net": format_money(table["net"][row]),
        "gross": format_money(table["gross"][row]),
        "shipping": "" if kind == "credit_memo" else format_money(table["shipping_net"][row]),
        "currency": table["currency"][row],
        "in_reporting_currency": format_money(documents.total(table, [row], "net")),
        "is_counted": is_posted and documents.is_in_window(day),
    }
