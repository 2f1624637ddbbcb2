"""Adobe Commerce's customers and B2B companies as records."""

from collections.abc import AsyncIterator
from functools import partial

from shared.domain import keys
from shared.domain.records import CommerceCustomer, Company
from shared.domain.workspace import FieldMap
from shared.sources.adobe_commerce_models import (
    Address,
    VendorCompany,
    VendorCustomer,
    attribute,
    projection,
)
from shared.sources.adobe_commerce_search import COMPANIES, between, by_entity_id
from shared.sources.read import records, utc
from shared.sources.source import Page, Pull

_STATES = {0: "pending", 1: "active"}
"""Company statuses; 2 rejected and 3 blocked are retired."""


async def customers(pull: Pull) -> AsyncIterator[Page]:
    """Give the customers that were updated in the window, by rising id."""
    convert, fields = partial(_customer, fields=pull.field_map), projection(VendorCustomer)
    async for rows in by_entity_id(pull, "/customers/search", between(pull), fields, id_field="id"):
        good, bad = records("customers", rows.items, VendorCustomer, convert)
        yield Page(good, rows.cursor, bad, remaining=rows.remaining)


async def companies(pull: Pull) -> AsyncIterator[Page]:
    """Give all companies, whatever the window: they have no times. Their number must add up."""
    convert, fields = partial(_company, fields=pull.field_map), projection(VendorCompany)
    async for rows in by_entity_id(pull, COMPANIES, (), fields, id_field="id", is_whole=True):
        good, bad = records("companies", rows.items, VendorCompany, convert)
        yield Page(good, rows.cursor, bad, remaining=rows.remaining)


def _customer(customer: VendorCustomer, fields: FieldMap) -> CommerceCustomer:
    address = _billing_address(customer)
    country = address.country_id
    company_id = customer.extension_attributes.company_attributes.company_id or 0
    display_name = address.company or f"{customer.firstname} {customer.lastname}".strip()
    mapped_vat = attribute(customer.custom_attributes, fields.vat_field)
    reference = attribute(customer.custom_attributes, fields.account_reference_field)
    return CommerceCustomer(
        id=str(customer.id),
        created_at=utc(customer.created_at),
        company_id=str(company_id) if company_id else "",
        is_b2b=bool(company_id) or customer.group_id in fields.b2b_customer_groups,
        email=keys.email(customer.email),
        vat=keys.vat(mapped_vat or customer.taxvat or address.vat_id, country),
        account_reference=keys.account_reference(reference),
        phone=keys.phone(address.telephone, country),
        postcode=keys.postcode(address.postcode, country),
        name=keys.name(display_name),
        street=keys.street(next(iter(address.street), "")),
        updated_at=utc(customer.updated_at),
        display_name=display_name,
    )


def _billing_address(customer: VendorCustomer) -> Address:
    """Give the default address for bills, else the first one."""
    for address in customer.addresses:
        if address.default_billing or (customer.default_billing and address.id == customer.default_billing):
            return address
    return next(iter(customer.addresses), Address())


def _company(company: VendorCompany, fields: FieldMap) -> Company:
    country = company.country_id
    mapped_vat = attribute(company.custom_attributes, fields.vat_field)
    mapped_reference = attribute(company.custom_attributes, fields.account_reference_field)
    return Company(
        id=str(company.id),
        state=_STATES.get(company.status, "retired"),
        email=keys.email(company.company_email),
        vat=keys.vat(mapped_vat or company.vat_tax_id, country),
        account_reference=keys.account_reference(mapped_reference or company.reseller_id),
        phone=keys.phone(company.telephone, country),
        postcode=keys.postcode(company.postcode, country),
        name=keys.name(company.company_name),
        street=keys.street(next(iter(company.street), "")),
        display_name=company.company_name,
        country=country,
    )
