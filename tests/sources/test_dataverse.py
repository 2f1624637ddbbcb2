"""Dataverse: each record comes out exact, in scope or not, and names are the vendor's own."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import BaseModel, ValidationError

from dev.vendors import dataverse as vendor
from dev.vendors import entra
from dev.vendors.facts import Account
from shared.domain.records import CrmCustomer, FlowRun, OpenBusiness
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError
from shared.sources import dataverse_activity as activity
from shared.sources.dataverse import SOURCE
from shared.sources.dataverse_customers import AccountRow, ContactRow
from shared.sources.dataverse_options import DataverseOptions
from shared.sources.entra import EntraAuth
from tests.contracts import needs_contracts, read_contract
from tests.sources.dataverse_environment import (
    BENCH,
    HOST,
    PERSON,
    account,
    business,
    busy_environment,
    contact,
    guid,
    run,
)

RECORD_PAGE = "https://contoso.crm11.dynamics.com/main.aspx?etn={}&pagetype=entityrecord&id={}"


async def _customer(given: Account, stream: str, **options: Any) -> CrmCustomer:
    (found,) = await BENCH.records(stream, given, **options)
    assert isinstance(found, CrmCustomer)
    return found


async def test_an_account_comes_out_exact() -> None:
    """An account of relationship type Customer is in scope, in the company that dual-write names (DV-01)."""
    expected = CrmCustomer(
        id=guid(1),
        table="account",
        created_at="2026-04-14T09:30:00Z",
        is_active=True,
        is_in_scope=True,
        company="USMF",
        email="ines@invented.example",
        vat="GB123456789",
        account_reference="C-1",
        phone="+442079460018",
        postcode="N19GU",
        name="invented tools",
        street="1 nowhere street",
        display_name="Invented Tools Ltd",
        url=RECORD_PAGE.format("account", guid(1)),
    )
    assert await _customer(Account(crm_records=[account()]), "accounts") == expected


async def test_a_contact_comes_out_exact() -> None:
    """A sellable contact is a customer, and its contact person id the customer's number (DV-01)."""
    expected = CrmCustomer(
        id=guid(1),
        table="contact",
        created_at="2026-04-14T09:30:00Z",
        is_active=True,
        is_in_scope=True,
        company="USMF",
        email="ines@invented.example",
        account_reference="C-1",
        phone="+442079460018",
        postcode="N19GU",
        name="ines made up",
        street="1 nowhere street",
        display_name="Ines Made-Up",
        url=RECORD_PAGE.format("contact", guid(1)),
    )
    assert await _customer(Account(crm_records=[contact()]), "contacts") == expected


@pytest.mark.parametrize(
    ("stream", "options", "is_in_scope"),
    [
        ("accounts", {}, False),
        ("accounts", {"account_relationship_types": (3, 5)}, True),
        ("contacts", {}, False),
        ("contacts", {"contacts_must_be_sellable": False}, True),
    ],
)
async def test_what_is_out_of_scope_is_read_and_says_so(
    stream: str, options: dict[str, Any], is_in_scope: object
) -> None:
    """Partners and personal contacts are records, too; what counts as in scope is configurable (DV-11)."""
    records = [account(is_in_scope=False), contact(is_in_scope=False)]
    found = await _customer(Account(crm_records=records), stream, **options)
    assert found.is_in_scope is is_in_scope


async def test_a_contact_person_s_number_is_no_account_number() -> None:
    """The same column numbers a contact person while Sellable is off."""
    found = await _customer(Account(crm_records=[contact(is_in_scope=False)]), "contacts")
    assert found.account_reference == ""


async def test_an_inactive_record_says_so() -> None:
    """A record that was deactivated is read and is not active."""
    assert not (await _customer(Account(crm_records=[account(is_active=False)]), "accounts")).is_active


@pytest.mark.parametrize("stream", ["accounts", "contacts"])
async def test_empty_mandatory_fields_are_named(stream: str) -> None:
    """What Finance refuses a customer without is named as people call it (DV-08)."""
    records = [make(customer_group="", account_number="") for make in (account, contact)]
    found = await _customer(Account(crm_records=records), stream)
    assert found.missing_fields == ("customer group",)


