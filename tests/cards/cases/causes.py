"""Causes: what a log, a flow run, a map, Dataverse or the store tells of a customer who did not make it."""

from collections.abc import Iterator
from typing import Any

from shared.domain.records import DualWriteMap, Record, SyncAttempt
from tests.builders import (
    commerce_customer,
    company,
    crm_customer,
    flow_run,
    master,
    order,
    sync_attempt,
)
from tests.cards.cases.case import Case, Records
from tests.cards.cases.windows import D365, DV, SAGE_B2B

RUN = sync_attempt()
NIGHT, MORNING, NOON = "2026-04-13T22:00:00Z", "2026-04-14T06:00:00Z", "2026-04-14T12:00:00Z"


def _adobe(**placed: Any) -> list[Record]:
    """Build a company of a store that does not tell when it was opened."""
    return [company(created_at="", account_reference="ACC-1"), order(company_id="CO1", email="", **placed)]


def _tried(state: str, at: str = MORNING, **more: Any) -> SyncAttempt:
    return sync_attempt("ACC-1", state=state, started_at=at, **more)


def sync_cases() -> Iterator[Case]:
    """Give what the sync's log and the store tell of a B2B customer (SAGE-CM-05)."""
    old = company(account_reference="ACC-1")
    shop = [old, order(company_id="CO1", email="")]
    late = {"placed_at": "2026-04-14T09:00:00Z"}
    earlier = order("0", company_id="CO1", email="", placed_at="2026-01-05T09:00:00Z")
    told: list[tuple[str, list[Record], list[Record], str]] = [
        ("opening untold, ordered before the run", _adobe(), [RUN], "never_synced"),
        ("opening untold, ordered after the run only", _adobe(**late), [RUN], "unknown"),
        ("opening untold, ordered long ago, too", [*_adobe(**late), earlier], [RUN], "never_synced"),
        (
            "opening untold, an earlier test order",
            [*_adobe(**late), order("0", company_id="CO1", state="test", placed_at=NIGHT)],
            [RUN],
            "unknown",
        ),
        (
            "by customer group, account opened after the run",
            [commerce_customer(is_b2b=True, created_at=NOON), order(customer_id="C1")],
            [RUN],
            "lagging",
        ),
        (
            "by customer group, account opened before the run",
            [commerce_customer(is_b2b=True, created_at=NIGHT), order(customer_id="C1", **late)],
            [RUN],
            "never_synced",
        ),
        ("passed over", shop, [RUN, _tried("skipped", error="on hold")], "never_synced"),
        ("said to be made", shop, [RUN, _tried("succeeded", NOON)], "unknown"),
        ("at work on it", shop, [RUN, _tried("running", NOON)], "lagging"),
        ("began and did not end", shop, [RUN, _tried("running", NIGHT)], "unknown"),
        ("no log", shop, [], "unknown"),
    ]
    for name, records, log, cause in told:
        yield Case(
            name, SAGE_B2B, {"adobe": records, "network": log}, 1, rows={"cause": cause}, status="attention"
        )
        yield Case(
            f"{name}, log sent as a file",
            SAGE_B2B,
            {"adobe": records, "log": log},
            1,
            workspace={"log": "sync_log"},
            rows={"cause": cause},
        )


