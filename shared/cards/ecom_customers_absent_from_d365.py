"""Buyers who ordered and whom the Dynamics 365 customer master does not know.

An order cannot be invoiced against a customer that the ledger does not have. Each buyer here holds
up the orders beside it until the customer is created or promoted. One or two are edge cases; more
than ten in a week mean that the step which creates customers is broken or throttled. New buyers are
the likeliest to be missing: where a day's new buyers and failed runs rise together, that step does
not keep up.

Take the oldest row, search its email in the customer master, and look at the flow run at the time of
its order: it tells why the customer was not created. A buyer who stands in Dataverse is promoted from
there, not created again. Work from here down the chain: the record in Dataverse, the customer, the
sales order, the invoice.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.cards import dynamics_365
from shared.cards.card import Card, Difference, Judgement, Need, Sibling, Unresolved
from shared.cards.causes import Cause
from shared.cards.cohorts import GUEST, NEW_B2B, NEW_DTC
from shared.cards.customers import (
    BUYER_NEEDS,
    COLUMNS,
    counted,
    customer_row,
    excluded,
    finding,
    leave_out,
    oldest_first,
    population_figures,
    population_of,
    row_figures,
    shown_orders,
    unresolved_cases,
)
from shared.cards.cuts import by_cause, by_cohort, by_day, by_entity
from shared.cards.dynamics_365 import LEDGERS
from shared.domain.absence import Absence, Population, first_orders
from shared.domain.evidence import ShownOrders
from shared.domain.flow_runs import FlowRuns
from shared.domain.promotion import is_to_be_promoted, keys_of
from shared.domain.records import CrmCustomer, FlowRun, FlowRunGap, MasterCustomer
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot, Table
from shared.domain.timeline import instants
from shared.domain.windows import Window, counted_by_day
from shared.domain.workspace import CardSettings

ID = dynamics_365.ABSENT
_NEW = frozenset({NEW_DTC.code, NEW_B2B.code, GUEST.code})
"""The cohorts in which the ledger has no record that comes before one in Dataverse."""
FLOW_WITHIN = timedelta(hours=1)
"""How long after an order the flow that creates its customer is looked for (D365-ABS-15)."""

_BLOCKED = "No invoice can be posted for its orders"
CAUSES = (
    Cause("stalled_in_dataverse", "In Dataverse, not promoted", _BLOCKED, "Promote the Dataverse record"),
    Cause(
        "failed_run",
        "A flow run failed or was skipped within the hour after the order",
        _BLOCKED,
        "Read the run, mend it and run it again",
    ),
    Cause("unknown", "Neither Dataverse nor a flow run tells", _BLOCKED, "Create the customer"),
)


def judge(snapshot: Snapshot, window: Window, settings: CardSettings) -> Judgement:
    """Count the buyers of the window that no customer master of Dynamics 365 knows."""
    master = dynamics_365.master(snapshot)
    found = population_of(snapshot, window, settings, master)
    traces = _Traces(snapshot)
    orders = shown_orders(snapshot, found, found.cases)
    rows = oldest_first(_row(snapshot, found, each, orders, traces) for each in found.cases)
    rows = leave_out(rows, excluded(settings))
    counts = counted(rows)
    return Judgement(
        value=len(counts),
        compared=Decimal(len(counts)),
        rows=rows,
        breakdown=(
            *by_cohort(counts),
            *by_cohort((row for row in rows if not row.is_counted), "not_counted"),
            *by_cause(CAUSES, counts),
            *by_entity(snapshot, counts),
            *by_day(window, _days(snapshot, window, found, counts, traces.flows)),
        ),
        figures={
            **population_figures(found),
            **row_figures(rows, found.expected),
            "blocked_orders": sum(row.order_count for row in counts),
            "in_dataverse": sum(row.evidence["in_dataverse"] is not None for row in rows),
        },
    )


def unresolved(snapshot: Snapshot, window: Window, settings: CardSettings) -> Sequence[Unresolved]:
    """Tell of the rows that a window has, without building them."""
    cohorts = excluded(settings)
    found = finding(cohorts)(snapshot, window, settings, dynamics_365.master(snapshot))
    return unresolved_cases(ID, snapshot, found.cases, cohorts)


class _Traces:
    """What was left behind on the way into Dynamics 365: Dataverse records and flow runs."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.flows = FlowRuns(snapshot.table(FlowRun, "dataverse"), snapshot.table(FlowRunGap, "dataverse"))
        self.is_recorded = snapshot.has(FlowRun, "dataverse")
        self.crm = snapshot.table(CrmCustomer, "dataverse")
        # Newest first, so that of two records with one key the older is kept last, and stands.
        newest_first = sorted(
            range(len(self.crm)),
            key=lambda row: (self.crm["created_at"][row], self.crm["id"][row]),
            reverse=True,
        )
        self._by_key = {key: row for row in newest_first for key in keys_of(self.crm, row)}

    def record_of(self, absence: Absence) -> int | None:
        """Give the Dataverse record that has a key of this buyer (D365-ABS-16)."""
        return next((self._by_key[key] for key in absence.buyer.keys if key in self._by_key), None)