async def test_mandatory_fields_are_configurable_and_must_exist() -> None:
    """Any column may be mandatory; one that the table does not have cannot be empty in it (DV-08)."""
    given = Account(crm_records=[account(account_number="", customer_group="")])
    columns = ("accountnumber", "name", "msdyn_paymentterm")
    found = await _customer(given, "accounts", mandatory_fields=columns)
    assert found.missing_fields == ("account number",)


async def test_without_dual_write_no_company_is_asked_for() -> None:
    """Where there is no table of companies, records have none."""
    found = await _customer(Account(crm_records=[account()]), "accounts", has_dual_write=False)
    assert found.company == ""


class _WithoutDualWrite(httpx.AsyncBaseTransport):
    """An environment whose tables have none of dual-write's columns; keeps what it was asked for."""

    def __init__(self, given: Account) -> None:
        self._inner = BENCH.transport(given)
        self.selected: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if "/EntityDefinitions" in request.url.path and not request.url.path.endswith("/Attributes"):
            return response
        if not request.url.path.endswith("/Attributes"):
            self.selected += request.url.params["$select"].split(",")
            return response
        body = json.loads(await response.aread())
        kept = [each for each in body["value"] if not each["LogicalName"].startswith("msdyn_")]
        return httpx.Response(200, json={"value": kept})


async def test_columns_that_are_not_installed_are_not_asked_for() -> None:
    """One unknown column would refuse the whole query, so only columns that exist are selected."""
    environment = _WithoutDualWrite(Account(crm_records=[account()]))
    (found,) = await BENCH.records("accounts", environment, has_dual_write=False)
    assert isinstance(found, CrmCustomer)
    assert (found.name, found.company, found.vat, found.missing_fields) == ("invented tools", "", "", ())
    assert "accountid" in environment.selected
    assert not [column for column in environment.selected if "msdyn" in column]


async def test_a_scope_that_cannot_be_told_is_no_empty_scope() -> None:
    """Without the Sellable column no contact could be in scope: that is a setting to change, not a zero."""
    environment = _WithoutDualWrite(Account(crm_records=[contact()]))
    with pytest.raises(ConfigurationError, match="contacts_must_be_sellable"):
        await BENCH.records("contacts", environment, has_dual_write=False)
    found = await BENCH.records(
        "contacts", environment, has_dual_write=False, contacts_must_be_sellable=False
    )
    assert len(found) == 1


@pytest.mark.parametrize(("stream", "kind"), [("opportunities", "opportunity"), ("orders", "order")])
async def test_open_business_comes_out_exact(stream: str, kind: str) -> None:
    """Open opportunities and orders name the customer that they wait for (DV-07)."""
    given = Account(open_business=[business(2, kind=kind)])
    expected = OpenBusiness(id=guid(2), kind=kind, crm_customer_id=guid(1), display_name="Ten drills")
    assert await BENCH.records(stream, given) == [expected]


async def test_a_flow_run_comes_out_exact() -> None:
    """A failed run tells when and why, without what its message holds of people (D365-ABS-15, DV-09)."""
    message = "Field CustGroup is empty for Ines@Invented.example, +44 20 7946 0018"
    given = Account(automation_runs=[run(state="failed", error_code="400", error=message)])
    expected = FlowRun(
        id="run-1",
        flow="Create customer",
        state="failed",
        started_at="2026-04-14T09:31:00Z",
        ended_at="2026-04-14T09:32:30Z",
        error_code="400",
        error="Field CustGroup is empty for [email], [number]",
    )
    assert await BENCH.records("flow_runs", given) == [expected]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("Success", "succeeded"),
        ("Succeeded", "succeeded"),
        ("FAILED", "failed"),
        ("TimedOut", "failed"),
        ("Cancelled", "cancelled"),
        ("Canceled", "cancelled"),
        ("skipped", "skipped"),
        ("Running", "running"),
        ("Waiting", "running"),
        ("", "running"),
    ],
)
def test_status_words_are_told_by_how_they_begin(told: str, state: str) -> None:
    """The vendor's pages spell the same status in several ways."""
    row = activity.FlowRunRow(name="1", starttime="2026-04-14T09:30:00Z", status=told)
    assert activity.flow_run(row).state == state


