"""The small parts of Shopify's objects: times, ids, lists, money, addresses and fields."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from dev.vendors.facts import Person
from dev.vendors.shopify_graphql import connection

PENNY = Decimal("0.01")


def moment(when: datetime) -> str:
    """Write a time as Shopify does."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def gid(kind: str, number: int) -> str:
    """Write a global id."""
    return f"gid://shopify/{kind}/{number}"


def listed(nodes: Iterable[Mapping[str, Any]]) -> Any:
    """Give a nested connection over these objects."""
    rows = [((0, index), node) for index, node in enumerate(nodes)]
    return partial(connection, rows, lambda node: node)


def money(
    amount: Decimal, currency: str, buyer_currency: str = "", buyer_rate: Decimal = Decimal(1)
) -> dict[str, Any]:
    """Write an amount in the shop's currency, and in the buyer's, which is the same where none is given."""
    own = {"amount": str(amount.quantize(PENNY)), "currencyCode": currency}
    seen = {"amount": str((amount * buyer_rate).quantize(PENNY)), "currencyCode": buyer_currency or currency}
    return {"__typename": "MoneyBag", "shopMoney": own, "presentmentMoney": seen}


def metafield(fields: Mapping[str, str]) -> Any:
    """Give the function that finds a merchant's own field by namespace and key."""

    def find(key: str, namespace: str = "") -> dict[str, Any] | None:
        value = fields.get(f"{namespace}.{key}")
        return {"__typename": "Metafield", "value": value} if value else None

    return find


def localized_fields(fields: Mapping[str, str]) -> Any:
    """Give those fields that a country asks for, as a connection."""
    rows = [{"key": key, "purpose": "TAX", "value": value} for key, value in fields.items() if "." not in key]
    nested = listed(rows)

    def find(first: int | None = None, after: str | None = None, purposes: Sequence[str] = ()) -> Any:
        return nested(first=first, after=after) if "TAX" in purposes or not purposes else listed([])()

    return find


def mailing_address(person: Person) -> dict[str, Any] | None:
    """Give a `MailingAddress`; none for someone without any."""
    if not (person.street or person.postcode or person.city):
        return None
    return {
        "__typename": "MailingAddress",
        "firstName": person.first_name or None,
        "lastName": person.last_name or None,
        "name": f"{person.first_name} {person.last_name}".strip() or None,
        "company": person.company or None,
        "address1": person.street or None,
        "address2": None,
        "city": person.city or None,
        "zip": person.postcode or None,
        "provinceCode": person.state or None,
        "countryCodeV2": person.country or None,
        "phone": person.phone or None,
    }


def company_address(person: Person, name: str) -> dict[str, Any]:
    """Give a `CompanyAddress`."""
    return {
        "__typename": "CompanyAddress",
        "companyName": name,
        "recipient": f"{person.first_name} {person.last_name}".strip() or None,
        "firstName": person.first_name or None,
        "lastName": person.last_name or None,
        "address1": person.street,
        "address2": None,
        "city": person.city or None,
        "zip": person.postcode or None,
        "zoneCode": person.state or None,
        "countryCode": person.country,
        "phone": person.phone or None,
    }
