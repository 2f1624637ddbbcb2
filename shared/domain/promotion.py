"""Which Dataverse records were promoted into the customer master, and what held up the others."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.flow_runs import FlowRuns
from shared.domain.matching import MasterIndex, Match
from shared.domain.records import CrmCustomer, FlowRun, MasterCustomer, OpenBusiness
from shared.domain.snapshot import Snapshot, Table
from shared.domain.windows import Window, text

KEYS = ("account_reference", "vat", "email")
"""Dual-write joins by account number and company; the others serve Business Central."""

_LANDED = frozenset({"matched", "ambiguous", "inactive"})
"""A record that Finance has landed, even if it is doubled or blocked there."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """A case: one Dataverse record that has no customer."""

    row: int
    keys: tuple[tuple[str, str], ...]
    match: Match
    cause: str
    flow_run: dict[str, Any] | None
    open_business: tuple[int, ...]
    is_privacy_blocked: bool = False
    """Another entity's ledger blocks this customer for privacy (decision 14)."""


@dataclass(frozen=True, slots=True)
class Promotions:
    """What became of the records created in a window: created = promoted + stuck + pending."""

    created: int
    promoted: int
    pending: int
    out_of_scope: int
    stuck: tuple[Promotion, ...]


def judge(snapshot: Snapshot, window: Window, ledgers: tuple[str, ...]) -> Promotions:
    """Look each record created in the window up in the master of its own company (DV-13)."""
    crm = snapshot.table(CrmCustomer, "dataverse")
    index = MasterIndex(snapshot.table(MasterCustomer, *ledgers), snapshot.workspace)
    flows = FlowRuns(snapshot.table(FlowRun, "dataverse"))
    business = _open_business(snapshot.table(OpenBusiness, "dataverse"))
    grace = text(snapshot.as_of - timedelta(minutes=snapshot.workspace.grace_minutes))
    rows = [row for row, created_at in enumerate(crm["created_at"]) if window.holds(created_at)]
    in_scope = [row for row in rows if crm["is_in_scope"][row] and crm["is_active"][row]]
    stuck: list[Promotion] = []
    promoted = pending = 0
    for row in in_scope:
        keys = tuple((name, crm[name][row]) for name in KEYS if crm[name][row])
        match = index.find(keys, snapshot.workspace.entity_of_company(crm["company"][row]))
        if match.outcome in _LANDED:
            promoted += 1
        elif crm["created_at"][row] > grace:
            pending += 1
        else:
            flow = flows.naming(crm["account_reference"][row]) or flows.naming(crm["id"][row])
            at_stake = business.get((crm.connections[row], crm["id"][row]), ())
            is_hidden = index.is_privacy_blocked(match)
            cause = _cause(crm, row, match, flow)
            stuck.append(Promotion(row, keys, match, cause, flow, tuple(at_stake), is_hidden))
    return Promotions(len(in_scope), promoted, pending, len(rows) - len(in_scope), tuple(stuck))


def _cause(crm: Table, row: int, match: Match, flow: dict[str, Any] | None) -> str:
    if match.outcome == "elsewhere":
        return "other_entity"
    if crm["missing_fields"][row]:
        return "missing_field"
    return "failed_run" if flow else "unknown"


def _open_business(business: Table) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for row, customer in enumerate(business["crm_customer_id"]):
        found.setdefault((business.connections[row], customer), []).append(row)
    return found
