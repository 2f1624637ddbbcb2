"""Cases of the revenue gap: which reason owns an order or return, and what it tells people to do."""

from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import OrderRow
from tests.builders import (
    approval,
    company,
    invoice,
    judged,
    master,
    order,
    orders,
    sales_order,
    snapshot,
    sync_attempt,
    workspace,
)
from tests.cards.cases.gap_reasons import CASES, DUE, LOGGED, blocked

CARD = "revenue_gap_detailed_breakdown"


def _rows(shop: list[Record], ledger: list[Record], **changes: Any) -> list[OrderRow]:
    return orders(judged(CARD, snapshot(workspace(**changes), {"shop": shop, "ledger": ledger})))


@pytest.mark.parametrize(
    ("_", "shop", "ledger", "reason", "subs", "action"), CASES, ids=[each[0] for each in CASES]
)
def test_reasons(
    _: str, shop: list[Record], ledger: list[Record], reason: str, subs: tuple[str, ...], action: str
) -> None:
    """Each case has the reason that comes first, with what to do and finer reasons (REVGAP-05).

    Released and not invoiced (REVGAP-09), voided (REVGAP-10), credit memo matched (REVGAP-11) or pending
    (REVGAP-12), unmapped (REVGAP-13), period boundary (REVGAP-14), currency (REVGAP-15), tax
    (REVGAP-16), approval (REVGAP-17), blocked (REVGAP-18), connector error (REVGAP-19), unknown
    (REVGAP-20); shipping as a finer reason (REVGAP-21).
    """
    (row,) = _rows(shop, ledger)
    assert (row.reason, row.sub_reasons) == (reason, subs)
    assert action in row.action


HEADLINES = [
    ("connector error", "AL Connector Error", "Unmapped Customer", "bc_consultant"),
    ("unknown customer", "Unmapped Customer", "Unmapped Customer", "bc_consultant"),
    ("ambiguous", "Mapping Conflict", "Unmapped Customer", "bc_consultant"),
    ("unknown, within the hour", "Awaiting Sync", "Unmapped Customer", "bc_consultant"),
    ("customer refused", "Field Validation", "Unmapped Customer", "bc_consultant"),
    ("voided", "Voided", "Voided", "ar_clerk"),
    ("approval, four days", "Pending Approval >72hrs", "Released-Not-Invoiced", "cfo"),
    ("blocked", "Customer.Blocked = Ship", "Released-Not-Invoiced", "cfo"),
    ("released", "Released-Not-Invoiced", "Released-Not-Invoiced", "ar_clerk"),
    ("memo", "Sales Credit Memo (matched)", "Sales Credit Memo", "ar_clerk"),
    ("no memo", "Sales Credit Memo Pending", "Sales Credit Memo", "ar_clerk"),
    ("tax", "Tax Reclassification", "Tax Reclassification", "bc_consultant"),
    ("currency", "FX Translation", "FX Translation", "bc_consultant"),
    ("posted before", "Period Boundary", "Period Boundary", "ar_clerk"),
    ("edited", "Edited After Processing", "Unknown", "ar_clerk"),
    ("unknown", "Unknown", "Unknown", "bc_consultant"),
]


@pytest.mark.parametrize(
    ("name", "label", "headline", "queue"), HEADLINES, ids=[each[0] for each in HEADLINES]
)
def test_labels_headline_codes_and_queues(name: str, label: str, headline: str, queue: str) -> None:
    """Each reason has the seed's name, rolls up into one of its eight codes, and has a queue (REVGAP-30)."""
    ((_, shop, ledger, *_rest),) = (case for case in CASES if case[0] == name)
    (row,) = _rows(shop, ledger)
    assert (row.reason_label, row.headline_code, row.queue) == (label, headline, queue)


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ("blocked_shipping", "Customer.Blocked = Ship"),
        ("blocked_invoicing", "Customer.Blocked = Invoice"),
        ("blocked", "Customer.Blocked = All"),
        ("active", "Released-Not-Invoiced"),
        ("on_hold", "Released-Not-Invoiced"),
    ],
)
def test_a_blocked_customer_is_named_as_business_central_does(state: str, label: str) -> None:
    """The label says what is blocked (REVGAP-18)."""
    (row,) = _rows([order()], [sales_order(), blocked(state)])
    assert row.reason_label == label


def test_an_error_is_carried() -> None:
    """The connector's own words are on the row (REVGAP-19)."""
    (row,) = _rows([order()], [LOGGED])
    assert row.error == "No tax area"
    (mended,) = _rows(
        [order()],
        [LOGGED, sync_attempt("1", subject="order", state="succeeded", started_at="2026-04-13T13:00:00Z")],
    )
    assert (mended.reason, mended.error) == ("unmapped_customer", "")


def test_the_oldest_request_counts() -> None:
    """Of several open requests the one that waits longest says how long (REVGAP-17)."""
    waiting = [approval(requested_at="2026-04-14T12:00:00Z"), approval(id="first")]
    (row,) = _rows([order()], [sales_order(state="pending_approval"), *waiting])
    assert row.reason == "pending_approval_72h"


