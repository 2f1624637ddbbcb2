"""What a connection to Dataverse lacks, found by its metadata and by reading one row of each table."""

from collections.abc import Iterator

from shared.sources import dataverse_activity as activity
from shared.sources.dataverse_changes import tracks_changes
from shared.sources.dataverse_columns import answered_names, select
from shared.sources.dataverse_customers import AccountRow, ContactRow, CustomerRow
from shared.sources.dataverse_options import DataverseOptions
from shared.sources.dataverse_streams import select_of
from shared.sources.odata import address
from shared.sources.odata_check import Part, lacking
from shared.sources.source import Finding, Probe


async def check(probe: Probe) -> tuple[Finding, ...]:
    """Name each table, column and privilege that is missing, before the first pull.

    And what is not fatal: change tracking that is off, and flow runs that are not recorded.
    """
    findings: list[Finding] = []
    for table, row in (("account", AccountRow), ("contact", ContactRow)):
        findings += await _customers(probe, table, row)
    for part in _parts(probe.options):
        findings += await lacking(probe.client, part)
    if probe.options.has_flow_runs:
        findings += await _recording(probe)
    return tuple(findings)


async def _customers(probe: Probe, table: str, row: type[CustomerRow]) -> list[Finding]:
    """Say what the table of accounts or contacts lacks."""
    options: DataverseOptions = probe.options
    answered = await answered_names(probe.client, table)
    found = [
        Finding(
            f"column {name} of {table}",
            "The option mandatory_fields names it, and no record can lack what its table does not have",
            is_fatal=False,
        )
        for name in options.mandatory_fields
        if name not in answered
    ]
    if table == "contact" and options.contacts_must_be_sellable and "msdyn_sellable" not in answered:
        message = "It comes with dual-write: install that, or set contacts_must_be_sellable to false"
        found.append(Finding("column msdyn_sellable of contact", message))
    if not await tracks_changes(probe.client, table):
        message = "It is read by its time of change, and a deletion is seen once a day: switch tracking on"
        found.append(Finding(f"change tracking of {table}", message, is_fatal=False))
    columns = tuple(select(row, answered).split(","))
    return [*found, *await lacking(probe.client, Part(f"{table}s", columns, f"/{table}s", {}))]


def _parts(options: DataverseOptions) -> Iterator[Part]:
    """Give the tables that are read beside accounts and contacts."""
    wanted = [
        (options.has_dual_write, "cdm_companies", "cdm_companyid,cdm_companycode", "has_dual_write"),
        (
            options.has_dual_write,
            "msdyn_dualwriteruntimeconfigs",
            select_of(activity.MapRow),
            "has_dual_write",
        ),
        (options.has_sales, "opportunities", select_of(activity.OpportunityRow), "has_sales"),
        (options.has_sales, "salesorders", select_of(activity.OrderRow), "has_sales"),
        (options.has_flow_runs, "flowruns", select_of(activity.FlowRunRow), "has_flow_runs"),
    ]
    for is_read, entity_set, columns, option in wanted:
        if is_read:
            advice = f"The environment has no such table: set {option} to false"
            yield Part(entity_set, tuple(columns.split(",")), f"/{entity_set}", {}, advice)
    if options.has_flow_runs:
        columns, advice = (
            select_of(activity.FlowEventRow),
            "Without it nobody can tell which runs are missing",
        )
        yield Part("flowevents", tuple(columns.split(",")), "/flowevents", {}, advice, is_fatal=False)


async def _recording(probe: Probe) -> list[Finding]:
    """Say where flow runs are not recorded, or not all: none that failed is then no good news."""
    found: list[Finding] = []
    kept = await _first(probe, "organizations", {"$select": "flowruntimetoliveinseconds"})
    if kept.get("flowruntimetoliveinseconds") == 0:
        message = "Their time to live is 0, so none is kept: set FlowRunTimeToLiveInSeconds"
        found.append(Finding("recording of flow runs", message, is_fatal=False))
    lost = {
        "$select": "eventcode,createdon",
        "$filter": "eventtype eq 'FlowRunIngestion'",
        "$orderby": "createdon desc",
    }
    if event := await _first(probe, "flowevents", lost):
        message = (
            f"Power Automate last left runs out on {str(event.get('createdon', ''))[:10]} "
            f"({event.get('eventcode', '')}): around then a run that is not shown may still have failed"
        )
        found.append(Finding("completeness of flow runs", message, is_fatal=False))
    return found


async def _first(probe: Probe, entity_set: str, query: dict[str, str]) -> dict[str, object]:
    """Give the first row that a query finds; empty where there is none, or where it is not answered."""
    url = address(probe.client, f"/{entity_set}", {**query, "$top": "1"})
    response = await probe.client.send("GET", url, tolerated={400, 403, 404})
    rows = response.json().get("value") if response.is_success else None
    return rows[0] if rows and isinstance(rows[0], dict) else {}
