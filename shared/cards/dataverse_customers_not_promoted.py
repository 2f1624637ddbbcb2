"""Dataverse accounts and contacts that never reached the Dynamics 365 customer master.

Sales works on them, and Finance cannot invoice them: a record with an open opportunity or order is
revenue at risk. A healthy promotion leaves nobody behind, so the first record alerts; a record younger
than the grace period is on its way and does not count. Where many are created in a day and failures rise
with them, the promotion does not keep up.

Read the cause on the row: a missing mandatory field is mended on the record, a plug-in or a failed run in
the integration. Then run the promotion again. A record that was refused stays here until it is mended.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared.cards import dynamics_365
from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Slice, Unresolved
from shared.cards.causes import Cause
from shared.cards.customers import COLUMNS, oldest_first, percentage
from shared.cards.cuts import by_cause, by_day, by_entity
from shared.cards.dynamics_365 import LEDGERS
from shared.domain.flow_runs import FlowRuns
from shared.domain.promotion import ERROR_LOGS, Promotion, Promotions, is_to_be_promoted
from shared.domain.records import (
    CrmCustomer,
    DualWriteMap,
    FlowRun,
    MasterCustomer,
    OpenBusiness,
    SyncAttempt,
)
from shared.domain.rows import PRIVACY_BLOCKED, CustomerRow, row_id
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, age_in_days, local_date
from shared.domain.workspace import CardSettings

ID = dynamics_365.STUCK

_NO_INVOICE = "Cannot be invoiced until it is in the customer master"
_STAYS = "Cannot be invoiced, and stays refused until it is mended"
CAUSES = (
    Cause(
        "missing_field",
        "A field that Finance makes mandatory is empty",
        _STAYS,
        "Fill in {fields}, then promote again",
    ),
    Cause(
        "plugin_error", "A plug-in broke the promotion off", _STAYS, "Mend the plug-in, then promote again"
    ),
    Cause(
        "dual_write_error",
        "Dual-write was refused",
        _STAYS,
        "Mend what dual-write was refused for, then promote again: {error}",
    ),
    Cause(
        "map_stopped",
        "The dual-write map is paused or stopped",
        _NO_INVOICE,
        "Start the map {maps}, then promote again",
    ),
    Cause(
        "failed_run",
        "A promotion run failed",
        _NO_INVOICE,
        "Mend the failed run of {flow}, then promote again",
    ),
    Cause(
        "other_entity",
        "Promoted into another entity only",
        "The entity that it belongs to cannot invoice it",
        "Promote into the expected entity as well",
    ),
    Cause(
        "unknown",
        "No failed run and no missing field found",
        _NO_INVOICE,
        "Look the record up in the dual-write error log",
    ),
)
_BY_CODE = {cause.code: cause for cause in CAUSES}


def judge(snapshot: Snapshot, window: Window, _: CardSettings) -> Judgement:
    """Count the records of the window that are in scope, past the grace period, and not promoted."""
    found = dynamics_365.promotions(snapshot, window)
    crm = snapshot.table(CrmCustomer, "dataverse")
    crm.fetch((each.row for each in found.stuck), "display_name")
    rows = oldest_first(_row(snapshot, each) for each in found.stuck)
    active = sum(is_to_be_promoted(crm, row) for row in range(len(crm)))
    return Judgement(
        value=len(rows),
        compared=Decimal(len(rows)),
        rows=rows,
        breakdown=(
            *(_with_business(part, rows) for part in by_cause(CAUSES, rows)),
            *by_entity(snapshot, rows),
            *by_day(window, _days(snapshot, window, found, rows)),
        ),
        figures={
            "created": len(found.created),
            "promoted": found.promoted,
            "stuck": len(rows),
            "stuck_with_open_business": sum(bool(row.evidence["open_business"]) for row in rows),
            "stuck_and_ordered": sum(bool(row.also_on) for row in rows),
            "pending": found.pending,
            "out_of_scope": found.out_of_scope,
            "active_customers": active,
            "stuck_of_created_percentage": percentage(len(rows), len(found.created)),
            "stuck_of_active_percentage": percentage(len(rows), active),
        },
    )


def unresolved(snapshot: Snapshot, window: Window, _: CardSettings) -> Sequence[Unresolved]:
    """Tell of the rows that a window has, without building them."""
    created_at = snapshot.table(CrmCustomer, "dataverse")["created_at"]
    return [
        Unresolved(row_id(ID, *dynamics_365.record_subject(snapshot, each.row)), created_at[each.row])
        for each in dynamics_365.promotions(snapshot, window).stuck
    ]


def _row(snapshot: Snapshot, stuck: Promotion) -> CustomerRow:
    crm = snapshot.table(CrmCustomer, "dataverse")
    at = stuck.row
    subject = dynamics_365.record_subject(snapshot, at)
    key, value = stuck.keys[0] if stuck.keys else ("", "")
    cause = _BY_CODE[stuck.cause]
    return CustomerRow(
        id=row_id(ID, *subject),
        name=PRIVACY_BLOCKED if stuck.is_privacy_blocked else crm.detail(at, "display_name"),
        email=PRIVACY_BLOCKED if stuck.is_privacy_blocked else crm["email"][at],
        entity=subject[0],
        platform="dataverse",
        connection=crm.connections[at],
        segment=crm["table"][at],
        cause=stuck.cause,
        occurred_at=crm["created_at"][at],
        occurred_on=local_date(crm["created_at"][at], snapshot.workspace),
        age_days=age_in_days(crm["created_at"][at], snapshot.as_of, snapshot.workspace),
        action=_action(snapshot, stuck, cause),
        consequence=cause.consequence,
        match_key=key,
        match_value=PRIVACY_BLOCKED if stuck.is_privacy_blocked else value,
        also_on=dynamics_365.crossing(snapshot).absent(subject),
        evidence=_evidence(snapshot, stuck),
    )


def _action(snapshot: Snapshot, stuck: Promotion, cause: Cause) -> str:
    missing = snapshot.table(CrmCustomer, "dataverse")["missing_fields"][stuck.row]
    failure = _failure(stuck)
    named = (failure["field"],) if failure and failure["field"] else missing
    return cause.action.format(
        fields=", ".join(named),
        maps=", ".join(stuck.stopped_maps),
        flow=stuck.flow_run["flow"] if stuck.flow_run else "",
        error=(failure["reason"] or failure["code"]) if failure else "",
    )


def _failure(stuck: Promotion) -> dict[str, Any] | None:
    if stuck.failure is None:
        return None
    return stuck.failure.shown(PRIVACY_BLOCKED if stuck.is_privacy_blocked else "")


def _evidence(snapshot: Snapshot, stuck: Promotion) -> dict[str, Any]:
    crm = snapshot.table(CrmCustomer, "dataverse")
    business = snapshot.table(OpenBusiness, "dataverse")
    masters = snapshot.table(MasterCustomer, *LEDGERS)
    hidden = {"error": PRIVACY_BLOCKED} if stuck.is_privacy_blocked else {}
    return {
        "table": crm["table"][stuck.row],
        "id": crm["id"][stuck.row],
        "url": crm.detail(stuck.row, "url"),
        "keys_tried": stuck.match.shown(is_hidden=stuck.is_privacy_blocked),
        "missing_fields": list(crm["missing_fields"][stuck.row]),
        "dual_write": _failure(stuck),
        "stopped_maps": list(stuck.stopped_maps),
        "flow_run": None if stuck.flow_run is None else stuck.flow_run | hidden,
        "found_in": [
            {"company": masters.cell(row, "company"), "number": masters.cell(row, "number")}
            for row in stuck.match.others
        ],
        "open_business": [
            {
                "kind": business["kind"][row],
                "id": business["id"][row],
                "name": PRIVACY_BLOCKED if hidden else business.detail(row, "display_name"),
            }
            for row in stuck.open_business
        ],
    }


def _with_business(part: Slice, rows: tuple[CustomerRow, ...]) -> Slice:
    """Say of a cause how many of its records have business open, in place of orders (DV-07)."""
    members = [row for row in rows if row.cause == part.code]
    with_business = sum(bool(row.evidence["open_business"]) for row in members)
    return replace(part, figures={"customers": len(members), "with_open_business": with_business})


def _days(
    snapshot: Snapshot, window: Window, found: Promotions, rows: tuple[CustomerRow, ...]
) -> dict[str, Counter[str]]:
    """Count what was created, what of it is stuck, and what failed, by local day (DV-16)."""
    here = snapshot.workspace
    created_at = snapshot.table(CrmCustomer, "dataverse")["created_at"]
    log = snapshot.table(SyncAttempt, *ERROR_LOGS)
    failed = (
        moment
        for moment, state in zip(log["started_at"], log["state"], strict=True)
        if state == "failed" and window.holds(moment)
    )
    flows = FlowRuns(snapshot.table(FlowRun, "dataverse"))
    return {
        "customers": Counter(row.occurred_on for row in rows),
        "created": Counter(local_date(created_at[row], here) for row in found.created),
        "failed_runs": flows.unsuccessful_by_day(window, here),
        "dual_write_errors": Counter(local_date(moment, here) for moment in failed),
    }


CARD = Card(
    id=ID,
    title="Customers in Dataverse Not Promoted to D365",
    unit="customers",
    window_days=dynamics_365.WINDOW_DAYS,
    threshold=Decimal(0),
    roles=frozenset({"owner", "finance", "engineering"}),
    needs=(
        Need(CrmCustomer, ("dataverse",)),
        Need(MasterCustomer, LEDGERS),
        Need(OpenBusiness, ("dataverse",), is_required=False),
        Need(FlowRun, ("dataverse",), is_required=False),
        Need(DualWriteMap, ("dataverse",), is_required=False),
        Need(SyncAttempt, ERROR_LOGS, is_required=False),
    ),
    judge=judge,
    unresolved=unresolved,
    where_to_look=(
        "Power Platform admin centre: Data > Dual-write, the maps of contacts and accounts",
        "Finance & Operations: Accounts receivable > Customers > All customers",
        "Finance & Operations: System administration > Inquiries > Dual-write error log",
        "Dataverse: Contacts and Accounts, the half that is there",
        "Business Central: Customers, where it is the target",
    ),
    differences=(
        Difference("How often promotion runs", "either", "A record of seconds ago clears on the next run."),
        Difference("Records not meant for Finance", "card higher", "Narrow the scope by relationship type."),
        Difference("Mandatory fields", "card persistent", "A refused record stays until it is mended."),
        Difference("Several legal entities", "either", "Promoted elsewhere is not promoted here."),
        Difference("Sync lag", "card behind", "Both sides are read every 15 minutes."),
    ),
    siblings=(
        Sibling("ecom_customers_absent_from_d365", "What follows when such a customer orders online."),
        Sibling("revenue_gap_detailed_breakdown", "What it costs once orders cannot be invoiced."),
    ),
    columns=COLUMNS,
    about=__doc__ or "",
)
