"""Which reason owns an order or return: name, shop, ledger, reason, finer reasons, and its action in part."""

from typing import Any

from shared.domain.records import Record
from tests.builders import (
    approval,
    invoice,
    master,
    order,
    rate,
    sales_order,
    sync_attempt,
)
from tests.cards.cases.gap_documents import SHIPPED_FOR, TAKEN_BACK, TWICE
from tests.cards.cases.gap_returns import RETURNED

KNOWN = master("M1", company="Main", email="buyer-1@example.com")
LOGGED = sync_attempt("1", subject="order", error="No tax area", started_at="2026-04-13T12:15:00Z")
REFUSED = sync_attempt("buyer-1@example.com", error_field="Tax Area", started_at="2026-04-13T13:00:00Z")
FRESH, YOUNG, DUE = "2026-04-14T16:00:00Z", "2026-04-13T17:00:00Z", "2026-04-13T16:59:59Z"
SHIPPED: dict[str, Any] = {"shipped_quantity": 100_000, "shipped_on": "2026-04-02"}
PART: dict[str, Any] = {"shipped_quantity": 40_000, "shipped_on": "2026-04-02"}


def blocked(state: str, **changes: Any) -> Record:
    """Build the buyer's record, blocked in Business Central."""
    return master("M1", company="Main", state=state, **changes)


