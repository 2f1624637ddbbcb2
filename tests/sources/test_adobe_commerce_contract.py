"""The simulated Adobe Commerce against the vendor's own Swagger files, and the fields that are read."""

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft4Validator
from pydantic import BaseModel

from dev.vendors import adobe_commerce
from dev.vendors.facts import Account
from shared.sources import adobe_commerce_models as models
from shared.sources.adobe_commerce import SOURCE
from tests.contracts import needs_contracts, read_contract
from tests.sources.shop import Bench, company, customer, order, refund

FLAVOURS = {
    "paas-2.4.9-subset.json": {},
    "accs-subset.json": {"flavour": "saas", "ims_org": "X@AdobeOrg"},
}
LISTS = {
    "/orders": "sales-data-order-search-result-interface",
    "/creditmemos": "sales-data-creditmemo-search-result-interface",
    "/customers/search": "customer-data-customer-search-results-interface",
    "/company/": "company-data-company-search-results-interface",
}
READ: dict[type[BaseModel], tuple[str, ...]] = {
    models.VendorOrder: ("sales-data-order-interface",),
    models.OrderExtension: ("sales-data-order-extension-interface",),
    models.CompanyOrder: ("company-data-company-order-interface",),
    models.ShippingAssignment: ("sales-data-shipping-assignment-interface",),
    models.Payment: ("sales-data-order-payment-interface",),
    models.Address: ("sales-data-order-address-interface", "customer-data-address-interface"),
    models.VendorCreditMemo: ("sales-data-creditmemo-interface",),
    models.VendorCustomer: ("customer-data-customer-interface",),
    models.CustomerExtension: ("customer-data-customer-extension-interface",),
    models.CompanyCustomer: ("company-data-company-customer-interface",),
    models.VendorCompany: ("company-data-company-interface",),
    models.CustomAttribute: ("framework-attribute-interface",),
}
SAAS_ONLY = {"VendorCompany.custom_attributes"}

pytestmark = needs_contracts


@cache
def contract(name: str) -> dict[str, Any]:
    """Read a Swagger file."""
    document: dict[str, Any] = json.loads(read_contract(f"adobe/{name}"))
    return document


def every_kind_of_row() -> Account:
    """Give an account with all states, guests and companies."""
    states = ("placed", "cancelled", "refunded", "test")
    orders = [order(number, state=state) for number, state in enumerate(states, start=1)]
    return Account(
        orders=[*orders, order(9, customer_id=3, company_id=5, purchase_order="PO-1")],
        refunds=[refund(1)],
        customers=[customer(3, company_id=5, vat="GB123456789"), customer(4)],
        companies=[company(5, vat="GB123456789", account_reference="C-1"), company(6, state="pending")],
    )


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("path", LISTS)
async def test_simulated_answers_fit_the_contract(flavour: str, path: str) -> None:
    """What the simulated shop answers has the types and required fields of the vendor's definitions."""
    document = contract(flavour)
    assert f"/V1{path}" in document["paths"]
    client, _, _ = Bench(source=SOURCE, vendor=adobe_commerce, options=FLAVOURS[flavour]).client(
        every_kind_of_row()
    )
    async with client:
        answer = json.loads((await client.send("GET", path)).content)
    assert len(answer["items"]) == answer["total_count"] > 0
    schema = {"$ref": f"#/definitions/{LISTS[path]}", "definitions": document["definitions"]}
    assert [error.message for error in Draft4Validator(schema).iter_errors(answer)] == []


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("path", LISTS)
async def test_simulated_names_are_the_vendors(flavour: str, path: str) -> None:
    """No simulated row has a field that the vendor does not have."""
    document = contract(flavour)
    definitions = document["definitions"]
    client, _, _ = Bench(source=SOURCE, vendor=adobe_commerce, options=FLAVOURS[flavour]).client(
        every_kind_of_row()
    )
    async with client:
        answer = json.loads((await client.send("GET", path)).content)
    assert unknown(answer, {"$ref": f"#/definitions/{LISTS[path]}"}, definitions) == set()


def unknown(value: Any, schema: dict[str, Any], definitions: dict[str, Any]) -> set[str]:
    """Give the names in a value that its schema does not have."""
    schema = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if isinstance(value, list):
        return {name for each in value for name in unknown(each, schema["items"], definitions)}
    if not isinstance(value, dict):
        return set()
    names = schema.get("properties", {})
    nested = (unknown(each, names[name], definitions) for name, each in value.items() if name in names)
    return (set(value) - set(names)).union(*nested)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("model", READ)
def test_every_field_that_is_read_exists(flavour: str, model: type[BaseModel]) -> None:
    """Each field that a model reads is one of the vendor's definitions that it stands for."""
    definitions = contract(flavour)["definitions"]
    known = {name for each in READ[model] for name in definitions[each]["properties"]}
    missing = {f"{model.__name__}.{name}" for name in set(model.model_fields) - known}
    assert missing <= (SAAS_ONLY if flavour.startswith("paas") else set())
