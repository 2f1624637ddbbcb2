"""A simulated Dataverse environment with dual-write: its Web API, version 9.2.

Ids are GUIDs, a lookup `x` answers as `_x_value`, and what a query names must be a column of the
table: an unknown one refuses the whole query.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.vendors.entra import SECRETS, is_valid
from dev.vendors.facts import Account, AutomationRun, CrmOpenBusiness, CrmRecord
from dev.vendors.odata import EntitySet, answer, refusal
from dev.vendors.vendor import endpoint

__all__ = ["COLUMNS", "ENTITY_SETS", "ROUTES", "SECRETS"]

Item = dict[str, Any]

_LARGEST_PAGE = 5_000
_API = "/api/data/v9.2/"
_UNAUTHORIZED = "0x80072560"
_UNKNOWN = "0x80060888"
_LOOKUPS = frozenset({"Lookup", "Customer"})
_CUSTOMER = 3
_PARTNER = 5

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
}
COLUMNS = {table: columns.split() for table, columns in _TABLES.items()}
"""The columns of each table by their logical names."""


def _guid(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _shared(record: CrmRecord) -> Item:
    person = record.person
    return {
        "emailaddress1": person.email or None,
        "telephone1": person.phone or None,
        "address1_line1": person.street or None,
        "address1_city": person.city or None,
        "address1_stateorprovince": person.state or None,
        "address1_postalcode": person.postcode or None,
        "address1_country": person.country or None,
        "statecode": 0 if record.is_active else 1,
        "statuscode": 1 if record.is_active else 2,
        "createdon": _time(record.created_at),
        "modifiedon": _time(record.modified_at),
        "_msdyn_company_value": _guid("company", record.company) if record.company else None,
        "_msdyn_customergroupid_value": _guid("group", record.customer_group)
        if record.customer_group
        else None,
    }


def _account(record: CrmRecord) -> Item:
    person = record.person
    return {
        "accountid": record.id,
        "accountnumber": record.account_number or None,
        "name": person.company or f"{person.first_name} {person.last_name}",
        "customertypecode": _CUSTOMER if record.is_in_scope else _PARTNER,
        "creditonhold": False,
        "msdyn_taxexemptnumber": record.vat or None,
        "msdyn_identificationnumber": None,
        **_shared(record),
    }


def _contact(record: CrmRecord) -> Item:
    person = record.person
    return {
        "contactid": record.id,
        "fullname": f"{person.first_name} {person.last_name}".strip() or person.company,
        "firstname": person.first_name or None,
        "lastname": person.last_name or None,
        "mobilephone": None,
        "msdyn_contactpersonid": record.account_number or None,
        "msdyn_sellable": record.is_in_scope,
        **_shared(record),
    }


def _business(business: CrmOpenBusiness, key: str) -> Item:
    return {
        key: business.id,
        "name": business.title or None,
        "statecode": 0,
        "_customerid_value": business.crm_id or None,
        "modifiedon": _time(business.modified_at),
    }


_STATUS = {
    "succeeded": "Succeeded",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "skipped": "Skipped",
    "running": "Running",
}


def _run(run: AutomationRun) -> Item:
    has_ended = run.state != "running"
    return {
        "flowrunid": _guid("flowrun", run.id),
        "partitionid": _guid("owner"),
        "name": run.id,
        "status": _STATUS[run.state],
        "starttime": _time(run.started_at),
        "endtime": _time(run.ended_at) if has_ended else None,
        "duration": int((run.ended_at - run.started_at).total_seconds()) if has_ended else None,
        "errorcode": run.error_code or None,
        "errormessage": run.error or None,
        "triggertype": "Automated",
        "workflowid": _guid("workflow", run.flow),
        "workflowname": run.flow,
        "parentrunid": None,
    }


def _companies(account: Account) -> list[Item]:
    codes = sorted({record.company for record in account.crm_records if record.company})
    return [
        {"cdm_companyid": _guid("company", code), "cdm_companycode": code, "cdm_name": code.upper()}
        for code in codes
    ]


def _records(table: str, render: Callable[[CrmRecord], Item]) -> Callable[[Account], list[Item]]:
    return lambda account: [render(record) for record in account.crm_records if record.table == table]


def _open(kind: str, key: str) -> Callable[[Account], list[Item]]:
    return lambda account: [_business(each, key) for each in account.open_business if each.kind == kind]


_READERS: dict[str, tuple[str, Callable[[Account], list[Item]]]] = {
    "accounts": ("account", _records("account", _account)),
    "contacts": ("contact", _records("contact", _contact)),
    "opportunities": ("opportunity", _open("opportunity", "opportunityid")),
    "salesorders": ("salesorder", _open("order", "salesorderid")),
    "flowruns": ("flowrun", lambda account: [_run(run) for run in account.automation_runs]),
    "cdm_companies": ("cdm_company", _companies),
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
    _, items = _READERS[name]
    return answer(request, ENTITY_SETS[name], items(account), _context(request, name))


@endpoint
async def describe(request: Request, account: Account) -> Response:  # noqa: ARG001 - tables are alike everywhere
    """Answer the columns of one table."""
    _admit(request)
    table = request.path_params["table"]
    if table not in COLUMNS:
        raise refusal(404, _UNKNOWN, f"Could not find an entity with name {table}.")
    items = [
        {"LogicalName": column, "AttributeType": _TYPES.get(column, "String")} for column in COLUMNS[table]
    ]
    return answer(request, _ATTRIBUTES, items, _context(request, "EntityDefinitions/Attributes"))


_ROOT = "/dataverse/{account}" + _API
ROUTES = [
    Route(_ROOT + "EntityDefinitions(LogicalName='{table}')/Attributes", describe),
    Route(_ROOT + "{entity_set}", read),
]
