"""Cases of the card of B2B customers without a Sage record, by what the sync log tells."""

from typing import Any

import pytest

from shared.cards.causes import Cause
from shared.cards.sync_causes import NEVER_SYNCED, UNKNOWN
from shared.domain.records import Record
from shared.domain.rows import CustomerRow, as_json
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
        "unknown",
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


def test_a_skip_carries_its_reason() -> None:
    """Why the sync passed a customer over is on its row, beside a refusal that still stands (SAGE-CM-05)."""
    skipped = sync_attempt("ACC-1", state="skipped", error="Not approved", error_code="S1", started_at=NOON)
    (row,) = _rows({"trade": _shop(), "network": [RUN, skipped]})
    assert (row.cause, row.evidence["skip"]["reason"]) == ("never_synced", "Not approved")
    assert row.action.endswith("Not approved")
    (row,) = _rows({"trade": _shop(), "network": [RUN, REFUSED, skipped]})
    assert (row.cause, row.evidence["skip"]["at"], row.evidence["failure"]["at"]) == ("failed", NOON, MORNING)
    assert row.action.endswith("refused")


def test_words_about_a_person_whom_the_ledger_hides_are_hidden() -> None:
    """A refusal may quote the customer: neither evidence nor action shows it (decision 14)."""
    known = master("M1", vat="GB1", state="inactive", is_privacy_blocked=True)
    refused = sync_attempt("GB1", error="Ann Moore has no tax schedule")
    (row,) = _rows({"trade": _shop(vat="GB1"), "network": [RUN, refused], "sage": [known]})
    assert row.cause == "failed"
    assert "Ann Moore" not in str(as_json(row))


def test_four_failures_are_traced_to_one_field() -> None:
    """One field in different spellings is one group, with orders, worth and how many recur (SAGE-CM-12)."""
    shop: list[Record] = []
    log: list[Record] = [RUN]
    for number, field in enumerate(("VAT number", "VAT Number", "vat number", "VAT number")):
        reference = f"ACC-{number}"
        shop += [order(f"{number}", company_id=reference), company(reference, account_reference=reference)]
        log.append(sync_attempt(reference, error_field=field, error=f"no value in {field}"))
    log.append(
        sync_attempt("ACC-0", error_field="VAT number", error="no value in VAT number", started_at=NIGHT)
    )
    judgement = judged(CARD, snapshot(workspace(), {"trade": shop, "network": log}))
    (part,) = (part for part in judgement.breakdown if part.dimension == "failure")
    assert part.note.lower() == "4 failures traced to one field: vat number"
    assert dict(part.figures) == {"customers": 4, "orders": 4, "recurring": 1}
    assert part.exposure == ({"amount": "400.00", "currency": "USD"},)
    assert judgement.figures
    assert judgement.figures["recurring_failures"] == 1


def test_the_most_valuable_accounts_come_first() -> None:
    """A row says what the account ever ordered; the list begins with those worth most (SAGE-CM-19)."""
    long_ago = "2026-01-10T12:00:00Z"
    shop: list[Record] = [
        *(company(name) for name in ("SMALL", "LARGE", "ABROAD")),
        order("1", company_id="SMALL", net=300),
        order("2", company_id="LARGE", net=50),
        order("3", company_id="LARGE", net=900, placed_at=long_ago, email="old@x.example"),
        order("4", company_id="LARGE", net=5000, placed_at=long_ago, state="cancelled"),
        order("5", company_id="LARGE", net=7, placed_at=long_ago, currency="EUR"),
        order("6", company_id="", customer_id="C9", net=20, placed_at=long_ago, email="m@x.example"),
        member("C9", "LARGE"),
        order("7", company_id="OTHER", net=4000, placed_at=long_ago, email="buyer-1@example.com"),
        order("8", company_id="ABROAD", net=10_000, currency="EUR"),
    ]
    rows = _rows({"trade": shop})
    assert [row.name for row in rows] == ["Company LARGE", "Company SMALL", "Company ABROAD"]
    assert rows[0].exposure == ({"amount": "50.00", "currency": "USD"},)
    assert rows[0].account_value == (
        {"amount": "7.00", "currency": "EUR"},
        {"amount": "970.00", "currency": "USD"},
    )
    assert rows[1].account_value == ({"amount": "300.00", "currency": "USD"},)


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


@pytest.mark.parametrize("cause", [NEVER_SYNCED, UNKNOWN])
def test_what_cannot_be_coded_is_named(cause: Cause) -> None:
    """Without a record none of the three treatments can be set, as the cause's text says (SAGE-CM-16)."""
    assert all(each in cause.consequence for each in ("standard", "zero-rated", "reverse-charge"))


def test_a_holding_customer_is_looked_through() -> None:
    """An order on a holding account still counts its company (SAGE-CM-13)."""
    records: dict[str, list[Record]] = {"trade": _shop(), "sage": [master("ACC-1")]}
    assert _rows(records) == []
    assert len(_rows(records, field_map={"holding_customers": ["ACC-1"]})) == 1
