"""Cases of the card of B2B customers without a Sage record, by what the sync log tells."""

from typing import Any

import pytest

from shared.domain.records import Record
from shared.domain.rows import CustomerRow
from tests.builders import (
    company,
    customers,
    judged,
    master,
    member,
    order,
    snapshot,
    sync_attempt,
    two_entities,
    workspace,
)

CARD = "ecom_b2b_customers_absent_from_sage_master"
MORNING, NOON, NIGHT = "2026-04-14T06:00:00Z", "2026-04-14T12:00:00Z", "2026-04-13T22:00:00Z"


def _rows(records: dict[str, list[Record]], **changes: Any) -> list[CustomerRow]:
    return customers(judged(CARD, snapshot(workspace(**changes), records)))


def _shop(state: str = "active", created_at: str = "2026-01-05T09:00:00Z", **keys: str) -> list[Record]:
    fields = {"account_reference": "ACC-1"} | keys
    return [order(company_id="CO1", email=""), company("CO1", state=state, created_at=created_at, **fields)]


RUN = sync_attempt()
REFUSED = sync_attempt("acc-1", started_at=MORNING, error_field="VAT number")
CAUSES: list[tuple[str, list[Record], list[Record], str]] = [
    ("no log", _shop(), [], "unknown"),
    ("not tried", _shop(), [RUN], "never_synced"),
    ("refused", _shop(), [RUN, REFUSED], "failed"),
    ("refused for its VAT number", _shop(vat="GB1"), [RUN, sync_attempt("GB1")], "failed"),
    ("refused for its id", _shop(), [RUN, sync_attempt("CO1")], "failed"),
    ("another's refusal", _shop(), [RUN, sync_attempt("ACC-12")], "never_synced"),
    ("an order's refusal", _shop(), [RUN, sync_attempt("ACC-1", subject="order")], "never_synced"),
    (
        "then made",
        _shop(),
        [RUN, REFUSED, sync_attempt("ACC-1", state="succeeded", started_at=NOON)],
        "never_synced",
    ),
    (
        "then skipped",
        _shop(),
        [RUN, REFUSED, sync_attempt("ACC-1", state="skipped", started_at=NOON)],
        "failed",
    ),
    (
        "then tried again",
        _shop(),
        [RUN, REFUSED, sync_attempt("ACC-1", state="running", started_at=NOON)],
        "failed",
    ),
    (
        "made before",
        _shop(),
        [RUN, REFUSED, sync_attempt("ACC-1", state="succeeded", started_at=NIGHT)],
        "failed",
    ),
    ("newer than the run", _shop(created_at="2026-04-14T06:00:01Z"), [RUN], "lagging"),
    ("as old as the run", _shop(created_at="2026-04-14T06:00:00Z"), [RUN], "never_synced"),
    (
        "newer, but refused",
        _shop(created_at="2026-04-14T05:00:00Z"),
        [sync_attempt(started_at=NIGHT), REFUSED],
        "failed",
    ),
    (
        "newer than a run still going",
        _shop(created_at=NIGHT),
        [RUN, sync_attempt(state="running", started_at=NOON)],
        "never_synced",
    ),
    ("no finished run", _shop(), [sync_attempt(state="running")], "unknown"),
    ("no run in the log", _shop(created_at=NOON), [sync_attempt("ACC-9")], "unknown"),
    ("merged", _shop("retired"), [RUN], "merged"),
    ("merged and refused", _shop("retired"), [RUN, REFUSED], "merged"),
]


@pytest.mark.parametrize(("_", "shop", "log", "cause"), CAUSES, ids=[each[0] for each in CAUSES])
def test_causes(_: str, shop: list[Record], log: list[Record], cause: str) -> None:
    """The cause is what store and log tell (SAGE-CM-05, SAGE-CM-06, SAGE-CM-07, SAGE-CM-08).

    Where no log tells, it is unknown (SAGE-CM-09); cut and consequence follow (SAGE-CM-11, SAGE-CM-16).
    """
    judgement = judged(CARD, snapshot(workspace(), {"trade": shop, "network": log}))
    (row,) = customers(judgement)
    assert row.cause == cause
    (part,) = (part for part in judgement.breakdown if part.dimension == "cause")
    assert (part.code, dict(part.figures)) == (cause, {"customers": 1, "orders": 1})
    assert part.note == row.consequence
    assert "VAT" in row.consequence
    assert row.action


def test_a_failure_carries_its_reason() -> None:
    """A refusal's text, field, time and number of times are on the row (SAGE-CM-06, SAGE-CM-18)."""
    again = sync_attempt(
        "ACC-1", error="Field VAT number is mandatory", error_field="VAT number", started_at=NOON
    )
    other = sync_attempt("ACC-1", error="timeout", error_code="E2", started_at=NIGHT)
    (row,) = _rows({"trade": _shop(), "network": [RUN, other, REFUSED, again]})
    assert row.evidence["failure"] == {
        "at": NOON,
        "reason": "Field VAT number is mandatory",
        "field": "VAT number",
        "code": "E1",
        "attempts": 2,
        "is_recurring": True,
    }
    assert row.action.endswith("Field VAT number is mandatory")
    assert row.evidence["last_sync"] == MORNING


