"""Cases of the card of Dataverse records that were never promoted."""

from datetime import timedelta
from typing import Any

import pytest

from shared.cards import card_of
from shared.cards.dynamics_365 import LEDGERS
from shared.domain.records import DualWriteMap, Record
from shared.domain.rows import CustomerRow
from shared.sources import SOURCES
from tests.builders import (
    AS_OF,
    crm_customer,
    customers,
    flow_run,
    judged,
    master,
    open_business,
    snapshot,
    status,
    sync_attempt,
    two_entities,
    workspace,
)

CARD = "dataverse_customers_not_promoted"
KNOWN: dict[str, Any] = {"account_reference": "C-7", "email": "ann@x.example", "vat": "GB1"}


def _rows(records: dict[str, list[Record]], **changes: Any) -> list[CustomerRow]:
    return customers(judged(CARD, snapshot(workspace(**changes), records)))


def _figures(*records: Record, **changes: Any) -> dict[str, Any]:
    return dict(judged(CARD, snapshot(workspace(**changes), {"crm": records})).figures or {})


@pytest.mark.parametrize("ledger", ["ledger", "finance"])
@pytest.mark.parametrize("table", ["contact", "account"])
@pytest.mark.parametrize("key", ["account_reference", "email", "vat", None])
def test_a_record_is_promoted_where_a_customer_has_its_key(ledger: str, table: str, key: str | None) -> None:
    """Contacts and accounts are looked for in either ledger (DV-01, DV-02, DV-03)."""
    customer = {key: KNOWN[key]} if key else {"account_reference": "C-8"}
    records = {"crm": [crm_customer(table=table, **KNOWN)], ledger: [master("X", **customer)]}
    rows = _rows(records)  # type: ignore[arg-type]
    assert [row.segment for row in rows] == ([] if key else [table])


@pytest.mark.parametrize("state", ["active", "inactive", "blocked", "on_hold"])
def test_a_record_that_finance_has_is_promoted(state: str) -> None:
    """What landed is promoted, whatever became of it there, doubled or blocked."""
    doubled = [master(number, email="ann@x.example", state=state) for number in ("M1", "M2")]
    assert _rows({"crm": [crm_customer(**KNOWN)], "ledger": [*doubled]}) == []


@pytest.mark.parametrize(
    ("created_at", "grace", "expected"),
    [
        ("2026-04-14T16:45:00Z", 15, "stuck"),
        ("2026-04-14T16:45:01Z", 15, "pending"),
        ("2026-04-14T17:00:00Z", 15, "pending"),
        ("2026-04-14T17:00:00Z", 0, "stuck"),
        ("2026-04-14T16:00:01Z", 60, "pending"),
        ("2026-04-07T23:00:00Z", 15, "stuck"),
        ("2026-04-07T22:59:59Z", 15, "none"),
    ],
)
def test_a_young_record_is_on_its_way(created_at: str, grace: int, expected: str) -> None:
    """Younger than the grace period is pending, not counted; older than a week is out (DV-04, DV-10)."""
    figures = _figures(crm_customer(created_at=created_at), grace_minutes=grace)
    assert {name for name in ("stuck", "pending") if figures[name]} == {expected} - {"none"}
    assert figures["created"] == (expected != "none")


def test_a_record_on_its_way_does_not_alarm_and_clears() -> None:
    """A record of seconds ago counts nowhere; the next run clears it, or it is stuck then (DV-10)."""
    young = crm_customer(created_at="2026-04-14T16:59:50Z", **KNOWN)
    now = snapshot(workspace(), {"crm": [young], "ledger": [master()]})
    assert (status(CARD, now), judged(CARD, now).rows) == ("ok", ())
    for known, expected in ((master("C-7"), "ok"), (master(), "alert")):
        later = snapshot(workspace(), {"crm": [young], "ledger": [known]}, AS_OF + timedelta(minutes=15))
        assert status(CARD, later) == expected
        assert (judged(CARD, later).figures or {})["pending"] == 0


