"""What is found to be missing at Sage Intacct before the first pull."""

from typing import Any

import pytest

from dev.vendors.facts import Account
from shared.domain.workspace import FieldMap
from shared.sources.sage_intacct import SOURCE
from shared.sources.sage_intacct_options import SageIntacctOptions
from shared.sources.source import Finding, Probe
from tests.sources.sage_intacct_company import BY_XML, OPTIONS, pulling

both_ways = pytest.mark.parametrize("options", [OPTIONS, BY_XML], ids=["rest", "xml"])


async def found(account: Account, options: SageIntacctOptions, **changes: Any) -> tuple[Finding, ...]:
    """Give what the check finds."""
    assert SOURCE.check is not None
    async with pulling(account, options, **changes) as pull:
        return await SOURCE.check(Probe(pull.client, pull.connection, options, pull.field_map))


@both_ways
async def test_nothing_is_found_where_nothing_is_missing(options: SageIntacctOptions) -> None:
    """Every object and field that is read is looked up by name, and is there."""
    assert await found(Account(), options) == ()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (OPTIONS, "accounts-receivable/customer"),
        (BY_XML, "CUSTOMER"),
        (OPTIONS, "accounts-receivable/invoice"),
        (OPTIONS, "order-entry/document::Sales Order"),
        (BY_XML, "ARINVOICE"),
        (BY_XML, "SODOCUMENT"),
    ],
)
async def test_an_object_that_cannot_be_read_is_named(options: SageIntacctOptions, name: str) -> None:
    """A missing permission is told by the object; without customers nothing else is worth reading."""
    [finding] = await found(Account(denied=frozenset({name})), options)
    is_customer = name.lower().endswith("customer")
    assert (finding.what, finding.is_fatal) == (f"object {name}", is_customer)


@both_ways
async def test_an_unknown_document_type_is_named(options: SageIntacctOptions) -> None:
    """A transaction definition that the company does not have is found by looking it up (SAGE-ABS-24)."""
    findings = await _other_type(options)
    assert [finding.what for finding in findings] == [
        "object SODOCUMENT" if options.api == "xml" else "object order-entry/document::Web Order"
    ]


async def _other_type(options: SageIntacctOptions) -> tuple[Finding, ...]:
    return await found(Account(), options.model_copy(update={"order_document_type": "Web Order"}))


@pytest.mark.parametrize(
    ("options", "name", "owner"),
    [(OPTIONS, "nsp::NONE", "accounts-receivable/customer"), (BY_XML, "NONE", "CUSTOMER")],
)
async def test_a_missing_custom_field_is_named(options: SageIntacctOptions, name: str, owner: str) -> None:
    """The field that should carry the VAT number is named where customers lack it (SAGE-ABS-07)."""
    [finding] = await found(Account(), options.model_copy(update={"vat_field": name}))
    assert finding.what == f"field {name} of {owner}"


async def test_the_field_maps_custom_field_is_looked_up() -> None:
    """A custom field of the field map is checked too; one of a store is not asked of the ledger."""
    [finding] = await found(Account(), OPTIONS, field_map=FieldMap(vat_field="nsp::NONE"))
    assert finding.what == "field nsp::NONE of accounts-receivable/customer"
    assert await found(Account(), OPTIONS, field_map=FieldMap(vat_field="vat_number")) == ()


async def test_an_audit_trail_that_is_not_permitted_costs_only_itself() -> None:
    """Without the trail deletions are found a day later, which is told and stops nothing."""
    [finding] = await found(Account(denied=frozenset({"AUDITHISTORY"})), BY_XML)
    assert (finding.what, finding.is_fatal) == ("object AUDITHISTORY", False)


async def test_a_users_way_to_write_dates_is_told() -> None:
    """A user whose dates could be misread is found by the check."""
    [finding] = await found(Account(formatting={"dateformat": "/dmY"}), BY_XML)
    assert finding.what == "the user's preferences"
    assert "dateformat" in finding.message


@pytest.mark.parametrize(("options", "needed"), [(OPTIONS, 2880), (BY_XML, 11520)])
async def test_a_tier_that_does_not_last_is_told(options: SageIntacctOptions, needed: int) -> None:
    """Where an hourly round costs more than the month's calls, that is told before they are spent."""
    [finding] = await found(Account(), options.model_copy(update={"calls_per_month": needed - 1}))
    assert (finding.what, finding.is_fatal) == ("options.calls_per_month", False)
    assert str(needed) in finding.message
    assert await found(Account(), options.model_copy(update={"calls_per_month": needed})) == ()


@both_ways
async def test_only_what_is_read_is_looked_up(options: SageIntacctOptions) -> None:
    """A connection that reads customers alone needs permission for nothing else."""
    account = Account(denied=frozenset({"accounts-receivable/invoice", "ARINVOICE"}))
    assert await found(account, options.model_copy(update={"includes_orders": False})) == ()