async def test_a_country_that_is_no_code_is_no_country() -> None:
    """The country is free text: only a code of two letters helps to read numbers."""
    records = [account(person=replace(PERSON, country="United Kingdom"), vat="123456789")]
    found = await _customer(Account(crm_records=records), "accounts")
    assert (found.vat, found.phone) == ("123456789", "")


def test_a_connection_is_reached_at_its_own_environment() -> None:
    """The token is for the environment's root, and the address is that root unless another is given."""
    given = Connection(name="crm", kind="dataverse")
    access = SOURCE.access(given, DataverseOptions(**HOST), vendor.SECRETS)
    assert access.base_url == "https://contoso.crm11.dynamics.com/api/data/v9.2"
    assert isinstance(access.auth, EntraAuth)
    assert access.auth._scope == "https://contoso.crm11.dynamics.com/.default"
    assert access.headers["OData-Version"] == "4.0"
    elsewhere = given.model_copy(update={"base_url": "http://vendor/crm"})
    found = SOURCE.access(elsewhere, DataverseOptions(**HOST), vendor.SECRETS).base_url
    assert found == "http://vendor/crm/api/data/v9.2"


@pytest.mark.parametrize("wrong", [{"page_size": 5_001}, {"page_size": 0}, {"host": "a/b"}, {"hosts": ""}])
def test_options_out_of_bounds_are_refused(wrong: dict[str, Any]) -> None:
    """A page is at most 5,000, and nothing unknown is passed over."""
    with pytest.raises(ValidationError):
        DataverseOptions.model_validate({**HOST, **wrong})


@pytest.mark.parametrize(
    ("option", "streams"),
    [
        ("has_flow_runs", {"flow_runs", "flow_run_gaps"}),
        ("has_sales", {"opportunities", "orders"}),
        ("has_dual_write", {"dual_write_maps"}),
    ],
)
def test_streams_that_an_environment_lacks_are_not_offered(option: str, streams: set[str]) -> None:
    """What is not installed is not read."""
    options = DataverseOptions.model_validate({**HOST, option: False})
    assert {stream.name for stream in SOURCE.streams if not stream.is_offered(options)} == streams


@needs_contracts
@pytest.mark.parametrize(("table", "row"), [("account", AccountRow), ("contact", ContactRow)])
def test_customer_columns_are_the_vendor_s_own(table: str, row: type[BaseModel]) -> None:
    """What the simulated environment answers, and what the source asks for, are columns that exist.

    The contract lists the Common Data Model's names in their own case, so case is left aside. It
    covers neither addresses nor the times and the status of a row, of dual-write's columns only
    those that its maps name, and neither opportunities, sales orders nor companies.
    """
    common = json.loads(read_contract("dataverse/field-names.json"))
    maps = read_contract("dataverse/dualwrite-map.json").decode()
    known = {name.lower() for key, names in common.items() if key.lower().startswith(table) for name in names}
    uncovered = {"createdon", "modifiedon", "statuscode"}
    unknown = {name for name in vendor.COLUMNS[table] if name not in known | uncovered}
    assert not [name for name in unknown if name not in maps and not name.startswith("address1_")]
    asked = {field.alias or name for name, field in row.model_fields.items()}
    assert asked - set(vendor.ENTITY_SETS[f"{table}s"].fields) == set()


@needs_contracts
def test_flow_run_columns_are_the_vendor_s_own() -> None:
    """What the simulated environment answers, and what the source asks for, are columns of flowrun."""
    known = set(json.loads(read_contract("powerautomate/flowrun.json"))["columns"])
    assert set(vendor.COLUMNS["flowrun"]) - known == set()
    assert set(activity.FlowRunRow.model_fields) - known == set()


async def test_what_is_answered_is_what_is_listed() -> None:
    """Each item of the simulated environment holds just the columns that its table is said to have."""
    transport = BENCH.transport(busy_environment())
    headers = {"Authorization": f"Bearer {entra.token()}"}
    async with httpx.AsyncClient(transport=transport, headers=headers) as client:
        for name, entity_set in vendor.ENTITY_SETS.items():
            answer = await client.get(f"http://vendor/dataverse/acc/api/data/v9.2/{name}")
            assert {frozenset(item) for item in answer.json()["value"]} == {frozenset(entity_set.fields)}
