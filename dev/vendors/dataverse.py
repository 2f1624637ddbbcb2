"""A simulated Dataverse environment with dual-write: its Web API, version 9.2.

Ids are GUIDs, a lookup `x` answers as `_x_value`, and what a query names must be a column of the
table: an unknown one refuses the whole query.
"""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dev.vendors import dataverse_rows as rows
from dev.vendors import dataverse_tracking as tracking
from dev.vendors.entra import SECRETS, is_valid
from dev.vendors.facts import Account, CrmRecord
from dev.vendors.odata import EntitySet, admit, answer, offered, refusal
from dev.vendors.vendor import endpoint

__all__ = ["COLUMNS", "ENTITY_SETS", "ROUTES", "SECRETS"]

Item = dict[str, Any]

_LARGEST_PAGE = 5_000
_TRACKED = frozenset({"accounts", "contacts"})
_API = "/api/data/v9.2/"
_UNAUTHORIZED = "0x80072560"
_UNKNOWN = "0x80060888"
_LOOKUPS = frozenset({"Lookup", "Customer"})
_TYPES = {
    "accountid": "Uniqueidentifier",
    "contactid": "Uniqueidentifier",
    "customertypecode": "Picklist",
    "creditonhold": "Boolean",
    "msdyn_sellable": "Boolean",
    "statecode": "State",
    "statuscode": "Status",
    "createdon": "DateTime",
    "modifiedon": "DateTime",
    "customerid": "Customer",
    "msdyn_company": "Lookup",
    "msdyn_customergroupid": "Lookup",
}
"""The types of columns that are not text."""

_SHARED = (
    "emailaddress1 telephone1 address1_line1 address1_city address1_stateorprovince address1_postalcode "
    "address1_country statecode statuscode createdon modifiedon msdyn_company msdyn_customergroupid "
)
_TABLES = {
    "account": _SHARED + "accountid accountnumber name customertypecode creditonhold "
    "msdyn_taxexemptnumber msdyn_identificationnumber",
    "contact": _SHARED + "contactid fullname firstname lastname mobilephone "
    "msdyn_contactpersonid msdyn_sellable",
    "opportunity": "opportunityid name statecode customerid modifiedon",
    "salesorder": "salesorderid name statecode customerid modifiedon",
    "flowrun": "flowrunid partitionid name status starttime endtime duration errorcode errormessage "
    "triggertype workflowid workflowname parentrunid",
    "cdm_company": "cdm_companyid cdm_companycode cdm_name",
    "flowevent": "floweventid name eventtype eventcode createdon completedon",
    "msdyn_dualwriteruntimeconfig": "msdyn_dualwriteruntimeconfigid msdyn_name msdyn_status "
    "msdyn_internalentityname msdyn_externalentityname modifiedon",
    "organization": "organizationid flowruntimetoliveinseconds",
}
COLUMNS = {table: columns.split() for table, columns in _TABLES.items()}
"""The columns of each table by their logical names."""


def _records(table: str, render: Callable[[CrmRecord], Item]) -> Callable[[Account], list[Item]]:
    return lambda account: [render(record) for record in account.crm_records if record.table == table]


def _open(kind: str, key: str) -> Callable[[Account], list[Item]]:
    return lambda account: [
        rows.business_row(each, key) for each in account.open_business if each.kind == kind
    ]


_READERS: dict[str, tuple[str, Callable[[Account], list[Item]]]] = {
    "accounts": ("account", _records("account", rows.account_row)),
    "contacts": ("contact", _records("contact", rows.contact_row)),
    "opportunities": ("opportunity", _open("opportunity", "opportunityid")),
    "salesorders": ("salesorder", _open("order", "salesorderid")),
    "flowruns": ("flowrun", lambda account: [rows.run_row(run) for run in account.automation_runs]),
    "cdm_companies": ("cdm_company", rows.company_rows),
    "flowevents": ("flowevent", lambda account: [rows.gap_row(each) for each in account.automation_gaps]),
    "msdyn_dualwriteruntimeconfigs": (
        "msdyn_dualwriteruntimeconfig",
        lambda account: [rows.map_row(each) for each in account.dual_write_maps],
    ),
    "organizations": (
        "organization",
        lambda account: [
            {
                "organizationid": rows.guid("organization"),
                "flowruntimetoliveinseconds": account.flow_run_seconds,
            }
        ],
    ),
}
ENTITY_SETS = {
    name: EntitySet(
        fields=[f"_{c}_value" if _TYPES.get(c) in _LOOKUPS else c for c in COLUMNS[table]],
        largest_page=_LARGEST_PAGE,
        error_code=_UNKNOWN,
    )
    for name, (table, _) in _READERS.items()
}
_ATTRIBUTES = EntitySet(
    fields=("LogicalName", "AttributeType"), largest_page=_LARGEST_PAGE, error_code=_UNKNOWN
)


def _admit(request: Request) -> None:
    if not is_valid(request.headers.get("Authorization", "")):
        raise refusal(401, _UNAUTHORIZED, "The request does not carry a valid token.")


def _context(request: Request, what: str) -> str:
    return f"{str(request.url).partition(_API)[0]}{_API}$metadata#{what}"


@endpoint
async def read(request: Request, account: Account) -> Response:
    """Answer a query over one table."""
    _admit(request)
    name = request.path_params["entity_set"]
    if name not in ENTITY_SETS:
        raise refusal(404, _UNKNOWN, f"Resource not found for the segment '{name}'.")
    admit(account, name, "0x80040220")
    table, read_items = _READERS[name]
    entity_set, items = offered(account, name, ENTITY_SETS[name]), read_items(account)
    if tracking.is_asked_for(request, account) and name in _TRACKED:
        return tracking.changes(request, account, entity_set, items, f"{table}id")
    if "$top" in request.query_params and "maxpagesize" in request.headers.get("Prefer", ""):
        raise refusal(400, _UNKNOWN, "The $top query option cannot be used with a page size.")
    if "include-annotations" not in request.headers.get("Prefer", ""):
        items = [{name: value for name, value in item.items() if "@" not in name} for item in items]
    return answer(request, entity_set, items, _context(request, name))


def _table(request: Request) -> str:
    _admit(request)
    table: str = request.path_params["table"]
    if table not in COLUMNS:
        raise refusal(404, _UNKNOWN, f"Could not find an entity with name {table}.")
    return table


@endpoint
async def define(request: Request, account: Account) -> Response:
    """Answer what one table is."""
    table = _table(request)
    is_tracked = account.tracks_changes and f"{table}s" in _TRACKED
    return JSONResponse({"LogicalName": table, "ChangeTrackingEnabled": is_tracked})


@endpoint
async def describe(request: Request, account: Account) -> Response:
    """Answer the columns of one table."""
    table = _table(request)
    items = [
        {"LogicalName": column, "AttributeType": _TYPES.get(column, "String")}
        for column in COLUMNS[table]
        if f"{table}s.{column}" not in account.lacks
    ]
    return answer(request, _ATTRIBUTES, items, _context(request, "EntityDefinitions/Attributes"))


_ROOT = "/dataverse/{account}" + _API
ROUTES = [
    Route(_ROOT + "EntityDefinitions(LogicalName='{table}')/Attributes", describe),
    Route(_ROOT + "EntityDefinitions(LogicalName='{table}')", define),
    Route(_ROOT + "{entity_set}", read),
]