@pytest.mark.parametrize(("times", "is_recurring"), [(1, False), (2, True), (3, True)])
def test_a_failure_recurs_from_the_second_time_on(times: int, is_recurring: bool) -> None:  # noqa: FBT001 - a table
    """The same refusal twice is recurring (SAGE-CM-18)."""
    tried = [sync_attempt("ACC-1", started_at=f"2026-04-1{day}T06:00:00Z") for day in range(times)]
    (row,) = _rows({"trade": _shop(), "network": [RUN, *tried]})
    assert row.evidence["failure"]["is_recurring"] is is_recurring


def test_failures_are_grouped_by_what_is_missing() -> None:
    """Refusals for one missing field are one group, the others by their words (SAGE-CM-12)."""
    shop: list[Record] = []
    log: list[Record] = [RUN]
    refusals = [("tax", "VAT number"), ("Tax!", "VAT number"), ("duplicate", ""), ("", "")]
    for number, (error, field) in enumerate(refusals):
        reference = f"ACC-{number}"
        shop.append(order(f"{number}", company_id=reference, email=""))
        shop.append(company(reference, account_reference=reference))
        if error:
            log.append(sync_attempt(reference, error=error, error_field=field))
    judgement = judged(CARD, snapshot(workspace(), {"trade": shop, "network": log}))
    parts = {(part.dimension, part.code): part.figures["customers"] for part in judgement.breakdown}
    assert parts[("failure", "VAT number")] == 2
    assert parts[("failure", "duplicate")] == 1
    assert parts[("cause", "failed")] == 3
    assert parts[("cause", "never_synced")] == 1


@pytest.mark.parametrize(
    ("state", "counts"),
    [("placed", True), ("refunded", False), ("cancelled", False), ("test", False), ("abandoned", False)],
)
def test_only_active_orders_count(state: str, counts: bool) -> None:  # noqa: FBT001 - a table
    """Without an order that is still to be invoiced, an absent company waits (SAGE-CM-02, decision 21)."""
    rows = _rows({"trade": [order("1", is_b2b=True, state=state)]})
    assert len(rows) == counts
    both = [order("1", is_b2b=True, state=state), order("2", is_b2b=True, email="buyer-1@example.com")]
    (row,) = _rows({"trade": [*both]})
    assert row.order_count == 1 + counts


@pytest.mark.parametrize(
    ("shop", "counts"),
    [
        ([order()], False),
        ([order(is_b2b=True)], True),
        ([order(company_id="CO1"), company()], True),
        ([order(customer_id="C1"), member(), company()], True),
        ([order(email="", company_id="CO1"), company()], True),
    ],
)
def test_only_b2b_buyers_count(shop: list[Record], counts: bool) -> None:  # noqa: FBT001 - a table
    """A buyer is B2B by its order, its company or its membership of one (SAGE-CM-02, SAGE-CM-17)."""
    assert len(_rows({"adobe": shop})) == counts


def test_a_vat_number_that_is_not_keyed_is_no_missing_record() -> None:
    """The record exists, so the question of this card does not arise; the wider card has it (decision 19)."""
    records: dict[str, list[Record]] = {"trade": _shop(vat="GB1"), "sage": [master("ACC-1")]}
    wider = judged("ecom_customers_absent_from_sage", snapshot(workspace(), records))
    assert [row.cohort for row in customers(wider)] == ["b2b_vat_not_keyed"]
    assert _rows(records) == []


def test_a_merged_account_is_found_under_its_own_reference() -> None:
    """An order of a retired account counts only while Sage does not know that reference (SAGE-CM-08)."""
    records: dict[str, list[Record]] = {"trade": _shop("retired", account_reference="OLD-7")}
    assert [row.cause for row in _rows(records)] == ["merged"]
    assert _rows(records | {"sage": [master("OLD-7")]}) == []


@pytest.mark.parametrize(
    ("known", "is_absent"),
    [
        ({"vat": "GB1"}, False),
        ({"number": "ACC-1", "vat": "GB2"}, False),
        ({"email": "buyer-1@example.com", "vat": "GB2"}, False),
        ({"name": "acme", "postcode": "LS14AB", "street": "1 mill lane"}, True),
        ({"vat": "GB1", "state": "inactive"}, True),
        ({"vat": "GB1", "company": "UK"}, True),
        ({"vat": "GB1", "company": "US"}, False),
    ],
)
def test_a_company_is_known_by_its_keys_in_its_entity(known: dict[str, Any], is_absent: bool) -> None:  # noqa: FBT001 - a table
    """VAT number, reference or email in the expected entity, never a name (SAGE-CM-04, SAGE-CM-14)."""
    home = {"name": "acme", "postcode": "LS14AB", "street": "1 mill lane"}
    shop: list[Record] = [
        order(company_id="CO1", store="us"),
        company(vat="GB1", account_reference="ACC-1", **home),
    ]
    rows = _rows({"trade": shop, "sage": [master(**known)]}, **two_entities())
    assert [row.entity for row in rows] == ["us"] * is_absent


def test_a_holding_customer_is_looked_through() -> None:
    """An order on a holding account still counts its company (SAGE-CM-13)."""
    records: dict[str, list[Record]] = {"trade": _shop(), "sage": [master("ACC-1")]}
    assert _rows(records) == []
    assert len(_rows(records, field_map={"holding_customers": ["ACC-1"]})) == 1
