"""Dataverse accounts and contacts that never reached the Dynamics 365 customer master.

Sales works on them, and Finance cannot invoice them. A healthy promotion leaves nobody behind, so
the first record alerts; a record younger than the grace period is on its way and does not count.

Read the cause on the row: a missing mandatory field is mended on the record, a failed run in the
integration. Then run the promotion again.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Slice
from shared.cards.customers import COLUMNS, by_entity, oldest_first
from shared.cards.ecom_customers_absent_from_d365 import LEDGERS
from shared.domain import promotion
from shared.domain.promotion import Promotion
from shared.domain.records import CrmCustomer, FlowRun, MasterCustomer, OpenBusiness
from shared.domain.rows import PRIVACY_BLOCKED, CustomerRow, row_id
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, age_in_days, local_date
from shared.domain.workspace import CardSettings

ID = "dataverse_customers_not_promoted"

CAUSES = {
    "missing_field": "A field that Finance makes mandatory is empty",
    "failed_run": "A promotion run failed",
    "other_entity": "Promoted into another entity only",
    "unknown": "No failed run and no missing field found",
}
_ACTIONS = {
    "missing_field": "Fill in {fields}, then promote again",
    "failed_run": "Mend the failed run of {flow}, then promote again",
    "other_entity": "Promote into the expected entity as well",
    "unknown": "Look the record up in the dual-write error log",
}


def judge(snapshot: Snapshot, window: Window, _: CardSettings) -> Judgement:
    """Count the records of the window that are in scope, past the grace period, and not promoted."""
    found = promotion.judge(snapshot, window, LEDGERS)
    rows = oldest_first(_row(snapshot, each) for each in found.stuck)
    with_business = [row for row in rows if row.evidence["open_business"]]
    return Judgement(
        value=len(rows),
        compared=Decimal(len(rows)),
        rows=rows,
        breakdown=_by_cause(rows) + by_entity(snapshot, rows),
        figures={
            "created": found.created,
            "promoted": found.promoted,
            "stuck": len(rows),
            "stuck_with_open_business": len(with_business),
            "pending": found.pending,
            "out_of_scope": found.out_of_scope,
        },
    )


def _row(snapshot: Snapshot, stuck: Promotion) -> CustomerRow:
    crm = snapshot.table(CrmCustomer, "dataverse")
    at = stuck.row
    entity = snapshot.workspace.entity_of_company(crm["company"][at])
    key, value = stuck.keys[0] if stuck.keys else ("", "")
    flow = stuck.flow_run["flow"] if stuck.flow_run else ""
    action = _ACTIONS[stuck.cause].format(fields=", ".join(crm["missing_fields"][at]), flow=flow)
    return CustomerRow(
        id=row_id(ID, entity, f"{crm['table'][at]}:{crm['id'][at]}"),
        name=PRIVACY_BLOCKED if stuck.is_privacy_blocked else crm.detail(at, "display_name"),
        email=PRIVACY_BLOCKED if stuck.is_privacy_blocked else crm["email"][at],
        entity=entity,
        platform="dataverse",
        connection=crm.connections[at],
        segment=crm["table"][at],
        cause=stuck.cause,
        occurred_at=crm["created_at"][at],
        occurred_on=local_date(crm["created_at"][at], snapshot.workspace),
        age_days=age_in_days(crm["created_at"][at], snapshot.as_of, snapshot.workspace),
        action=action,
        consequence="Cannot be invoiced until it is in the customer master",
        match_key=key,
        match_value=PRIVACY_BLOCKED if stuck.is_privacy_blocked else value,
        evidence=_evidence(snapshot, stuck),
    )


def _evidence(snapshot: Snapshot, stuck: Promotion) -> dict[str, Any]:
    crm = snapshot.table(CrmCustomer, "dataverse")
    business = snapshot.table(OpenBusiness, "dataverse")
    return {
        "table": crm["table"][stuck.row],
        "id": crm["id"][stuck.row],
        "url": crm.detail(stuck.row, "url"),
        "keys_tried": stuck.match.shown(is_hidden=stuck.is_privacy_blocked),
        "missing_fields": list(crm["missing_fields"][stuck.row]),
        "flow_run": stuck.flow_run,
        "open_business": [
            {"kind": business["kind"][row], "id": business["id"][row]} for row in stuck.open_business
        ],
    }


def _by_cause(rows: Iterable[CustomerRow]) -> tuple[Slice, ...]:
    rows = tuple(rows)
    parts = {code: [row for row in rows if row.cause == code] for code in CAUSES}
    return tuple(
        Slice(
            "cause",
            code,
            CAUSES[code],
            {
                "customers": len(members),
                "with_open_business": sum(bool(row.evidence["open_business"]) for row in members),
            },
        )
        for code, members in parts.items()
        if members
    )


CARD = Card(
    id=ID,
    title="Customers in Dataverse Not Promoted to D365",
    unit="customers",
    window_days=7,
    threshold=Decimal(0),
    roles=frozenset({"owner", "finance", "engineering"}),
    needs=(
        Need(CrmCustomer, ("dataverse",)),
        Need(MasterCustomer, LEDGERS),
        Need(OpenBusiness, ("dataverse",), is_required=False),
        Need(FlowRun, ("dataverse",), is_required=False),
    ),
    judge=judge,
    where_to_look=(
        "Power Platform admin centre: Data > Dual-write, the maps of contacts and accounts",
        "Finance & Operations: Accounts receivable > Customers > All customers",
        "Finance & Operations: the dual-write error log, with error and field",
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
