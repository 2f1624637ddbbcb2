"""Every commerce order and return against what Business Central made of it, with a reason for each gap.

The money that the shops took and the ledger does not show stands here order by order: not invoiced,
not mapped, held for approval or credit, returned without a credit memo, or posted in another period.
All amounts are net of tax in the reporting currency.

Work from the top: the largest gap comes first, each row says what to do, and the queue says whose work
it is. Matched orders are kept out of the gap and can be looked up by their number.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Slice
from shared.cards.customers import BUYER_NEEDS
from shared.domain.buyers import COMMERCE
from shared.domain.gap.books import Books
from shared.domain.gap.cases import LEDGER, Case, Documents, order_cases
from shared.domain.gap.reason import QUEUES
from shared.domain.gap.reasons import REASONS, reason_for
from shared.domain.gap.returns import RETURNABLE, return_cases
from shared.domain.gap.rows import order_row
from shared.domain.money import SCALE
from shared.domain.records import (
    Approval,
    CreditMemo,
    ExchangeRate,
    Invoice,
    MasterCustomer,
    Order,
    Refund,
    SalesOrder,
    SyncAttempt,
)
from shared.domain.rows import OrderRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings

ID = "revenue_gap_detailed_breakdown"
RED_FLAG_DAYS = 12
"""From this age on a row is flagged (decision 8)."""
_MINOR_UNIT = SCALE // 100


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Give the unreconciled gap of the window, row by row, and its share of net commerce revenue."""
    documents = Documents(snapshot, window)
    books = Books(snapshot, documents, settings.tolerance_minor_units * _MINOR_UNIT)
    open_rows: list[OrderRow] = []
    settled: list[OrderRow] = []
    returns = tuple(return_cases(snapshot, window, documents))
    for case in (*order_cases(snapshot, window, documents), *returns):
        found = reason_for(case, books)
        (open_rows if found else settled).append(order_row(ID, case, books, found))
    rows = tuple(sorted(open_rows, key=lambda row: (-row.gap, row.order, row.company, row.id)))
    matched = tuple(sorted(settled, key=lambda row: (row.order, row.company, row.id)))
    gap = sum(row.gap for row in rows)
    revenue = _net_revenue(snapshot, window, documents, returns)
    share = Decimal(abs(gap)) / Decimal(abs(revenue)) * 100 if revenue else Decimal(100 if gap else 0)
    return Judgement(
        value=gap,
        compared=share,
        rows=rows,
        settled=matched,
        breakdown=_breakdown(snapshot, rows),
        figures={
            "rows": len(rows),
            "unreconciled_gap_amount": gap,
            "net_commerce_revenue_amount": revenue,
            "gap_percentage": str(share.quantize(Decimal("0.01"))),
            "matched_orders": len(matched),
            "red_flags": sum((row.age_days or 0) >= RED_FLAG_DAYS for row in rows),
        },
    )


def _net_revenue(snapshot: Snapshot, window: Window, documents: Documents, returns: tuple[Case, ...]) -> int:
    """Add up orders less refunds of the window, in the reporting currency (decision 26)."""
    orders = snapshot.table(Order, *COMMERCE)
    taken = sum(
        documents.rates.translate(orders["net"][row], orders["currency"][row])
        for row, moment in enumerate(orders["placed_at"])
        if window.holds(moment) and orders["state"][row] in RETURNABLE
    )
    return taken + sum(case.commerce_net for case in returns)


def _breakdown(snapshot: Snapshot, rows: tuple[OrderRow, ...]) -> tuple[Slice, ...]:
    """Cut the gap by reason, headline code, queue and company; each cut adds up (REVGAP-37)."""
    labels = {reason.code: reason.label for reason in REASONS}
    names = {entity.id: entity.name for entity in snapshot.workspace.entities}
    by_reason = _cut("reason", rows, lambda row: row.reason, labels)
    by_headline = _cut("headline", rows, lambda row: row.headline_code, {})
    by_queue = _cut("queue", rows, lambda row: row.queue, QUEUES)
    by_entity = _cut("entity", rows, lambda row: row.entity, names)
    return by_reason + by_headline + by_queue + by_entity


def _cut(
    dimension: str, rows: Iterable[OrderRow], key: Callable[[OrderRow], str], labels: dict[str, str]
) -> tuple[Slice, ...]:
    parts: dict[str, list[OrderRow]] = {}
    for row in rows:
        parts.setdefault(key(row), []).append(row)
    slices = [
        Slice(
            dimension,
            code,
            labels.get(code, code or "No entity"),
            {"rows": len(members), "gap_amount": sum(row.gap for row in members)},
        )
        for code, members in parts.items()
    ]
    return tuple(sorted(slices, key=lambda part: (-part.figures["gap_amount"], part.code)))


CARD = Card(
    id=ID,
    title="Revenue Gap, Detailed Breakdown",
    unit="money",
    window_days=30,
    threshold=Decimal(5),
    threshold_unit="percent",
    roles=frozenset({"owner", "finance"}),
    needs=(
        *BUYER_NEEDS,
        Need(SalesOrder, (LEDGER,)),
        Need(Invoice, (LEDGER,)),
        Need(CreditMemo, (LEDGER,)),
        Need(MasterCustomer, (LEDGER,)),
        Need(Refund, COMMERCE, is_required=False),
        Need(Approval, (LEDGER,), is_required=False),
        Need(ExchangeRate, (LEDGER,), is_required=False),
        Need(SyncAttempt, (LEDGER,), is_required=False),
    ),
    judge=judge,
    where_to_look=(
        "Business Central: Sales Orders with an External Document No. and status Released",
        "Business Central: the connector's log page",
        "Business Central: Customers, filtered to Privacy Blocked, for orders that were never mapped",
    ),
    differences=(
        Difference("The field with the commerce id", "either", "Another field needs an override."),
        Difference("Period boundary", "card higher", "An order counts on its commerce date."),
        Difference("Credit memos", "card lower", "Matched returns are left out of the gap."),
        Difference("Freshness", "card behind", "The ledger is read every 15 minutes."),
    ),
    siblings=(
        Sibling("ecom_customers_absent_from_d365", "Why orders have no sales order: an unknown customer."),
        Sibling("dataverse_customers_not_promoted", "Why the customer is unknown: a stuck promotion."),
    ),
    columns=(
        ("Commerce Order ID", "order"),
        ("Customer Name", "name"),
        ("Order Date", "occurred_on"),
        ("Commerce Gross", "commerce_gross"),
        ("BC SO Number", "sales_order"),
        ("BC Posted Amount", "ledger_amount"),
        ("Gap Amount", "gap"),
        ("Reason", "reason_label"),
        ("Suggested Action", "action"),
        ("Age", "age_days"),
        ("Company", "company"),
        ("Platform", "platform"),
        ("Currency", "currency"),
        ("Sub-Reasons", "sub_reasons"),
        ("Error Message", "error"),
        ("Match Key", "match_key"),
    ),
    about=__doc__ or "",
)