def _row(
    snapshot: Snapshot, found: Population, absence: Absence, orders: ShownOrders, traces: _Traces
) -> CustomerRow:
    row = customer_row(ID, snapshot, found, absence, orders)
    record = traces.record_of(absence)
    keys = [value for _, value in absence.buyer.keys]
    run = traces.flows.unsuccessful_after(row.occurred_at, FLOW_WITHIN, keys)
    near = traces.flows.recorded_after(row.occurred_at, FLOW_WITHIN)
    evidence = row.evidence | {
        "flow_run": run,
        "flow_runs": {"is_connected": traces.is_recorded, **near},
        "in_dataverse": None if record is None else _shown(traces.crm, record),
    }
    cause = _cause(run, record)
    is_stalled = record is not None and row.cohort in _NEW
    return replace(
        row,
        cause=cause,
        action="Promote the record that Dataverse has to a customer" if is_stalled else row.action,
        also_on=dynamics_365.crossing(snapshot).stuck(absence),
        evidence=evidence,
    )


def _cause(run: dict[str, Any] | None, record: int | None) -> str:
    """Give what is sure first: a run that names the buyer, its record, then a run near its order."""
    if run is not None and (run["names_record"] or record is None):
        return "failed_run"
    return "unknown" if record is None else "stalled_in_dataverse"


def _shown(crm: Table, row: int) -> dict[str, Any]:
    return {
        "table": crm["table"][row],
        "id": crm["id"][row],
        "created_at": crm["created_at"][row],
        "is_to_be_promoted": is_to_be_promoted(crm, row),
        "url": crm.detail(row, "url"),
    }


def _days(
    snapshot: Snapshot,
    window: Window,
    found: Population,
    rows: tuple[CustomerRow, ...],
    flows: FlowRuns,
) -> dict[str, Counter[str]]:
    """Count buyers by the day of their first order, the absent among them, and the failed runs."""
    placed, firsts = instants(snapshot), first_orders(snapshot, window, found)
    return {
        "customers": Counter(row.occurred_on for row in rows),
        "buyers": counted_by_day(lambda ends: placed.count_before(firsts, ends), window, snapshot.workspace),
        "failed_runs": flows.unsuccessful_by_day(window, snapshot.workspace),
    }


CARD = Card(
    id=ID,
    title="Ecom Customers Absent from D365",
    unit="customers",
    window_days=dynamics_365.WINDOW_DAYS,
    threshold=Decimal(10),
    roles=frozenset({"owner", "finance", "operations"}),
    needs=(
        *BUYER_NEEDS,
        Need(MasterCustomer, LEDGERS),
        Need(CrmCustomer, ("dataverse",), is_required=False),
        Need(FlowRun, ("dataverse",), is_required=False),
        Need(FlowRunGap, ("dataverse",), is_required=False),
    ),
    judge=judge,
    unresolved=unresolved,
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