@pytest.mark.parametrize(("city", "sub"), [("Main", "connector_mapping"), ("US", "customer_unknown")])
def test_a_customer_is_looked_for_where_the_order_belongs(city: str, sub: str) -> None:
    """A customer of another entity cannot take the order: it is unknown there (D365-ABS-12)."""
    entities = [{"id": "uk", "name": "UK", "company_codes": ["Main"]}, {"id": "us", "name": "US"}]
    changes = {"entities": entities, "field_map": {"default_entity": "uk"}}
    known = master("M1", company=city, email="buyer-1@example.com")
    (row,) = _rows([order(placed_at=DUE)], [known], **changes)
    assert row.sub_reasons == (sub,)


def test_a_customer_is_known_by_name_and_address_too() -> None:
    """Who is known to the card of absent customers is not to be created here (D365-ABS-04, REVGAP-13)."""
    home = {"name": "ann moore", "street": "12 high street", "postcode": "LS14AB"}
    (row,) = _rows([order(**home, placed_at=DUE)], [master("M1", **home)])
    assert row.sub_reasons == ("connector_mapping",)


def test_a_companys_refusal_is_found_by_its_keys() -> None:
    """A refusal names the customer by any of its keys (decision 27)."""
    shop: list[Record] = [order(company_id="CO1"), company(account_reference="ACC-1")]
    (row,) = _rows(shop, [sync_attempt("acc-1", started_at="2026-04-13T13:00:00Z")])
    assert (row.reason, row.error) == ("field_validation", "refused")


def test_shipping_is_compared_where_the_sums_agree() -> None:
    """A settled order says where its shipping is booked otherwise; it has no reason for that (REVGAP-21)."""
    seen = snapshot(
        workspace(),
        {"shop": [order(shipping_net=100_000)], "ledger": [invoice(shipping_net=50_000)]},
    )
    (settled,) = judged(CARD, seen).settled
    assert isinstance(settled, OrderRow)
    assert (settled.sub_reasons, settled.reason, settled.gap) == (("shipping",), "", 0)


def test_two_orders_of_one_sales_orders_number() -> None:
    """An invoice whose sales order's number stands for two orders is named on both, and counts once."""
    ledger: list[Record] = [
        sales_order("1", number="SO-7"),
        sales_order("2", number="SO-7"),
        invoice("", number="INV-9", order_number="SO-7"),
    ]
    rows = _rows([order("1"), order("2")], ledger)
    assert [(row.order, row.gap, row.sub_reasons) for row in rows] == [
        ("2", 1_000_000, ("shared_document",)),
        ("1", 0, ("shared_document",)),
    ]
    assert all("INV-9" in row.action for row in rows)


@pytest.mark.parametrize("called", ["1001", "gid-7", "SH-1001"])
def test_an_error_names_the_order_in_any_way(called: str) -> None:
    """The connector may call an order by its name in the books, its number or its id (REVGAP-19)."""
    shop: list[Record] = [order("gid-7", number="1001")]
    attempt = sync_attempt(called, subject="order", error="No tax area")
    connections = [
        {"name": "shop", "kind": "shopify", "order_reference": "SH-{number}"},
        {"name": "ledger", "kind": "business_central"},
        {"name": "log", "kind": "connector_log"},
    ]
    for log in ("ledger", "log"):
        records: dict[str, list[Record]] = {"shop": shop, "ledger": [], log: [attempt]}
        (row,) = orders(judged(CARD, snapshot(workspace(connections=connections), records)))
        assert (row.reason, row.error) == ("al_connector_error", "No tax area")


def test_an_error_of_a_number_that_two_orders_have_is_not_guessed() -> None:
    """A number that two stores' orders share tells nothing of either (decision 16)."""
    connections = [
        {"name": "shop", "kind": "shopify", "order_reference": "SH-{number}"},
        {"name": "trade", "kind": "bigcommerce", "order_reference": "BC-{number}"},
        {"name": "ledger", "kind": "business_central"},
    ]
    records: dict[str, list[Record]] = {
        "shop": [order("1")],
        "trade": [order("1")],
        "ledger": [sync_attempt("1", subject="order")],
    }
    rows = orders(judged(CARD, snapshot(workspace(connections=connections), records)))
    assert {row.reason for row in rows} == {"unmapped_customer"}


def test_another_environments_customer_and_approval_are_others() -> None:
    """A document's customer and approval are of its own connection (REVGAP-17, REVGAP-18)."""
    connections = [
        {"name": "shop", "kind": "shopify"},
        {"name": "ledger", "kind": "business_central"},
        {"name": "ledger-eu", "kind": "business_central"},
    ]
    records: dict[str, list[Record]] = {
        "shop": [order()],
        "ledger": [sales_order(state="pending_approval")],
        "ledger-eu": [blocked("blocked_shipping"), approval()],
    }
    (row,) = orders(judged(CARD, snapshot(workspace(connections=connections), records)))
    assert (row.reason, row.sub_reasons) == ("unknown", ("not_released",))
