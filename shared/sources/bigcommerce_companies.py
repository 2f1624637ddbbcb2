"""B2B Edition's companies, and the users who buy for them, as records."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import ValidationError

from shared.domain import keys
from shared.domain.records import Company, CompanyMember
from shared.errors import BadRecord
from shared.sources.bigcommerce_models import CompanyAddress, VendorCompany, VendorUser, named
from shared.sources.bigcommerce_paging import all_of_b2b, b2b, first_second, last_second
from shared.sources.read import is_number, records, utc
from shared.sources.source import Page, Pull

_STATES = {"0": "pending", "1": "active"}
"""Company statuses; 2 rejected, 3 inactive and 4 deleted are retired."""
_FEW = 5
"""Up to so many changed companies are asked for their addresses one by one."""

Addresses = Mapping[str, CompanyAddress]
Known = tuple[Addresses, tuple[BadRecord, ...]]
"""Addresses by company, and those that cannot be read."""


async def companies(pull: Pull) -> AsyncIterator[Page]:
    """Give the companies that were modified in the window, the longest unchanged first.

    Addresses stand in a list of their own, which is read whole once, where many companies changed.
    """
    params: dict[str, Any] = {
        "maxModified": int(last_second(pull.until).timestamp()),
        "sortBy": "updatedAt",
        "orderBy": "ASC",
        "isIncludeExtraFields": 1,
    }
    if pull.since:
        params["minModified"] = int(first_second(pull.since).timestamp())
    known: Known | None = None
    async for step in b2b(pull, "/companies", params):
        if known is None and len(step.items) > _FEW:
            known = await _addresses(pull, {})
        addresses, unread = known if known is not None else await _addresses_of(pull, step.items)
        convert = partial(_company, pull=pull, addresses=addresses)
        good, bad = records("companies", step.items, VendorCompany, convert, id_field="companyId")
        yield Page(good, step.cursor, (*unread, *bad), remaining=step.remaining)
        known = None if known is None else (known[0], ())


async def members(pull: Pull) -> AsyncIterator[Page]:
    """Give the users that were modified in the window; `/users` means both bounds exclusively."""
    params = {"maxModified": int(last_second(pull.until).timestamp()) + 1}
    if pull.since:
        params["minModified"] = int((first_second(pull.since) - timedelta(seconds=1)).timestamp())
    async for step in b2b(pull, "/users", params):
        good, bad = records("members", step.items, VendorUser, _member)
        yield Page(good, step.cursor, bad, remaining=step.remaining)


async def _addresses_of(pull: Pull, items: list[Any]) -> Known:
    found: dict[str, CompanyAddress] = {}
    unread: tuple[BadRecord, ...] = ()
    for company_id in [item.get("companyId") for item in items if isinstance(item, dict)]:
        # Another id is its company's fault, which is found where that is read.
        if isinstance(company_id, int | str) and is_number(str(company_id)):
            addresses, bad = await _addresses(pull, {"companyId": company_id})
            found.update(addresses)
            unread += bad
    return found, unread


async def _addresses(pull: Pull, params: Mapping[str, Any]) -> Known:
    """Give each company's main address: the default for bills, else one for bills, else any.

    One that cannot be read is named by its own id, and its company is read without it.
    """
    listed = defaultdict(list)
    unread: list[BadRecord] = []
    for item in await all_of_b2b(pull, "/addresses", params):
        try:
            address = CompanyAddress.model_validate(item)
        except ValidationError as error:
            where = tuple(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
            number = item.get("addressId", "without an id") if isinstance(item, dict) else "not an object"
            unread.append(BadRecord("companies", f"address {number}", "the address cannot be read", where))
            continue
        listed[address.company_id].append(address)
    chosen = {
        company_id: max(addresses, key=lambda each: (bool(each.is_default_billing), bool(each.is_billing)))
        for company_id, addresses in listed.items()
    }
    return chosen, tuple(unread)


def _company(company: VendorCompany, pull: Pull, addresses: Addresses) -> Company:
    address = addresses.get(str(company.company_id), CompanyAddress())
    country = address.country_code
    reference = named(company.extra_fields, pull.field_map.account_reference_field)
    return Company(
        id=str(company.company_id),
        state=_STATES.get(company.company_status, "retired"),
        created_at=utc(company.created_at),
        email=keys.email(company.company_email),
        vat=keys.vat(named(company.extra_fields, pull.field_map.vat_field), country),
        account_reference=keys.account_reference(reference or company.uuid),
        phone=keys.phone(company.company_phone or address.phone_number, country),
        postcode=keys.postcode(address.zip_code, country),
        name=keys.name(company.company_name),
        street=keys.street(address.address_line1),
        updated_at=utc(company.updated_at),
        display_name=company.company_name,
        country=country,
    )


def _member(user: VendorUser) -> CompanyMember:
    customer_id = str(user.customer_id) if user.customer_id else ""
    return CompanyMember(id=str(user.id), customer_id=customer_id, company_id=str(user.company_id))
