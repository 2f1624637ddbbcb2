"""Whom Business Central hides is hidden on every card (decision 14)."""

from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import OrderRow, as_json
from tests.builders import (
    credit_memo,
    crm_customer,
    customers,
    invoice,
    judged,
    master,
    order,
    refund,
    sales_order,
    snapshot,
    sync_attempt,
    two_entities,
    workspace,
)

ANN: dict[str, Any] = {
    "email": "ann@x.example",
    "name": "ann moore",
    "street": "12 high street",
    "postcode": "LS14AB",
}


@pytest.mark.parametrize("state", ["blocked", "inactive"])
def test_a_privacy_blocked_buyer_has_no_name(state: str) -> None:
    """Where the ledger hides its own record of a buyer, so do we, in every place (decision 14)."""
    records: dict[str, list[Record]] = {
        "shop": [order(**ANN, display_name="Ann Moore")],
        "ledger": [master(**ANN, state=state, is_privacy_blocked=True, display_name="Ann Moore")],
    }
    (row,) = customers(judged("ecom_customers_absent_from_d365", snapshot(workspace(), records)))
    assert (row.name, row.email, row.match_value) == ("[Privacy Blocked]",) * 3
    shown = str(as_json(row)).casefold()
    assert not any(secret in shown for secret in ("ann moore", "ann@x.example", "high street", "ls14ab"))


def test_a_privacy_blocked_customer_of_another_entity_has_no_name() -> None:
    """Where another entity's ledger hides the customer, its row is hidden, too (decision 14)."""
    records: dict[str, list[Record]] = {
        "crm": [
            crm_customer(
                company="US", display_name="Ann Moore", account_reference="C-7", email="ann@x.example"
            )
        ],
        "finance": [master("C-7", company="UK", is_privacy_blocked=True)],
    }
    (row,) = customers(
        judged("dataverse_customers_not_promoted", snapshot(workspace(**two_entities()), records))
    )
    assert (row.name, row.email, row.match_value) == ("[Privacy Blocked]",) * 3
    assert "C-7" not in str(as_json(row)["evidence"]["keys_tried"][0]["value"])


HIDDEN: dict[str, Any] = {"company": "Main", "is_privacy_blocked": True, "display_name": "Ann Moore"}
BY_KEY = master("M1", email="buyer-1@example.com", **HIDDEN)
PRIVATE: list[tuple[str, list[Record], list[Record]]] = [
    ("sales order", [], [sales_order(customer_name="Ann Moore"), master("M1", **HIDDEN)]),
    ("invoice", [], [invoice(net=1, customer_name="Ann Moore"), master("M1", **HIDDEN)]),
    ("no document", [], [BY_KEY]),
    ("no document, blocked", [], [master("M1", email="buyer-1@example.com", state="blocked", **HIDDEN)]),
    ("connector error", [], [BY_KEY, sync_attempt("1", subject="order", error="Ann Moore is not known")]),
    ("return with a memo", [refund()], [invoice(), credit_memo(net=1, customer_name="Ann Moore"), BY_KEY]),
    ("return without a memo", [refund()], [invoice(), master("M1", **HIDDEN)]),
]


@pytest.mark.parametrize(("_", "more", "ledger"), PRIVATE, ids=[each[0] for each in PRIVATE])
def test_a_privacy_blocked_customer_has_no_name(_: str, more: list[Record], ledger: list[Record]) -> None:
    """Whom the ledger hides is hidden on every row, found by document or by key (REVGAP-32)."""
    records: dict[str, list[Record]] = {"shop": [order(display_name="Ann Moore"), *more], "ledger": ledger}
    judgement = judged("revenue_gap_detailed_breakdown", snapshot(workspace(), records))
    for row in (*judgement.rows, *judgement.settled):
        assert isinstance(row, OrderRow)
        assert (row.name, row.is_privacy_blocked) == ("[Privacy Blocked]", True)
        assert "Ann Moore" not in str(as_json(row))
