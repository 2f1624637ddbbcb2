"""Buyers who ordered and whom the Dynamics 365 customer master does not know.

An order cannot be invoiced against a customer that the ledger does not have. Each buyer here holds
up the orders beside it until the customer is created or promoted. One or two are edge cases; more
than ten in a week mean that the step which creates customers is broken or throttled.

Take the oldest row, search its email in the customer master, and look at the flow run at the time of
its order: it tells why the customer was not created.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from shared.cards.card import Card, Difference, Judgement, Need, Sibling
from shared.cards.cohorts import GUEST, NEW_B2B, NEW_DTC, SUSPECTED_DUPLICATES
from shared.cards.customers import (
    BUYER_NEEDS,
    COLUMNS,
    by_cohort,
    by_entity,
    customer_row,
    distinct,
    oldest_first,
)
from shared.domain.absence import Absence, Master, Population, population
from shared.domain.flow_runs import FlowRuns
from shared.domain.records import (
    CrmCustomer,
    FlowRun,
    MasterCustomer,
)
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window
from shared.domain.workspace import CardSettings

ID = "ecom_customers_absent_from_d365"
LEDGERS = ("business_central", "finance_operations")
_NEW = frozenset({NEW_DTC.code, NEW_B2B.code, GUEST.code})
"""The cohorts in which the ledger has no record that comes before one in Dataverse."""
FLOW_WITHIN = timedelta(hours=1)
"""How long after an order the flow that creates its customer is looked for (D365-ABS-15)."""


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Count the buyers of the window that no customer master of Dynamics 365 knows."""
    fallback = snapshot.workspace.field_map.key_precedence.d365_fallback
    found = population(snapshot, window, settings, Master(LEDGERS, fallback))
    flows = FlowRuns(snapshot.table(FlowRun, "dataverse"))
    crm = snapshot.table(CrmCustomer, "dataverse")
    known_to_crm = {crm["email"][row]: row for row in _newest_first(crm) if crm["email"][row]}
    rows = oldest_first(_row(snapshot, found, each, flows, known_to_crm) for each in found.absences)
    suspected = sum(row.cohort in SUSPECTED_DUPLICATES for row in rows)
    value = len(rows) - suspected if settings.exclude_suspected_duplicates else len(rows)
    return Judgement(
        value=value,
        compared=Decimal(value),
        rows=rows,
        breakdown=by_cohort(rows) + by_entity(snapshot, rows),
        figures={
            "distinct_buyers": distinct(found),
            "matched_buyers": found.matched,
            "blocked_orders": sum(row.order_count for row in rows),
            "suspected_duplicates": suspected,
            "clean_absences": len(rows) - suspected,
            "in_dataverse": sum(row.evidence["in_dataverse"] is not None for row in rows),
        },
    )


def _row(
    snapshot: Snapshot, found: Population, absence: Absence, flows: FlowRuns, known_to_crm: dict[str, int]
) -> CustomerRow:
    row = customer_row(ID, snapshot, found, absence)
    crm_row = next((known_to_crm[value] for _, value in absence.buyer.keys if value in known_to_crm), None)
    evidence = row.evidence | {
        "flow_run": flows.unsuccessful_after(row.occurred_at, FLOW_WITHIN),
        "in_dataverse": _crm_record(snapshot.table(CrmCustomer, "dataverse"), crm_row),
    }
    is_stalled = crm_row is not None and row.cohort in _NEW
    action = "Promote the record that Dataverse has to a customer" if is_stalled else row.action
    return replace(row, evidence=evidence, action=action)


def _newest_first(crm: Table) -> list[int]:
    """Order records so that of two with one email the older is kept last, and stands."""
    return sorted(range(len(crm)), key=lambda row: (crm["created_at"][row], crm["id"][row]), reverse=True)


def _crm_record(crm: Table, row: int | None) -> dict[str, str] | None:
    if row is None:
        return None
    return {"table": crm["table"][row], "id": crm["id"][row], "created_at": crm["created_at"][row]}


CARD = Card(
    id=ID,
    title="Ecom Customers Absent from D365",
    unit="customers",
    window_days=7,
    threshold=Decimal(10),
    roles=frozenset({"owner", "finance", "operations"}),
    needs=(
        *BUYER_NEEDS,
        Need(MasterCustomer, LEDGERS),
        Need(CrmCustomer, ("dataverse",), is_required=False),
        Need(FlowRun, ("dataverse",), is_required=False),
    ),
    judge=judge,
    where_to_look=(
        "Business Central: Customers, search by email or name",
        "Business Central: Sales Orders, where the order is missing or stuck",
        "Finance & Operations: Accounts receivable > Customers > All customers",
        "Power Platform admin centre: Flows > Run history, around the time of the order",
        "Dataverse: Contacts and Accounts, where the buyer may stand unpromoted",
    ),
    differences=(
        Difference("How strictly keys match", "either", "A person sees a near-match that a key does not."),
        Difference("Guests", "card higher", "A guest without an email counts until the guest filter is set."),
        Difference("Promotion in this minute", "card higher", "A new customer clears at the next refresh."),
        Difference("Several legal entities", "either", "A customer of another entity does not count here."),
        Difference("Sync lag", "card behind", "The ledger is read every 15 minutes."),
    ),
    siblings=(
        Sibling("dataverse_customers_not_promoted", "The usual cause: the buyer stuck in Dataverse."),
        Sibling("revenue_gap_detailed_breakdown", "What follows: orders without a sales order."),
    ),
    columns=COLUMNS,
    about=__doc__ or "",
)
