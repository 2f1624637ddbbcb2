"""Every commerce order and return against what Business Central made of it, with a reason for each gap.

The money that the shops took and the ledger does not show stands here order by order: not invoiced,
not mapped, held for approval or credit, returned without a credit memo, or posted in another period.
All amounts are net of tax in the reporting currency.

Work from the top: the largest gap comes first, each row says what to do, and the queue says whose work
it is. Matched orders are kept out of the gap and can be looked up by their number.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from operator import attrgetter

from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Slice, Unresolved
from shared.cards.customers import BUYER_NEEDS
from shared.domain.buyers import COMMERCE
from shared.domain.gap.books import CONNECTOR_LOG
from shared.domain.gap.ledger import gap_of, open_cases
from shared.domain.gap.names import LEDGER
from shared.domain.gap.reason import QUEUES, short_day
from shared.domain.gap.reasons import REASONS
from shared.domain.gap.summary import (
    NO_AGE,
    RED_FLAG_DAYS,
    Part,
    by_age,
    by_week,
    parts_by,
    rows_holding_most,
)
from shared.domain.records import (
    Approval,
    CreditMemo,
    ExchangeRate,
    Invoice,
    MasterCustomer,
    Refund,
    SalesOrder,
    SyncAttempt,
)
from shared.domain.rows import OrderRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, before
from shared.domain.workspace import CardSettings

ID = "revenue_gap_detailed_breakdown"


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Give the unreconciled gap of the window, row by row, and its share of net commerce revenue."""
    older = before(snapshot.workspace, window, settings.older_days)
    gap = gap_of(ID, snapshot, window, settings.tolerance_minor_units, older)
    rows, value, revenue = gap.rows, gap.value, gap.revenue
    share = Decimal(abs(value)) / Decimal(abs(revenue)) * 100 if revenue else Decimal(100 if value else 0)
    return Judgement(
        value=value,
        compared=share,
        rows=rows,
        settled=gap.settled,
        breakdown=_breakdown(snapshot, rows),
        figures={
            "rows": len(rows),
            "unreconciled_gap_amount": value,
            "net_commerce_revenue_amount": revenue,
            "ledger_posted_amount": gap.posted,
            "rounding_amount": gap.rounding,
            "gap_percentage": str(share.quantize(Decimal("0.01"))),
            "matched_orders": len(gap.settled),
            "red_flags": sum((row.age_days or 0) >= RED_FLAG_DAYS for row in rows),
            "rows_holding_80_percent": rows_holding_most(rows),
        },
    )


def unresolved(snapshot: Snapshot, window: Window, settings: CardSettings) -> list[Unresolved]:
    """Give what `judge` would give a row for, without building one."""
    return [
        Unresolved(case.row, case.occurred_at, gap=case.gap)
        for case in open_cases(ID, snapshot, window, settings.tolerance_minor_units)
    ]


def _breakdown(snapshot: Snapshot, rows: tuple[OrderRow, ...]) -> tuple[Slice, ...]:
    """Cut the gap by all that people ask for; each cut adds up to the whole (REVGAP-37)."""
    reasons = {reason.code: reason.label for reason in REASONS}
    entities = {entity.id: entity.name for entity in snapshot.workspace.entities}
    weeks = by_week(rows)
    return (
        *_slices("reason", parts_by(rows, attrgetter("reason")), reasons),
        *_slices("headline", parts_by(rows, attrgetter("headline_code"))),
        *_slices("queue", parts_by(rows, attrgetter("queue")), QUEUES),
        *_slices("entity", parts_by(rows, attrgetter("entity")), {"": "No entity"} | entities),
        *_slices("company", parts_by(rows, attrgetter("company")), {"": "No company"}),
        *_slices("platform", parts_by(rows, attrgetter("platform"))),
        *_slices("currency", parts_by(rows, attrgetter("order_currency"))),
        *_slices("age", by_age(rows), {NO_AGE: "Matched"}, "{} days"),
        *_slices("week", weeks, {part.code: f"Week of {short_day(part.code)}" for part in weeks}),
    )


def _slices(
    dimension: str, parts: Iterable[Part], labels: Mapping[str, str] | None = None, otherwise: str = "{}"
) -> tuple[Slice, ...]:
    named = labels or {}
    return tuple(
        Slice(
            dimension,
            part.code,
            named.get(part.code, otherwise.format(part.code)),
            {"rows": part.rows, "gap_amount": part.gap},
        )
        for part in parts
    )


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
        Need(SyncAttempt, (LEDGER, CONNECTOR_LOG), is_required=False),
    ),
    judge=judge,
    unresolved=unresolved,
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
        ("State", "state"),
        ("Assignee", "assignee"),
    ),
    about=__doc__ or "",
)
