"""A shop's facts as objects of Shopify's Admin GraphQL API 2026-10, nested lists as functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from dev.vendors.facts import Account, Person, ShopCompany, ShopCustomer, ShopOrder, ShopRefund
from dev.vendors.shopify_graphql import connection

PENNY = Decimal("0.01")
TAXED_WITHOUT = frozenset({"US", "CA"})
"""Countries whose shops show prices without tax."""


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


def money(amount: Decimal, currency: str) -> dict[str, Any]:
    """Write an amount in the shop's currency, which is the buyer's here, too."""
    each = {"amount": str(amount.quantize(PENNY)), "currencyCode": currency}
    return {"__typename": "MoneyBag", "shopMoney": each, "presentmentMoney": each}


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


@dataclass(frozen=True, slots=True)
class Shop:
    """The facts by id, and what is known of each order beside itself."""

    customers: Mapping[int, ShopCustomer]
    companies: Mapping[int, ShopCompany]
    refunds: Mapping[int, Sequence[ShopRefund]]
    """By order."""
    contacts: Mapping[int, ShopCustomer]
    """The first customer of each company."""

    def updated(self, order: ShopOrder) -> datetime:
        """Say when the order changed last: a refund changes it, too."""
        refunds = self.refunds.get(order.id)
        if not refunds:
            return order.updated_at
        return max(order.updated_at, *(each.refunded_at for each in refunds))

    def order(self, order: ShopOrder) -> dict[str, Any]:
        """Give an `Order`."""
        refunds = [self.refund(each) for each in self.refunds.get(order.id, ())]
        company = self.companies.get(order.company_id)
        customer = self.customers.get(order.customer_id)
        address = mailing_address(order.buyer)
        has_tax_inside = order.company_id == 0 and order.buyer.country not in TAXED_WITHOUT
        entity = self.purchasing_company(company, customer) if company else self._buyer(customer)
        gross = order.net + order.tax
        return {
            "__typename": "Order",
            "id": gid("Order", order.id),
            "legacyResourceId": str(order.id),
            "name": order.number,
            "createdAt": moment(order.placed_at),
            "processedAt": moment(order.placed_at),
            "updatedAt": moment(self.updated(order)),
            "cancelledAt": moment(order.updated_at) if order.state == "cancelled" else None,
            "closedAt": None,
            "test": order.state == "test",
            "displayFinancialStatus": self._financial_status(order),
            "displayFulfillmentStatus": "UNFULFILLED",
            "currencyCode": order.currency,
            "presentmentCurrencyCode": order.currency,
            "taxesIncluded": has_tax_inside,
            "email": order.buyer.email or None,
            "phone": None,
            "poNumber": order.purchase_order or None,
            "tags": list(order.tags),
            "sourceName": "web",
            "totalPriceSet": money(gross, order.currency),
            "originalTotalPriceSet": money(gross, order.currency),
            "totalTaxSet": money(order.tax, order.currency),
            "shippingLines": listed(self._shipping(order, has_tax_inside)),
            "customer": self._buyer(customer),
            "purchasingEntity": entity,
            "billingAddress": address,
            "shippingAddress": address,
            "refunds": lambda first=None: refunds[:first],
        }

    def refund(self, refund: ShopRefund) -> dict[str, Any]:
        """Give a `Refund` of one line; without an amount it is a restock."""
        line = {
            "__typename": "RefundLineItem",
            "id": gid("RefundLineItem", refund.id),
            "quantity": 1,
            "restockType": "RETURN" if refund.net else "CANCEL",
            "subtotalSet": money(refund.net, refund.currency),
            "totalTaxSet": money(refund.tax, refund.currency),
        }
        return {
            "__typename": "Refund",
            "id": gid("Refund", refund.id),
            "legacyResourceId": str(refund.id),
            "createdAt": moment(refund.refunded_at),
            "processedAt": moment(refund.refunded_at),
            "updatedAt": moment(refund.refunded_at),
            "note": None,
            "order": {"__typename": "Order", "id": gid("Order", refund.order_id)},
            "totalRefundedSet": money(refund.net + refund.tax, refund.currency),
            "refundLineItems": listed([line]),
            "refundShippingLines": listed([]),
            "orderAdjustments": listed([]),
        }

    def customer(self, customer: ShopCustomer) -> dict[str, Any]:
        """Give a `Customer`."""
        person = customer.person
        company = self.companies.get(customer.company_id)
        name = f"{person.first_name} {person.last_name}".strip()
        email = {"emailAddress": person.email, "validFormat": True} if person.email else None
        return {
            "__typename": "Customer",
            "id": gid("Customer", customer.id),
            "legacyResourceId": str(customer.id),
            "createdAt": moment(customer.created_at),
            "updatedAt": moment(customer.updated_at),
            "firstName": person.first_name or None,
            "lastName": person.last_name or None,
            "displayName": name or person.email or person.phone,
            "state": "ENABLED",
            "tags": [],
            "taxSettings": {"taxId": customer.vat or None},
            "defaultEmailAddress": email,
            "defaultPhoneNumber": {"phoneNumber": person.phone} if person.phone else None,
            "defaultAddress": mailing_address(person),
            "companyContactProfiles": [self._contact(company, customer)] if company else [],
        }

    def company(self, company: ShopCompany) -> dict[str, Any]:
        """Give a `Company` with one location."""
        member = self.contacts.get(company.id) or ShopCustomer(
            id=company.id,
            person=company.address,
            created_at=company.created_at,
            updated_at=company.updated_at,
        )
        return {
            "__typename": "Company",
            "id": gid("Company", company.id),
            "name": company.name,
            "externalId": company.account_reference or None,
            "note": None,
            "createdAt": moment(company.created_at),
            "updatedAt": moment(company.updated_at),
            "customerSince": moment(company.created_at),
            "mainContact": lambda: {"customer": self.customer(member)},
            "locations": listed([self._location(company)]),
        }

    def purchasing_company(self, company: ShopCompany, customer: ShopCustomer | None) -> dict[str, Any]:
        """Give a `PurchasingCompany`."""
        return {
            "__typename": "PurchasingCompany",
            "company": self.company(company),
            "location": self._location(company),
            "contact": self._contact(company, customer) if customer else None,
        }

    def _buyer(self, customer: ShopCustomer | None) -> dict[str, Any] | None:
        return self.customer(customer) if customer else None

    def _contact(self, company: ShopCompany, customer: ShopCustomer) -> dict[str, Any]:
        return {
            "__typename": "CompanyContact",
            "id": gid("CompanyContact", customer.id),
            "isMainContact": self.contacts.get(company.id) is customer,
            "company": self.company(company),
        }

    def _location(self, company: ShopCompany) -> dict[str, Any]:
        address = company_address(company.address, company.name)
        return {
            "__typename": "CompanyLocation",
            "id": gid("CompanyLocation", company.id),
            "externalId": company.account_reference or None,
            "name": company.address.street or company.name,
            "phone": company.address.phone or None,
            "updatedAt": moment(company.updated_at),
            "taxSettings": {
                "taxRegistrationId": company.vat or None,
                "taxExempt": False,
                "taxExemptions": [],
            },
            "billingAddress": address,
            "shippingAddress": address,
        }

    def _financial_status(self, order: ShopOrder) -> str:
        if order.state == "refunded":
            return "REFUNDED"
        if order.state == "cancelled":
            return "VOIDED"
        return "PARTIALLY_REFUNDED" if any(each.net for each in self.refunds.get(order.id, ())) else "PAID"

    def _shipping(self, order: ShopOrder, has_tax_inside: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - private
        if not order.shipping:
            return []
        tax = (order.tax * order.shipping / order.net).quantize(PENNY, ROUND_HALF_UP)
        price = order.shipping + tax if has_tax_inside else order.shipping
        taxes = [{"title": "VAT", "priceSet": money(tax, order.currency)}]
        return [
            {
                "title": "Standard",
                "discountedPriceSet": money(price, order.currency),
                "originalPriceSet": money(price, order.currency),
                "taxLines": taxes,
            }
        ]


def shop_of(account: Account) -> Shop:
    """Arrange an account's facts as they are now."""
    refunds: dict[int, list[ShopRefund]] = {}
    for refund in account.refunds:
        refunds.setdefault(refund.order_id, []).append(refund)
    contacts: dict[int, ShopCustomer] = {}
    for customer in account.customers:
        if customer.company_id:
            contacts.setdefault(customer.company_id, customer)
    return Shop(
        customers={each.id: each for each in account.customers},
        companies={each.id: each for each in account.companies},
        refunds=refunds,
        contacts=contacts,
    )
