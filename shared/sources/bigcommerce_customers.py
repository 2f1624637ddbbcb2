"""BigCommerce's V3 customers as records."""

from collections.abc import AsyncIterator, Mapping
from functools import partial

from pydantic import ValidationError

from shared.domain import keys
from shared.domain.deferred import Deferred
from shared.domain.records import CommerceCustomer
from shared.errors import SourceError
from shared.sources.bigcommerce_models import CustomerAddress, VendorCustomer, named
from shared.sources.bigcommerce_paging import all_of_v3, last_second, v3
from shared.sources.read import instant, records, utc
from shared.sources.source import Page, Pull


class _AttributeName(Deferred):
    id: int
    name: str


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Give the customers that were modified in the window, the longest unchanged first."""
    names = await _attribute_names(pull)
    params = {
        "date_modified:max": instant(last_second(pull.until)),
        "sort": "date_modified:asc",
        "include": "addresses,formfields,attributes",
    }
    if pull.since:
        params["date_modified:min"] = instant(pull.since)
    async for step in v3(pull, "/v3/customers", params):
        convert = partial(_customer, pull=pull, names=names)
        good, bad = records("customers", step.items, VendorCustomer, convert)
        yield Page(good, step.cursor, bad, remaining=step.remaining)


async def _attribute_names(pull: Pull) -> Mapping[int, str]:
    """Give the customer attributes' names by id, where the field map may mean one of them."""
    if not (pull.field_map.vat_field or pull.field_map.account_reference_field):
        return {}
    try:
        listed = [
            _AttributeName.model_validate(item) for item in await all_of_v3(pull, "/v3/customers/attributes")
        ]
    except ValidationError:
        msg = f"{pull.client.name}: a customer attribute has no id or no name"
        raise SourceError(msg) from None
    return {each.id: each.name for each in listed}


def _customer(customer: VendorCustomer, pull: Pull, names: Mapping[int, str]) -> CommerceCustomer:
    address = next(iter(customer.addresses), CustomerAddress())
    country = address.country_code
    company = customer.company or address.company
    display_name = company or f"{customer.first_name} {customer.last_name}".strip()
    return CommerceCustomer(
        id=str(customer.id),
        created_at=utc(customer.date_created),
        is_b2b=customer.customer_group_id in pull.field_map.b2b_customer_groups,
        email=keys.email(customer.email),
        vat=keys.vat(_field(customer, names, pull.field_map.vat_field), country),
        account_reference=keys.account_reference(
            _field(customer, names, pull.field_map.account_reference_field)
        ),
        phone=keys.phone(customer.phone or address.phone, country),
        postcode=keys.postcode(address.postal_code, country),
        name=keys.name(display_name),
        street=keys.street(address.address1),
        updated_at=utc(customer.date_modified),
        display_name=display_name,
    )


def _field(customer: VendorCustomer, names: Mapping[int, str], name: str) -> str:
    """Give what the merchant's own field of that name says: on the account, an address, or as attribute."""
    if not name:
        return ""
    forms = (customer.form_fields, *(address.form_fields for address in customer.addresses))
    found = next((value for form in forms if (value := named(form, name))), "")
    attributes = (
        each.attribute_value
        for each in customer.attributes
        if names.get(each.attribute_id) == name and each.attribute_value
    )
    return found or next(attributes, "")
