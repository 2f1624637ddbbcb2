"""Business Central: what a connection lacks is named before the first pull, by reading only."""

from dataclasses import replace

import pytest

from dev.vendors.facts import Account
from shared.errors import ConfigurationError
from tests.sources.business_central_books import BENCH, COMPANIES, OPTIONS, busy_account, customer, invoice
from tests.sources.microsoft import Recorder, findings_of


async def test_a_connection_that_lacks_nothing_says_nothing() -> None:
    """Every company's sets, fields and pages answer, and nothing but GET was sent."""
    recorder = Recorder(BENCH.transport(busy_account()))
    assert await findings_of(BENCH, recorder, companies=COMPANIES) == {}
    assert {request.method for request in recorder.requests} == {"GET"}


@pytest.mark.parametrize(
    ("lack", "what", "is_fatal"),
    [
        ("customers", "entity set customers", True),
        ("customers.blocked", "field blocked of customers", True),
        ("salesInvoices.orderNumber", "field orderNumber of salesInvoices", True),
        ("postedApprovalEntries", "entity set postedApprovalEntries", False),
        ("customerPrivacy", "entity set customerPrivacy", True),
        ("connectorLogEntries.errorField", "field errorField of connectorLogEntries", True),
        ("orderCommerceIds.commerceId", "field commerceId of orderCommerceIds", True),
    ],
)
async def test_what_is_missing_is_named(lack: str, what: str, *, is_fatal: bool) -> None:
    """A set, a field and a custom page are called by their own names, once for all companies."""
    account = replace(busy_account(), lacks=frozenset({lack}))
    found = await findings_of(BENCH, account)
    assert [(each.what, each.is_fatal) for each in found.values()] == [(what, is_fatal)]


async def test_all_missing_fields_are_named_at_once() -> None:
    """A refusal names one field only: the check goes on without it."""
    account = replace(busy_account(), lacks=frozenset({"customers.email", "customers.city"}))
    found = await findings_of(BENCH, account)
    assert set(found) == {"field email of customers", "field city of customers"}


async def test_a_set_that_the_app_may_not_read_is_named() -> None:
    """A permission set that lacks a table is told before a pull fails on it."""
    found = await findings_of(BENCH, replace(busy_account(), barred=frozenset({"salesOrders"})))
    assert list(found) == ["permission to read salesOrders (prvReadsalesOrders)"]


async def test_a_company_that_is_not_shown_is_named() -> None:
    """The others are checked all the same."""
    found = await findings_of(BENCH, busy_account(), companies=[COMPANIES[0], "CRONOS"])
    assert list(found) == ["company CRONOS"]


async def test_an_older_version_s_lack_that_the_options_name_is_no_finding() -> None:
    """What is openly left out is not asked for."""
    account = replace(busy_account(), lacks=frozenset({"approvalEntries", "contacts"}))
    given = {"privacy_page": "", "without": ["approvalEntries", "contacts"]}
    assert await findings_of(BENCH, account, **given) == {}


async def test_empty_documents_beside_customers_are_told() -> None:
    """After a migration to the cloud the sets of documents stay empty until each is touched."""
    account = Account(ledger_customers=[customer()])
    found = await findings_of(BENCH, account)
    assert [(each.what, each.is_fatal) for each in found.values()] == [("sales documents of CRONUS", False)]
    account.invoices.append(invoice())
    assert await findings_of(BENCH, account) == {}


async def test_a_wrong_secret_is_a_matter_of_settings() -> None:
    """What is wrong with the token is told as such, and not as a list of missing sets."""
    with pytest.raises(ConfigurationError, match="secret"):
        await findings_of(BENCH, busy_account(), secrets={"client_secret": "another"})


async def test_no_value_of_the_vendor_s_error_is_repeated() -> None:
    """An error may quote what was asked for: names of fields and sets are told, and no more."""
    account = replace(busy_account(), lacks=frozenset({"customers.email"}), barred=frozenset({"contacts"}))
    found = await findings_of(BENCH, account, privacy_page="", companies=[COMPANIES[0]])
    told = " ".join(each.what + each.message for each in found.values())
    assert "Invalid query" not in told
    assert str(OPTIONS["tenant_id"]) not in told
