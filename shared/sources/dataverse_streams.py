"""What is read of Dataverse, stream by stream: the queries, and what turns items into records."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.domain.deferred import Deferred
from shared.domain.records import Record
from shared.errors import ConfigurationError, SourceError
from shared.sources import dataverse_activity as activity
from shared.sources.dataverse_changes import changes
from shared.sources.dataverse_columns import answered_names, label, select
from shared.sources.dataverse_customers import AccountRow, ContactRow, CustomerRow, Reading
from shared.sources.odata import Refused, answers, key_pages, pages, window
from shared.sources.read import records
from shared.sources.source import KeyPage, Page, Pull

KEYS_PAGE = 5_000
LABELS = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'
"""Asks for the words that people see beside the numbers of choices."""


class _CompanyRow(Deferred):
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


async def accounts(pull: Pull) -> AsyncIterator[Page]:
    """Read the accounts that changed, in scope or not, and which are gone."""
    reading, columns = await _prepare(pull, "account", AccountRow)
    async for found in changes(pull, "account", "accounts", columns):
        good, bad = records("accounts", found.items, AccountRow, reading.account, "accountid")
        yield Page(good, found.cursor, bad, found.deleted, token=found.token)


async def contacts(pull: Pull) -> AsyncIterator[Page]:
    """Read the contacts that changed, in scope or not, and which are gone."""
    reading, columns = await _prepare(pull, "contact", ContactRow)
    async for found in changes(pull, "contact", "contacts", columns):
        good, bad = records("contacts", found.items, ContactRow, reading.contact, "contactid")
        yield Page(good, found.cursor, bad, found.deleted, token=found.token)


def account_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Read the ids of all accounts."""
    return key_pages(pull, "/accounts", "accountid", KEYS_PAGE)


def contact_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Read the ids of all contacts."""
    return key_pages(pull, "/contacts", "contactid", KEYS_PAGE)


def opportunities(pull: Pull) -> AsyncIterator[Page]:
    """Read all open opportunities."""
    query = _query(activity.OpportunityRow, "statecode eq 0", "opportunityid")
    convert = _each("opportunities", activity.OpportunityRow, activity.opportunity, "opportunityid")
    return _read(pull, "opportunities", query, convert)


def orders(pull: Pull) -> AsyncIterator[Page]:
    """Read all open sales orders."""
    query = _query(activity.OrderRow, "statecode eq 0", "salesorderid")
    return _read(
        pull, "salesorders", query, _each("orders", activity.OrderRow, activity.order, "salesorderid")
    )


def flow_runs(pull: Pull) -> AsyncIterator[Page]:
    """Read the runs of cloud flows in solutions that started in the window."""
    # Sorted as the vendor documents it: the table is an elastic one, by one column only.
    query = _query(activity.FlowRunRow, window(pull, "starttime"), "starttime")
    convert = _each("flow_runs", activity.FlowRunRow, activity.flow_run, "name")
    return _read(pull, "flowruns", query, convert)


async def flow_run_gaps(pull: Pull) -> AsyncIterator[Page]:
    """Read when runs were not all recorded, as Power Automate itself says; nothing where it never says."""
    condition = f"eventtype eq 'FlowRunIngestion' and {window(pull, 'createdon')}"
    query = _query(activity.FlowEventRow, condition, "createdon")
    convert = _each("flow_run_gaps", activity.FlowEventRow, activity.flow_run_gap, "floweventid")
    try:
        async for page in _read(pull, "flowevents", query, convert):
            yield page
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:
            raise
        yield Page(())


def dual_write_maps(pull: Pull) -> AsyncIterator[Page]:
    """Read the state of all dual-write maps that Dataverse knows of."""
    query = {"$select": select_of(activity.MapRow), "$orderby": "msdyn_dualwriteruntimeconfigid"}
    key = "msdyn_dualwriteruntimeconfigid"
    convert = _each("dual_write_maps", activity.MapRow, activity.dual_write_map, key)
    return _read(pull, "msdyn_dualwriteruntimeconfigs", query, convert, prefer=LABELS)


def select_of(row: type[BaseModel]) -> str:
    """Give the `$select` of a row's columns; what an answer adds to a column is not asked for by name."""
    names = (field.alias or name for name, field in row.model_fields.items())
    return ",".join(name for name in names if "@" not in name)


def _query(row: type[BaseModel], condition: str, order_by: str) -> dict[str, str]:
    return {"$select": select_of(row), "$filter": condition, "$orderby": order_by}


def _each(
    stream: str, row: type[BaseModel], convert: Callable[[Any], Record], key: str
) -> Callable[[list[Any], str], Page]:
    """Give what turns a page's items into records, each by itself."""

    def to_page(items: list[Any], cursor: str) -> Page:
        good, bad = records(stream, items, row, convert, key)
        return Page(good, cursor, bad)

    return to_page


async def _read(
    pull: Pull,
    entity_set: str,
    query: Mapping[str, str],
    to_page: Callable[[list[Any], str], Page],
    prefer: str = "",
) -> AsyncIterator[Page]:
    size = pull.options.page_size
    async for answer in answers(
        pull.client, f"/{entity_set}", query, page_size=size, cursor=pull.cursor, prefer=prefer
    ):
        yield to_page(answer.items, answer.link)
