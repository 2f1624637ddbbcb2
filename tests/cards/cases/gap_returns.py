"""Cases of returns, with their credit memos or without: as in gap_reasons."""

from shared.domain.records import Record
from tests.builders import credit_memo, invoice, order, refund, sales_order

Case = tuple[str, list[Record], list[Record], str, tuple[str, ...], str]
SOLD = [order(), refund()]
PAID = invoice()
RETURNED: list[Case] = [
    ("memo", SOLD, [PAID, credit_memo()], "credit_memo_matched", (), "None"),
    ("no memo", SOLD, [PAID], "credit_memo_pending", (), "Create the credit memo for return R1"),
    (
        "memo in draft",
        SOLD,
        [PAID, credit_memo(state="draft")],
        "credit_memo_pending",
        ("draft",),
        "Post credit memo SCM-R1",
    ),
    ("memo taken back", SOLD, [PAID, credit_memo(state="cancelled")], "credit_memo_pending", (), "Create"),
    (
        "another amount",
        SOLD,
        [PAID, credit_memo(net=39)],
        "credit_memo_pending",
        ("amount_differs",),
        "Correct",
    ),
    (
        "memo of another period",
        SOLD,
        [PAID, credit_memo(posted_on="2026-04-15")],
        "period_boundary",
        (),
        "None: SCM-R1 of 15 Apr is posted in another period",
    ),
    (
        "return of what was never invoiced",
        [*SOLD[1:], order(placed_at="2026-03-15T12:00:00Z")],
        [sales_order()],
        "credit_memo_pending",
        ("not_invoiced",),
        "Take return R1 off the order, or credit it once the order is invoiced",
    ),
    (
        "return of what the ledger took back",
        [*SOLD[1:], order(placed_at="2026-03-15T12:00:00Z")],
        [invoice(state="cancelled")],
        "credit_memo_pending",
        ("not_invoiced",),
        "None: the ledger took back INV-1",
    ),
    ("return of an unknown order", [refund(order_id="9")], [], "credit_memo_pending", (), "Create"),
]
