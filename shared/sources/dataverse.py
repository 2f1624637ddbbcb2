"""Microsoft Dataverse: accounts, contacts, open opportunities and orders, and flow runs.

Accounts and contacts are read by `modifiedon`, which tells no deletions (learn.microsoft.com/
power-apps/developer/data-platform/webapi/query/overview); what is open and what dual-write adds
is read anew on each run.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.domain.records import CrmCustomer, FlowRun, OpenBusiness
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, SourceError
from shared.sources.dataverse_activity import (
    FlowRunRow,
    OpportunityRow,
    OrderRow,
    flow_run,
    opportunity,
    order,
)
from shared.sources.dataverse_columns import answered_names, label, select
from shared.sources.dataverse_customers import AccountRow, ContactRow, CustomerRow, Reading
from shared.sources.entra import entra_auth
from shared.sources.http import Access
from shared.sources.odata import pages, window
from shared.sources.read import records
from shared.sources.source import Options, Page, Pull, Source, Stream

API = "/api/data/v9.2"

FLOW_RUN_OVERLAP = timedelta(hours=24)
"""Runs are kept in an elastic table whose reads lag behind, and a run's end is written later."""

_HEADERS = {"OData-MaxVersion": "4.0", "OData-Version": "4.0", "If-None-Match": "null"}


class DataverseOptions(Options):
    """What a connection to a Dataverse environment needs besides its secrets."""

    tenant_id: str = Field(min_length=1)
    host: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The environment's own host, such as `contoso.crm4.dynamics.com`."""
    page_size: int = Field(default=1_000, ge=1, le=5_000)
    has_flow_runs: bool = True
    has_dual_write: bool = True
    """Whether records carry a company: the table `cdm_companies` comes with dual-write."""
    has_sales: bool = True
    """Whether opportunities and orders exist: they come with Dynamics 365 Sales."""
    account_relationship_types: tuple[int, ...] = (3,)
    """The relationship types (customertypecode) that are promoted; 3 is Customer."""
    contacts_must_be_sellable: bool = True
    mandatory_fields: tuple[str, ...] = ("msdyn_customergroupid",)
    """Logical names of the columns without which Finance refuses a customer."""


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Say how an environment is reached: by an app that is an application user there."""
    if not isinstance(options, DataverseOptions):
        raise TypeError
    root = f"https://{options.host}"
    auth = entra_auth(
        connection, options.tenant_id, secrets["client_id"], secrets["client_secret"], f"{root}/.default"
    )
    return Access((connection.base_url or root) + API, auth, _HEADERS)


class _CompanyRow(BaseModel):
    cdm_companyid: str
    cdm_companycode: str


_COMPANIES = TypeAdapter(list[_CompanyRow])


async def _companies(pull: Pull) -> Mapping[str, str]:
    """Read the company codes by the id of their Dataverse company."""
    if not pull.options.has_dual_write:
        return {}
    params = {"$select": "cdm_companyid,cdm_companycode", "$orderby": "cdm_companyid"}
    items: list[Any] = []
    async for page, _ in pages(
        pull.client, "/cdm_companies", params, page_size=pull.options.page_size, cursor=""
    ):
        items.extend(page)
    try:
        companies = _COMPANIES.validate_python(items)
    except ValidationError:
        msg = f"{pull.client.name} has companies without a code (cdm_companies)"
        raise SourceError(msg) from None
    return {company.cdm_companyid: company.cdm_companycode for company in companies}


async def _prepare(pull: Pull, table: str, row: type[CustomerRow]) -> tuple[Reading, str]:
    """Read what the items' reading rests on: their company codes, and the columns the table has."""
    options = pull.options
    answered = await answered_names(pull.client, table)
    if f"{table}id" not in answered:
        msg = f"{pull.client.name} names no column {table}id in the table {table}"
        raise SourceError(msg)
    if table == "contact" and options.contacts_must_be_sellable and "msdyn_sellable" not in answered:
        msg = (
            f"{pull.client.name} has no column msdyn_sellable on contacts, which comes with dual-write: "
            "set contacts_must_be_sellable to false to count all contacts"
        )
        raise ConfigurationError(msg, "contacts_must_be_sellable")
    mandatory = {answered[name]: label(name) for name in options.mandatory_fields if name in answered}
    reading = Reading(
        host=options.host,
        companies=await _companies(pull),
        mandatory=mandatory,
        account_types=frozenset(options.account_relationship_types),
        contacts_must_be_sellable=options.contacts_must_be_sellable,
    )
    return reading, select(row, answered, mandatory)