Case = tuple[str, list[Record], list[Record], str, tuple[str, ...], str]
UNMAPPED: list[Case] = [
    ("connector error", [order()], [LOGGED], "al_connector_error", (), "send 1 again"),
    ("connector error before all", [order()], [LOGGED, REFUSED], "al_connector_error", (), "send 1 again"),
    (
        "connector error twice",
        [order()],
        [LOGGED, sync_attempt("1", subject="order", error="No tax area", started_at="2026-04-13T12:30:00Z")],
        "al_connector_error",
        ("2 attempts",),
        "send 1 again",
    ),
    ("unknown customer", [order()], [], "unmapped_customer", ("customer_unknown",), "Create the customer"),
    (
        "unusable customer",
        [order()],
        [master(email="buyer-1@example.com", state="blocked")],
        "unmapped_customer",
        ("customer_unknown",),
        "Reactivate the customer",
    ),
    ("unknown, within the hour", [order(placed_at=FRESH)], [], "awaiting_sync", (), "Wait for the next run"),
    (
        "unknown, past it",
        [order(placed_at="2026-04-14T15:59:59Z")],
        [],
        "unmapped_customer",
        ("customer_unknown",),
        "",
    ),
    ("known, for a day", [order(placed_at=YOUNG)], [KNOWN], "awaiting_sync", (), "Wait for the next run"),
    (
        "known, past it",
        [order(placed_at=DUE)],
        [KNOWN],
        "unmapped_customer",
        ("connector_mapping",),
        "customer M1",
    ),
    (
        "ambiguous",
        [order(placed_at=FRESH)],
        [KNOWN, master("M2", company="Main", email="buyer-1@example.com")],
        "mapping_conflict",
        ("ambiguous_customer",),
        "Merge the customer records M1, M2",
    ),
    ("customer refused", [order()], [REFUSED], "field_validation", (), "Fill in Tax Area"),
    (
        "refused more than a day later",
        [order(placed_at="2026-04-12T12:59:59Z")],
        [REFUSED],
        "unmapped_customer",
        ("customer_unknown",),
        "",
    ),
    (
        "refused before the order",
        [order(placed_at="2026-04-13T13:00:01Z")],
        [REFUSED],
        "unmapped_customer",
        ("customer_unknown",),
        "",
    ),
]
ORDERED: list[Case] = [
    ("voided", [order(state="cancelled")], [sales_order()], "voided", ("ordered",), "Cancel SO-1"),
    (
        "voided, invoiced",
        [order(state="cancelled")],
        [sales_order(), invoice()],
        "voided",
        ("invoiced",),
        "Credit",
    ),
    (
        "voided, draft",
        [order(state="cancelled")],
        [invoice(state="draft")],
        "voided",
        ("draft",),
        "Delete the draft",
    ),
    (
        "voided, invoiced long ago",
        [order(state="cancelled")],
        [invoice(posted_on="2026-03-01")],
        "voided",
        ("invoiced",),
        "Credit the posted invoice",
    ),
    (
        "approval, four days",
        [order()],
        [sales_order(state="pending_approval"), approval()],
        "pending_approval_72h",
        (),
        "Escalate the approval of SO-1, requested 10 Apr",
    ),
    (
        "approval, 72 hours",
        [order()],
        [sales_order(state="pending_approval"), approval(requested_at="2026-04-11T17:00:00Z")],
        "unknown",
        ("in_approval",),
        "Wait for the approval of SO-1, requested 11 Apr",
    ),
    (
        "approval, a second more",
        [order()],
        [sales_order(state="pending_approval"), approval(requested_at="2026-04-11T16:59:59Z")],
        "pending_approval_72h",
        (),
        "Escalate",
    ),
    (
        "approval given",
        [order()],
        [sales_order(state="pending_approval"), approval(state="approved")],
        "unknown",
        ("not_released",),
        "Release SO-1",
    ),
    (
        "blocked",
        [order()],
        [sales_order(), blocked("blocked_shipping")],
        "customer_blocked",
        (),
        "hold of customer M1",
    ),
    ("draft invoice", [order()], [invoice(state="draft")], "unknown", ("draft",), "Post INV-1"),
    (
        "draft invoice beside a posted one",
        [order()],
        [invoice(net=60), invoice(id="2", number="INV-2", net=100, state="draft")],
        "unknown",
        (),
        "line by line",
    ),
    ("draft", [order()], [sales_order(state="draft")], "unknown", ("not_released",), "Release SO-1"),
    ("released", [order()], [sales_order()], "released_not_invoiced", (), "Ship and invoice SO-1"),
    (
        "shipped",
        [order()],
        [sales_order(**SHIPPED)],
        "released_not_invoiced",
        (),
        "Post invoice for SO-1, shipped 2 Apr",
    ),
    (
        "partly shipped",
        [order()],
        [sales_order(**PART)],
        "released_not_invoiced",
        ("partially_shipped",),
        "Post invoice for SO-1, partly shipped 2 Apr",
    ),
    (
        "partly invoiced",
        [order()],
        [sales_order(**PART, invoiced_quantity=40_000), invoice(net=40)],
        "released_not_invoiced",
        ("partially_invoiced", "partially_shipped"),
        "Post invoice",
    ),
    (
        "invoice in draft",
        [order()],
        [sales_order(**SHIPPED), invoice(state="draft")],
        "released_not_invoiced",
        (),
        "Post invoice for SO-1",
    ),
    (
        "invoiced, yet nothing posted",
        [order()],
        [sales_order(state="invoiced")],
        "unknown",
        (),
        "line by line",
    ),
]
POSTED: list[Case] = [
    ("tax", [order(tax=7)], [invoice(net=107)], "tax_reclassification", ("tax_split",), "tax codes"),
    (
        "currency",
        [order(currency="EUR")],
        [invoice(net=108), rate("EUR", "1.1")],
        "fx_translation",
        (),
        "between EUR and USD",
    ),
    (
        "currency, by more than rates move",
        [order(currency="EUR")],
        [invoice(net=104), rate("EUR", "1.1")],
        "unknown",
        (),
        "line by line",
    ),
    (
        "currency, posted before",
        [order(currency="EUR")],
        [invoice(net=108, posted_on="2026-03-15"), rate("EUR", "1.1")],
        "period_boundary",
        (),
        "None: INV-1 of 15 Mar is posted in another period",
    ),
    ("posted before", [order()], [invoice(posted_on="2026-03-15")], "period_boundary", (), "INV-1 of 15 Mar"),
    (
        "posted before, in part",
        [order()],
        [invoice(net=60, posted_on="2026-03-15")],
        "period_boundary",
        ("explained_in_part",),
        "Look for the 40.00 that is left: INV-1 of 15 Mar is posted in another period",
    ),
    ("posted ahead", [order()], [invoice(posted_on="2026-04-15")], "period_boundary", (), "INV-1 of 15 Apr"),
    (
        "edited",
        [order(updated_at="2026-04-14T09:00:00Z")],
        [invoice(net=90)],
        "edited_after_processing",
        (),
        "changed the order on 14 Apr",
    ),
    (
        "edited, by more than half",
        [order(updated_at="2026-04-14T09:00:00Z")],
        [invoice(net=49)],
        "unknown",
        (),
        "line by line",
    ),
    ("edited the same day", [order(updated_at="2026-04-13T20:00:00Z")], [invoice(net=90)], "unknown", (), ""),
    ("unknown", [order()], [invoice(net=90)], "unknown", (), "line by line"),
    ("shipping", [order(shipping_net=100_000)], [invoice(net=90)], "unknown", ("shipping",), "line by line"),
    ("more than shipping", [order(shipping_net=90_000)], [invoice(net=90)], "unknown", (), "line by line"),
]
CASES = UNMAPPED + ORDERED + POSTED + RETURNED + TAKEN_BACK + TWICE + SHIPPED_FOR
