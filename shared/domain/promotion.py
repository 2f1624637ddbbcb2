"""Which Dataverse records were promoted into the customer master, and what held up the others."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shared.domain.flow_runs import FlowRuns
from shared.domain.matching import MasterIndex, Match
from shared.domain.records import (
    CrmCustomer,
    DualWriteMap,
    FlowRun,
    MasterCustomer,
    OpenBusiness,
    SyncAttempt,
)
from shared.domain.snapshot import Snapshot, Table
from shared.domain.sync_log import Failure, SyncLog
from shared.domain.windows import Window, text

KEYS = ("account_reference", "vat", "email")
"""Dual-write joins by account number and company; the others serve Business Central."""
ERROR_LOGS = ("dual_write_log",)

_NOT_RUNNING = frozenset({"paused", "stopped"})
_LANDED = frozenset({"matched", "ambiguous", "inactive"})
"""A record that Finance has landed, even if it is doubled or blocked there."""
_PLUGIN = re.compile(r"plug-?in|isv code|80040265|80040224|-2147220891|-2147220956", re.IGNORECASE)
"""How Dataverse speaks of a plug-in that broke off
(https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes)."""
_IS_MISSING = re.compile(
    r"mandatory|required|missing|must (have a value|be (filled|specified|entered))|(is|be) (empty|blank)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A case: one Dataverse record that has no customer."""

    row: int
    keys: tuple[tuple[str, str], ...]
    match: Match
    cause: str
    failure: Failure | None
    """What the log of dual-write's errors says about this record."""
    flow_run: dict[str, Any] | None
    """The latest run that failed and names this record."""
    stopped_maps: tuple[str, ...]
    """The maps into the customer master of this kind of record, where none of them runs."""
    open_business: tuple[int, ...]
    is_privacy_blocked: bool = False
    """Another entity's ledger blocks this customer for privacy (decision 14)."""


@dataclass(frozen=True, slots=True)
class Promotions:
    """What became of the records created in a window: created = promoted + stuck + pending."""

    created: tuple[int, ...]
    """The rows of the records in scope, whatever became of them."""
    promoted: int
    pending: int
    out_of_scope: int
    stuck: tuple[Promotion, ...]


def judge(snapshot: Snapshot, window: Window, ledgers: tuple[str, ...]) -> Promotions:
    """Look each record created in the window up in the master of its own company (DV-13)."""
    crm = snapshot.table(CrmCustomer, "dataverse")
    index = MasterIndex(snapshot.table(MasterCustomer, *ledgers), snapshot.workspace)
    flows = FlowRuns(snapshot.table(FlowRun, "dataverse"))
    log = SyncLog(snapshot.table(SyncAttempt, *ERROR_LOGS))
    stopped = _stopped_maps(snapshot.table(DualWriteMap, "dataverse"))
    business = _open_business(snapshot.table(OpenBusiness, "dataverse"))
    grace = text(snapshot.as_of - timedelta(minutes=snapshot.workspace.grace_minutes))
    rows = [row for row, created_at in enumerate(crm["created_at"]) if window.holds(created_at)]
    in_scope = tuple(row for row in rows if is_to_be_promoted(crm, row))
    index.expect(key for row in in_scope for key in keys_of(crm, row))
    stuck: list[Promotion] = []
    promoted = pending = 0
    for row in in_scope:
        keys = keys_of(crm, row)
        match = index.find(keys, snapshot.workspace.entity_of_company(crm["company"][row]))
        if match.outcome in _LANDED:
            promoted += 1
        elif crm["created_at"][row] > grace:
            pending += 1
        else:
            failure = log.failure("customer", crm["id"][row], *(value for _, value in keys))
            flow = _run_about(flows, crm, row)
            at_stake = business.get((crm.connections[row], crm["id"][row]), ())
            is_hidden = index.is_privacy_blocked(match)
            maps = stopped.get((crm.connections[row], f"{crm['table'][row]}s"), ())
            cause = "other_entity" if match.outcome == "elsewhere" else _cause(crm, row, failure, maps, flow)
            stuck.append(Promotion(row, keys, match, cause, failure, flow, maps, tuple(at_stake), is_hidden))
    return Promotions(in_scope, promoted, pending, len(rows) - len(in_scope), tuple(stuck))


def is_to_be_promoted(crm: Table, row: int) -> bool:
    """Say whether a record is meant for Finance: in scope and active (decisions 12 and 22)."""
    return bool(crm["is_in_scope"][row] and crm["is_active"][row])


def keys_of(crm: Table, row: int) -> tuple[tuple[str, str], ...]:
    """Give the keys that a record has, in the order in which they are tried."""
    return tuple((name, crm[name][row]) for name in KEYS if crm[name][row])


def _run_about(flows: FlowRuns, crm: Table, row: int) -> dict[str, Any] | None:
    created_at = crm["created_at"][row]
    return flows.naming(crm["account_reference"][row], created_at) or flows.naming(crm["id"][row], created_at)


def _cause(
    crm: Table, row: int, failure: Failure | None, maps: tuple[str, ...], flow: dict[str, Any] | None
) -> str:
    """Give what a log says of this very record first, then what stops it, then what it lacks (DV-08)."""
    if failure is not None:
        return _cause_of_failure(failure)
    if maps:
        return "map_stopped"
    if crm["missing_fields"][row]:
        return "missing_field"
    if flow is None:
        return "unknown"
    return "plugin_error" if _PLUGIN.search(f"{flow['error_code']} {flow['error']}") else "failed_run"


def _cause_of_failure(failure: Failure) -> str:
    said = f"{failure.code} {failure.reason}"
    if _PLUGIN.search(said):
        return "plugin_error"
    return "missing_field" if failure.field and _IS_MISSING.search(said) else "dual_write_error"


def _stopped_maps(maps: Table) -> dict[tuple[str, str], tuple[str, ...]]:
    """Give the maps into the customer master by connection and table, of tables none of whose maps runs."""
    found: dict[tuple[str, str], list[int]] = {}
    for row, entity in enumerate(maps["entity"]):
        if "customer" in entity.casefold():
            found.setdefault((maps.connections[row], maps["table"][row]), []).append(row)
    return {
        table: tuple(sorted(f"{maps['name'][row]} ({maps['state'][row]})" for row in rows))
        for table, rows in found.items()
        if all(maps["state"][row] in _NOT_RUNNING for row in rows)
    }


def _open_business(business: Table) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for row, customer in enumerate(business["crm_customer_id"]):
        found.setdefault((business.connections[row], customer), []).append(row)
    return found
