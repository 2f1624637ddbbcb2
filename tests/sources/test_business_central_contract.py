"""Business Central: names are the vendor's own, on both sides, and options are checked."""

import json
import re
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError

from dev.vendors import business_central_tables as tables
from shared.domain.workspace import Connection
from shared.sources.business_central import ADDRESS, SOURCE
from shared.sources.business_central_fields import select
from shared.sources.business_central_options import BusinessCentralOptions
from shared.sources.business_central_rows import CustomerRow
from shared.sources.entra import EntraAuth
from tests.contracts import needs_contracts, read_contract
from tests.sources.business_central_books import (
    BENCH,
    COMPANIES,
    COMPANY,
    NOON,
    OPTIONS,
    busy_account,
)


@pytest.fixture(scope="module")
def contract() -> Any:
    """Give Business Central's own entity sets."""
    return json.loads(read_contract("bc/apiv2_contract_from_al.json"))


def test_the_log_is_offered_only_where_a_page_is_named() -> None:
    """No standard page holds a connector's log."""
    offered = {
        page: BENCH.streams["connector_log"].is_offered(
            BusinessCentralOptions(tenant_id="t", companies=(COMPANY,), connector_log_page=page)
        )
        for page in ("", OPTIONS["connector_log_page"])
    }
    assert list(offered.values()) == [False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        {"page_size": 20_001},
        {"tenant_id": "../other"},
        {"environment": "a/b"},
        {"privacy_page": "https://elsewhere.example/api/a/b/c/d"},
        {"privacy_field": "a eq true or b"},
        {"connector_log_fields": {"colour": "tint"}},
    ],
)
def test_options_that_cannot_be_right_are_refused(wrong: dict[str, Any]) -> None:
    """Options become parts of addresses and queries, so they are checked."""
    with pytest.raises(ValidationError):
        BusinessCentralOptions(**{**OPTIONS, **wrong})


@pytest.mark.parametrize(
    ("given", "why"), [({"companies": []}, "name at least one company"), ({}, "Field required")]
)
def test_the_companies_are_named(given: dict[str, Any], why: str) -> None:
    """All that the app happens to see are not read: one that came later would lack its older records."""
    with pytest.raises(ValidationError) as refused:
        BusinessCentralOptions.model_validate({"tenant_id": "t", **given})
    (found,) = refused.value.errors()
    assert found["loc"] == ("companies",)
    assert found["msg"].startswith(why)


def test_the_environment_s_own_address_is_used_where_none_is_given() -> None:
    """A connection without an address leads to the tenant's environment, by Entra, read only."""
    options = BusinessCentralOptions(tenant_id="t", companies=(COMPANY,), environment="sandbox")
    connection = Connection(name="ledger", kind=SOURCE.kind)
    reached = SOURCE.access(connection, options, dict.fromkeys(SOURCE.secrets, "x"))
    assert reached.base_url == f"{ADDRESS}/v2.0/t/sandbox"
    assert reached.headers == {"Data-Access-Intent": "ReadOnly"}
    assert isinstance(reached.auth, EntraAuth)


class Recorder(httpx.AsyncBaseTransport):
    """Passes requests on and keeps them."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Keep a request, and pass it on."""
        self.requests.append(request)
        return await self._inner.handle_async_request(request)


async def _sent(stream: str) -> list[httpx.Request]:
    recorder = Recorder(BENCH.transport(busy_account()))
    await BENCH.records(stream, recorder, since=NOON, page_size=2, companies=COMPANIES)
    return [each for each in recorder.requests if "/api/v2.0/companies(" in each.url.path]


@needs_contracts
@pytest.mark.parametrize(
    "stream", [stream.name for stream in SOURCE.streams if stream.name != "connector_log"]
)
async def test_queries_use_real_names_and_no_computed_one_to_filter_or_sort(
    stream: str, contract: Any
) -> None:
    """Every name is in the vendor's contract, and a computed property is only selected."""
    sent = await _sent(stream)
    assert sent
    for request in sent:
        entity = contract[request.url.path.rpartition("/")[2]]
        known = {field["name"]: field for field in entity["fields"]}
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        assert set(query["$select"].split(",")) <= set(known)
        named = re.findall(r"(\w+) (?:ge|lt|eq) ", query.get("$filter", ""))
        named += query["$orderby"].split(",")
        assert all(known[name]["filterable_server_side"] for name in named)
        if "$expand" in query:
            (name, inner), *_ = re.findall(r"(\w+)\(\$select=([\w,]+)\)", query["$expand"])
            assert name in {each["name"] for each in entity["navigation"]}
            assert set(inner.split(",")) <= {field["name"] for field in contract[name]["fields"]}
        assert request.headers["Data-Access-Intent"] == "ReadOnly"
        assert request.headers["Prefer"] == "odata.maxpagesize=2"


@needs_contracts
@pytest.mark.parametrize("name", list(tables.STANDARD))
def test_the_simulation_answers_with_the_vendor_s_own_names(name: str, contract: Any) -> None:
    """Each property of an item is offered, in the contract, and computed where that says so."""
    table = tables.STANDARD[name]
    known = {field["name"]: field for field in contract[name]["fields"]}
    offered = set(table.fields.split())
    assert offered <= set(known)
    assert {each for each in offered if not known[each]["filterable_server_side"]} == set(table.computed)
    account = busy_account()
    rows = [row for company in COMPANIES for row in table.rows(account, company)]
    assert len(rows) == {"companyInformation": len(COMPANIES), "postedApprovalEntries": 0}.get(name, 7)
    for row in rows:
        assert set(row) - {"@odata.etag"} == offered | set(table.navigation)
        for inner, names in table.navigation.items():
            # The contract does not list the properties of contactsInformation.
            known_there = contract[inner]["fields"] if inner in contract else []
            assert not known_there or set(names.split()) <= {field["name"] for field in known_there}
            assert all(set(each) == set(names.split()) for each in row[inner])


def test_what_is_asked_for_is_named_as_the_vendor_names_it() -> None:
    """A number in a property's name stays with its word."""
    assert "addressLine1" in select(CustomerRow).split(",")