@pytest.mark.parametrize("out", [{"is_in_scope": False}, {"is_active": False}])
def test_what_is_not_meant_for_finance_is_out_of_scope(out: dict[str, bool]) -> None:
    """Personal contacts, partners and inactive records are counted apart (DV-11, decision 22)."""
    figures = _figures(crm_customer("K1", **out), crm_customer("K2"))
    assert (figures["created"], figures["stuck"], figures["out_of_scope"]) == (1, 1, 1)


def test_the_figures_of_the_example() -> None:
    """Created is promoted and stuck; three of four stuck have business open (DV-06, DV-07, TV-DV)."""
    stuck = [crm_customer(f"K{number}", account_reference=f"C-{number}") for number in range(47)]
    landed = [master(f"C-{number}") for number in range(43)]
    at_stake = [open_business(f"K{number}", kind) for number, kind in ((43, "order"), (44, "opportunity"))]
    at_stake += [open_business("K45", "order"), open_business("K45", "opportunity"), open_business("K1")]
    seen = snapshot(workspace(), {"crm": [*stuck, *at_stake], "finance": [*landed]})
    judgement = judged(CARD, seen)
    assert dict(judgement.figures or {}) == {
        "created": 47,
        "promoted": 43,
        "stuck": 4,
        "stuck_with_open_business": 3,
        "stuck_and_ordered": 0,
        "pending": 0,
        "out_of_scope": 0,
        "active_customers": 47,
        "stuck_of_created_percentage": "8.51",
        "stuck_of_active_percentage": "8.51",
    }
    by_cause = [part.figures for part in judgement.breakdown if part.dimension == "cause"]
    assert by_cause == [{"customers": 4, "with_open_business": 3}]


NAMED = flow_run(flow="Promote customer", error="Record C-7 of ann@x.example: no group")
CAUSES: list[tuple[str, dict[str, Any], list[Record], str, str]] = [
    (
        "missing field",
        {"missing_fields": ("customer group", "payment terms")},
        [],
        "missing_field",
        "customer group",
    ),
    ("failed run", {}, [NAMED], "failed_run", "Mend the failed run of Promote customer"),
    ("both", {"missing_fields": ("customer group",)}, [NAMED], "missing_field", "Fill in customer group"),
    (
        "another record's run",
        {},
        [flow_run(error="Record C-77: no group")],
        "unknown",
        "dual-write error log",
    ),
    (
        "a run that went well",
        {},
        [flow_run(state="succeeded", error="C-7")],
        "unknown",
        "dual-write error log",
    ),
]


@pytest.mark.parametrize(("_", "record", "runs", "cause", "action"), CAUSES, ids=[each[0] for each in CAUSES])
def test_causes(_: str, record: dict[str, Any], runs: list[Record], cause: str, action: str) -> None:
    """The cause is what the record or a run that names it tells, else unknown (DV-08, decision 16)."""
    (row,) = _rows({"crm": [crm_customer(**KNOWN, **record), *runs]})
    assert row.cause == cause
    assert action in row.action
    assert "{" not in row.action


def test_the_runs_error_is_attached_without_personal_data() -> None:
    """The run that names the record gives its text and time; addresses in it are hidden (DV-09)."""
    (row,) = _rows({"crm": [crm_customer(**KNOWN), NAMED]})
    assert row.evidence["flow_run"]["error"] == "Record C-7 of [email]: no group"
    assert row.evidence["flow_run"]["started_at"] == NAMED.started_at


def test_the_error_logs_text_field_and_time_are_attached() -> None:
    """Dual-write's own words about the record are on its row, addresses hidden (DV-09)."""
    again = [
        sync_attempt(
            "C-7",
            started_at=f"2026-04-13T{hour}:00:00Z",
            error="Customer group of ann@x.example is mandatory",
            error_field="Customer group",
            error_code="E9",
        )
        for hour in (13, 14)
    ]
    connections = [{"name": "crm", "kind": "dataverse"}, {"name": "errors", "kind": "dual_write_log"}]
    (row,) = _rows({"crm": [crm_customer(**KNOWN)], "errors": [*again]}, connections=connections)
    assert row.evidence["dual_write"] == {
        "at": "2026-04-13T14:00:00Z",
        "reason": "Customer group of [email] is mandatory",
        "field": "Customer group",
        "code": "E9",
        "attempts": 2,
        "is_recurring": True,
    }
    assert (row.cause, row.action) == ("missing_field", "Fill in Customer group, then promote again")