def promotion_cases() -> Iterator[Case]:
    """Give what tells of a stuck Dataverse record (DV-08)."""
    record = crm_customer("9F2A", account_reference="C-7")
    lacking = crm_customer("9F2A", account_reference="C-7", missing_fields=("customer group",))
    stopped = DualWriteMap(
        id="M1", name="Customers", table="accounts", entity="Customers V3", state="stopped"
    )
    paused = DualWriteMap(id="M2", name="Again", table="accounts", entity="Customers V3", state="paused")
    running = DualWriteMap(id="M3", name="Runs", table="accounts", entity="Customers V3", state="running")
    vendors = DualWriteMap(id="M4", name="Vendors", table="accounts", entity="Vendors V2", state="stopped")
    contacts = DualWriteMap(id="M5", name="People", table="contacts", entity="Customers V3", state="stopped")
    run = flow_run(flow="Promote", error="C-7 was refused")

    def refused(reference: str = "C-7", **more: Any) -> SyncAttempt:
        return sync_attempt(reference, **{"started_at": "2026-04-13T12:05:00Z", "error_code": ""} | more)

    mandatory = refused(error="The field must be filled in", error_field="Customer group")
    other = refused(error="NET45 is not found in the related table", error_field="Terms of payment")
    told: list[tuple[str, list[Record], list[Record], str]] = [
        ("nothing", [record], [], "unknown"),
        ("a mandatory field, by the log", [record], [mandatory], "missing_field"),
        ("a wrong value, by the log", [lacking], [other], "dual_write_error"),
        ("by the record's id", [record], [refused("9f2a")], "dual_write_error"),
        ("another record's error", [record], [refused("C-77")], "unknown"),
        (
            "an error, then a success",
            [record],
            [refused(), refused(state="succeeded", started_at=NOON)],
            "unknown",
        ),
        ("a plug-in, by its words", [record], [refused(error="Plugin Promote broke off")], "plugin_error"),
        ("a plug-in, by its code", [record], [refused(error="ISV", error_code="0x80040265")], "plugin_error"),
        ("a plug-in, by a run", [record, flow_run(error="C-7: plug-in error")], [], "plugin_error"),
        ("a run", [record, run], [], "failed_run"),
        (
            "a run of a record that was there before",
            [record, flow_run(error="C-7", started_at="2026-04-13T11:00:00Z")],
            [],
            "unknown",
        ),
        ("the log before the run", [record, run], [other], "dual_write_error"),
        ("a stopped map", [record, stopped], [], "map_stopped"),
        ("a paused map beside it", [record, stopped, paused], [], "map_stopped"),
        ("one map runs", [record, stopped, running], [], "unknown"),
        ("another table's maps", [record, vendors, contacts], [], "unknown"),
        ("a stopped map and a missing field", [lacking, stopped], [], "map_stopped"),
        ("the log before a stopped map", [record, stopped], [mandatory], "missing_field"),
    ]
    for name, crm, log, cause in told:
        records: Records = {"crm": crm, "log": log}
        yield Case(name, DV, records, 1, workspace={"log": "dual_write_log"}, rows={"cause": cause})


def d365_cases() -> Iterator[Case]:
    """Give what tells of a buyer whom Dynamics 365 does not know (D365-ABS-15, D365-ABS-16)."""
    contact = crm_customer(email="buyer-1@example.com")
    ours = flow_run(error="no group for buyer-1@example.com")
    told: list[tuple[str, list[Record], str]] = [
        ("nothing", [], "unknown"),
        ("a run near the order", [flow_run(state="skipped")], "failed_run"),
        ("a run that went well", [flow_run(state="succeeded")], "unknown"),
        ("a Dataverse record", [contact], "stalled_in_dataverse"),
        ("both", [contact, flow_run()], "stalled_in_dataverse"),
        ("both, and the run names the buyer", [contact, ours], "failed_run"),
    ]
    for name, crm, cause in told:
        yield Case(name, D365, {"shop": [order()], "crm": crm}, 1, rows={"cause": cause})
    by_vat = crm_customer(vat="GB1")
    shop: list[Record] = [order(is_b2b=True, vat="GB1")]
    yield Case(
        "a Dataverse record by VAT number",
        D365,
        {"shop": shop, "crm": [by_vat], "ledger": [master()]},
        1,
        rows={"cause": "stalled_in_dataverse"},
    )


def cases() -> Iterator[Case]:
    """Give all causes."""
    yield from sync_cases()
    yield from promotion_cases()
    yield from d365_cases()