async def _items(
    pull: Pull, entity_set: str, columns: str, condition: str, order_by: str
) -> AsyncIterator[tuple[list[dict[str, Any]], str]]:
    """Read a table page by page: items, and where the next page starts."""
    params = {"$select": columns, "$filter": condition, "$orderby": order_by}
    async for page in pages(
        pull.client, f"/{entity_set}", params, page_size=pull.options.page_size, cursor=pull.cursor
    ):
        yield page


async def accounts(pull: Pull) -> AsyncIterator[Page]:
    """Read the accounts that were modified in the window, in scope or not."""
    reading, columns = await _prepare(pull, "account", AccountRow)
    changed = window(pull, "modifiedon")
    async for items, cursor in _items(pull, "accounts", columns, changed, "modifiedon,accountid"):
        good, bad = records("accounts", items, AccountRow, reading.account, "accountid")
        yield Page(good, cursor, bad)


async def contacts(pull: Pull) -> AsyncIterator[Page]:
    """Read the contacts that were modified in the window, in scope or not."""
    reading, columns = await _prepare(pull, "contact", ContactRow)
    changed = window(pull, "modifiedon")
    async for items, cursor in _items(pull, "contacts", columns, changed, "modifiedon,contactid"):
        good, bad = records("contacts", items, ContactRow, reading.contact, "contactid")
        yield Page(good, cursor, bad)


async def opportunities(pull: Pull) -> AsyncIterator[Page]:
    """Read all open opportunities."""
    columns = "opportunityid,name,_customerid_value"
    async for items, cursor in _items(pull, "opportunities", columns, "statecode eq 0", "opportunityid"):
        good, bad = records("opportunities", items, OpportunityRow, opportunity, "opportunityid")
        yield Page(good, cursor, bad)


async def orders(pull: Pull) -> AsyncIterator[Page]:
    """Read all open sales orders."""
    columns = "salesorderid,name,_customerid_value"
    async for items, cursor in _items(pull, "salesorders", columns, "statecode eq 0", "salesorderid"):
        good, bad = records("orders", items, OrderRow, order, "salesorderid")
        yield Page(good, cursor, bad)


async def flow_runs(pull: Pull) -> AsyncIterator[Page]:
    """Read the runs of cloud flows in solutions that started in the window."""
    columns = ",".join(FlowRunRow.model_fields)
    # Sorted as the vendor documents it: the table is an elastic one, by one column only.
    async for items, cursor in _items(pull, "flowruns", columns, window(pull, "starttime"), "starttime"):
        good, bad = records("flow_runs", items, FlowRunRow, flow_run, "name")
        yield Page(good, cursor, bad)


SOURCE = Source(
    kind="dataverse",
    title="Microsoft Dataverse",
    streams=(
        Stream("accounts", CrmCustomer, accounts),
        Stream("contacts", CrmCustomer, contacts),
        Stream(
            "opportunities", OpenBusiness, opportunities, is_full_read=True, is_offered=lambda o: o.has_sales
        ),
        Stream("orders", OpenBusiness, orders, is_full_read=True, is_offered=lambda o: o.has_sales),
        Stream(
            "flow_runs",
            FlowRun,
            flow_runs,
            overlap=FLOW_RUN_OVERLAP,
            is_offered=lambda o: o.has_flow_runs,
        ),
    ),
    access=access,
    options=DataverseOptions,
    secrets=("client_id", "client_secret"),
)