def test_what_stops_a_record_is_named() -> None:
    """Stopped maps, the records of other entities and open business are on the row (DV-07, DV-08, DV-13)."""
    stopped = DualWriteMap(
        id="M1", name="Accounts to customers", table="accounts", entity="Customers V3", state="paused"
    )
    crm = [crm_customer(company="US", **KNOWN), stopped, open_business("K1", "order")]
    (row,) = _rows({"crm": crm, "finance": [master("C-7", company="UK")]}, **two_entities())
    assert row.cause == "other_entity"
    assert row.evidence["found_in"] == [{"company": "UK", "number": "C-7"}]
    assert row.evidence["open_business"] == [{"kind": "order", "id": "order K1", "name": ""}]
    (row,) = _rows({"crm": crm})
    assert row.cause == "map_stopped"
    assert row.action == "Start the map Accounts to customers (paused), then promote again"


def test_a_refused_record_stays_and_grows_older() -> None:
    """The same row stands in each evaluation, a day older each day, dated by its creation (DV-12)."""
    refused = crm_customer(created_at="2026-04-08T12:00:00Z", missing_fields=("customer group",))
    seen = [
        customers(judged(CARD, snapshot(workspace(), {"crm": [refused]}, AS_OF - timedelta(days=days))))
        for days in range(6, -2, -1)
    ]
    rows = [row for each in seen for row in each]
    assert [len(each) for each in seen] == [1] * 7 + [0]
    assert [row.age_days for row in rows] == list(range(7))
    assert {(row.id, row.occurred_at, row.cause) for row in rows} == {
        (rows[0].id, "2026-04-08T12:00:00Z", "missing_field")
    }


def test_a_record_that_was_just_promoted_shows_until_both_sides_are_read_again() -> None:
    """What each side is read for is at most 15 minutes old, and the card says so (DV-14)."""
    card = card_of(CARD)
    assert card is not None
    rounds = {source.kind: source.round for source in SOURCES if source.kind in {"dataverse", *LEDGERS}}
    assert set(rounds.values()) == {timedelta(minutes=15)}
    assert len(rounds) == 3
    assert [each.direction for each in card.differences].count("card behind") == 1
    crm: dict[str, list[Record]] = {"crm": [crm_customer(**KNOWN)]}
    assert len(_rows({**crm, "ledger": [master()]})) == 1
    assert _rows({**crm, "ledger": [master(), master("C-7")]}) == []


def test_a_run_may_name_the_records_id() -> None:
    """Where a record has no account number, a run names it by its id (DV-09)."""
    (row,) = _rows({"crm": [crm_customer("9f2a"), flow_run(error="contact 9F2A: no group")]})
    assert row.cause == "failed_run"


@pytest.mark.parametrize(
    ("company", "expected"), [("UK", []), ("Main", []), ("US", ["other_entity"]), ("", [])]
)
def test_a_record_is_expected_in_its_own_company(company: str, expected: list[str]) -> None:
    """Promoted into another entity only is not promoted (DV-13)."""
    records: dict[str, list[Record]] = {
        "crm": [crm_customer(company=company, **KNOWN)],
        "finance": [master("C-7", company="UK")],
    }
    rows = _rows(records, **two_entities())
    assert [row.cause for row in rows] == expected


def test_a_record_without_any_key_is_stuck() -> None:
    """What cannot be looked up was not promoted."""
    (row,) = _rows({"crm": [crm_customer()], "ledger": [master()]})
    assert (row.match_key, row.match_value, row.cause) == ("", "", "unknown")
