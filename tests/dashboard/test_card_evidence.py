"""A row that opens: all that it rests on, for people who check it by hand."""

from functions.dashboard.chain import ABSENT_SAGE_B2B as ABSENT_B2B
from shared.store.store import Store
from tests.dashboard.conftest import Enter
from tests.dashboard.links import links
from tests.functions.app import ABSENT, GAP, add_workspace, customer, order, publish


async def test_an_order_opens_to_its_documents_and_the_connector_error(store: Store, enter: Enter) -> None:
    """REVGAP-19, REVGAP-25: the parts of a split shipment with their sum, and what the connector said."""
    document = {
        "kind": "invoice",
        "company": "US",
        "state": "posted",
        "date": "2026-04-02",
        "currency": "USD",
    }
    documents = [
        document
        | {"number": f"INV-{number}", "connection": "ledger", "net": net, "gross": net, "shipping": "0.00"}
        | {"in_reporting_currency": net, "is_counted": True}
        for number, net in ((1, "100.00"), (2, "150.00"))
    ]
    evidence = {
        "looked_for": "SPLIT",
        "documents": documents,
        "url": "https://shop.example/orders/1",
        "repeated": ["INV-9"],
        "found": {"odd": True},
    }
    row = order(
        "SPLIT", gap=50, commerce_net=300, ledger_amount=250, error="No customer group", evidence=evidence
    )
    await add_workspace(store)
    await publish(store, [row])
    seen = await (await enter("owner")).get(f"/dashboard/acme/cards/{GAP}?row=SPLIT")
    for told in ("INV-1", "INV-2", "Posted in the ledger, net US$250.00", "No customer group"):
        assert told in seen.words
    assert "Documents that repeat this order INV-9" in seen.words
    assert "Odd Yes" in seen.words
    assert "https://shop.example/orders/1" in links(seen).values()


async def test_a_customer_opens_to_what_was_tried(store: Store, enter: Enter) -> None:
    """GEN-06, GEN-13, SAGE-ABS-14: keys in order, candidates with points for and against, orders, cards."""
    candidate = {
        "connection": "intacct",
        "number": "C10388",
        "company": "",
        "state": "active",
        "name": "Woodland plc",
        "email": "ap@woodland.example",
        "points": 6.5,
        "why": ["name +4", "account_reference +5", "postcode -1"],
        "differs": ["postcode", "street"],
        "confidence": "strong",
    }
    evidence = {
        "keys_tried": [
            {"key": "vat", "value": "GB1", "outcome": "not in the master"},
            {"key": "account_reference", "value": "C10388", "outcome": "found C10388"},
        ],
        "candidates": [candidate],
        "flow_runs": {"is_connected": True, "has_gap": False, "recorded": 1, "unsuccessful": 0},
    }
    attached = {
        "number": "1001",
        "url": "javascript:alert(1)",
        "placed_at": "2026-04-08T10:00:00Z",
        "state": "placed",
        "connection": "shop",
        "net": "12.00",
        "currency": "GBP",
    }
    row = customer("ann", order_count=1, orders=(attached,), evidence=evidence)
    await add_workspace(store)
    await publish(store, [row], ABSENT, unit="customers", currency=None, value=1)
    seen = await (await enter("owner")).get(f"/dashboard/acme/cards/{ABSENT}?row=ann")
    for told in (
        "VAT number GB1 Not in the master",
        "Account reference C10388 Found C10388",
        "6.5 points",
        "Agrees: name +4, account reference +5. Differs: street, postcode \N{MINUS SIGN}1.",
        "1 run is recorded soon after it, none of them unsuccessful",
        "1001",
    ):
        assert told in seen.words, told
    assert "javascript:" not in seen.text


async def test_another_card_is_linked_for_those_who_may_open_it(store: Store, enter: Enter) -> None:
    """A role that does not see the wider card reads its name, and is led to no closed door."""
    also = {"card": ABSENT, "row": "r1", "why": "the same buyer"}
    await add_workspace(store)
    await publish(
        store, [customer("ann", also_on=(also,))], ABSENT_B2B, unit="customers", currency=None, value=1
    )
    wider = f"/dashboard/acme/cards/{ABSENT}?row=r1"
    for role, is_led in (("marketing", False), ("finance", True)):
        seen = await (await enter(role)).get(f"/dashboard/acme/cards/{ABSENT_B2B}?row=ann")
        assert "Ecom Customers Absent from Sage the same buyer" in seen.words
        assert is_led == (wider in seen.text)
