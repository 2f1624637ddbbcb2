"""A shop's facts as objects of Shopify's Admin GraphQL API 2026-10, nested lists as functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP
from functools import partial
from typing import Any

from dev.vendors.facts import (
    ZERO,
    Account,
    ShopCompany,
    ShopCustomer,
    ShopOrder,
    ShopRefund,
    ShopSite,
)
from dev.vendors.shopify_parts import (
    PENNY,
    company_address,
    gid,
    listed,
    localized_fields,
    mailing_address,
    metafield,
    moment,
    money,
)

TAXED_WITHOUT = frozenset({"US", "CA"})
"""Countries whose shops show prices without tax."""


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
        told = [each.refunded_at for each in self.refunds.get(order.id, ()) if not each.is_silent]
        return max([order.updated_at, *told])

    def order(self, order: ShopOrder) -> dict[str, Any]:
        """Give an `Order`."""
        refunds = [self.refund(each) for each in self.refunds.get(order.id, ())]
        company = self.companies.get(order.company_id)
        customer = self.customers.get(order.customer_id)
        address = mailing_address(order.buyer)
        has_tax_inside = order.company_id == 0 and order.buyer.country not in TAXED_WITHOUT
        entity = (
            self.purchasing_company(company, customer, order.site_id) if company else self._buyer(customer)
        )
        bag = partial(
            money, currency=order.currency, buyer_currency=order.buyer_currency, buyer_rate=order.buyer_rate
        )
        gross = order.net + order.tax
        refunded = sum((each.net + each.tax for each in self.refunds.get(order.id, ())), ZERO)
        refunded_tax = sum((each.tax for each in self.refunds.get(order.id, ())), ZERO)
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
            "displayFinancialStatus": self.financial_status(order),
            "displayFulfillmentStatus": "UNFULFILLED",
            "currencyCode": order.currency,
            "presentmentCurrencyCode": order.buyer_currency or order.currency,
            "edited": order.is_edited,
            "taxesIncluded": has_tax_inside,
            "email": order.buyer.email or None,
            "phone": None,
            "poNumber": order.purchase_order or None,
            "tags": list(order.tags),
            "sourceName": "web",
            "totalPriceSet": bag(gross),
            "originalTotalPriceSet": bag(gross),
            "totalTaxSet": bag(order.tax),
            "totalRefundedSet": bag(refunded),
            "currentTotalPriceSet": bag(gross - order.removed_net - order.removed_tax - refunded),
            "currentTotalTaxSet": bag(order.tax - order.removed_tax - refunded_tax),
            "metafield": metafield(order.fields),
            "localizedFields": localized_fields(order.fields),
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
            "transactions": listed([{"__typename": "OrderTransaction", "status": "SUCCESS"}]),
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
            "metafield": metafield(customer.fields),
            "defaultEmailAddress": email,
            "defaultPhoneNumber": {"phoneNumber": person.phone} if person.phone else None,
            "defaultAddress": mailing_address(person),
            "companyContactProfiles": [self._contact(company, customer)] if company else [],
        }

    def company(self, company: ShopCompany) -> dict[str, Any]:
        """Give a `Company` with its locations."""
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
            "metafield": metafield(company.fields),
            "locations": listed([self._location(company, each) for each in self._sites(company)]),
        }

    def purchasing_company(
        self, company: ShopCompany, customer: ShopCustomer | None, site_id: int = 0
    ) -> dict[str, Any]:
        """Give a `PurchasingCompany` at one of its locations."""
        sites = self._sites(company)
        site = next((each for each in sites if each.id == site_id), sites[0])
        return {
            "__typename": "PurchasingCompany",
            "company": self.company(company),
            "location": self._location(company, site),
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

    def _sites(self, company: ShopCompany) -> list[ShopSite]:
        first = ShopSite(
            id=company.id,
            address=company.address,
            vat=company.vat,
            account_reference=company.account_reference,
        )
        return [first, *company.sites]

    def _location(self, company: ShopCompany, site: ShopSite) -> dict[str, Any]:
        address = company_address(site.address, company.name)
        return {
            "__typename": "CompanyLocation",
            "id": gid("CompanyLocation", site.id),
            "externalId": site.account_reference or None,
            "name": site.address.street or company.name,
            "phone": site.address.phone or None,
            "updatedAt": moment(company.updated_at),
            "taxSettings": {
                "taxRegistrationId": site.vat or None,
                "taxExempt": False,
                "taxExemptions": [],
            },
            "billingAddress": address,
            "shippingAddress": address,
        }

    def financial_status(self, order: ShopOrder) -> str:
        """Say how far an order is paid."""
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
