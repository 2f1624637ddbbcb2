"""Facts in the wire format of a simulated Adobe Commerce: nulls left out, times UTC without a zone."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dev.vendors.facts import ZERO, Person, ShopCompany, ShopCustomer, ShopOrder, ShopRefund

_STATES = {
    "placed": ("processing", "processing"),
    "test": ("processing", "processing"),
    "cancelled": ("canceled", "canceled"),
    "refunded": ("closed", "closed"),
}
_COMPANY_STATUSES = {"pending": 0, "active": 1, "retired": 3}
_COMPANY_GROUP, _GENERAL_GROUP = 5, 1
FOREIGN_RATE = Decimal("1.25")
"""Units of any other currency for one of the shop's own."""


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _given(**values: Any) -> dict[str, Any]:
    """Leave out what is empty, as the Web API does."""
    return {name: value for name, value in values.items() if value not in (None, "")}


def _address(person: Person, address_type: str, vat: str) -> dict[str, Any]:
    return {
        "address_type": address_type,
        "firstname": person.first_name,
        "lastname": person.last_name,
        "city": person.city,
        "country_id": person.country,
        "postcode": person.postcode,
        "telephone": person.phone,
        "street": [person.street],
        **_given(company=person.company, region=person.state, email=person.email, vat_id=vat),
    }


def _amounts(fact: ShopOrder | ShopRefund, shipping: Decimal, discount: Decimal, base: str) -> dict[str, Any]:
    """Give the totals in the order's currency and, below `base_`, in the shop's own.

    What store credit paid is taken off the grand total; a discount is below zero.
    """
    own = {
        "grand_total": fact.net + fact.tax - fact.paid_by_credit,
        "tax_amount": fact.tax,
        "shipping_amount": shipping,
        "subtotal": fact.net - shipping + discount,
        "discount_amount": -discount,
    }
    rate = Decimal(1) if fact.currency == base else FOREIGN_RATE
    return {
        "order_currency_code": fact.currency,
        "base_currency_code": base,
        **{name: float(amount) for name, amount in own.items()},
        **{f"base_{name}": float(round(amount / rate, 4)) for name, amount in own.items()},
    }


def order(
    fact: ShopOrder, company: ShopCompany | None, customer: ShopCustomer | None, currency: str
) -> dict[str, Any]:
    """Render an order; `currency` is the base currency."""
    state, status = _STATES[fact.state]
    vat, own_vat = company.vat if company else "", customer.vat if customer else ""
    shipping_address = _address(fact.buyer, "shipping", "")
    extension: dict[str, Any] = {
        "shipping_assignments": [
            {"shipping": {"address": shipping_address, "method": "flatrate_flatrate"}, "items": []}
        ]
    }
    if company:
        belongs = {"order_id": fact.id, "company_id": company.id, "company_name": company.name}
        extension["company_order_attributes"] = belongs
    refunded = fact.net + fact.tax if fact.state == "refunded" else ZERO
    payment = {"account_status": "", "additional_information": ["Check"], "cc_last4": "", "method": "checkmo"}
    if fact.paid_by_credit:
        extension["customer_balance_amount"] = float(fact.paid_by_credit)
    # A configurable product has a line of its own and one for what was chosen, with the same amounts.
    item = {"order_id": fact.id, "sku": "GOODS-BLUE", "name": "Goods", "qty_ordered": 1}
    item["row_total"] = float(fact.net - fact.shipping)
    parent = {**item, "item_id": 2 * fact.id, "product_type": "configurable"}
    child = {**item, "item_id": 2 * fact.id + 1, "product_type": "simple", "parent_item_id": 2 * fact.id}
    return {
        "entity_id": fact.id,
        "increment_id": fact.number,
        "created_at": _time(fact.placed_at),
        "updated_at": _time(fact.updated_at),
        "state": state,
        "status": status,
        "store_id": int(fact.store) if fact.store.isdigit() else 1,
        **_amounts(fact, fact.shipping, fact.discount, currency),
        "total_refunded": float(refunded),
        "customer_email": fact.buyer.email,
        "customer_firstname": fact.buyer.first_name,
        "customer_lastname": fact.buyer.last_name,
        "customer_is_guest": int(not fact.customer_id),
        **_given(
            customer_id=fact.customer_id or None,
            customer_taxvat=own_vat,
            relation_parent_real_id=fact.replaces,
            original_increment_id=fact.replaces,
        ),
        "items": [parent, child],
        "billing_address": _address(fact.buyer, "billing", vat),
        "payment": {**payment, **_given(po_number=fact.purchase_order)},
        "status_histories": [],
        "extension_attributes": extension,
    }


def credit_memo(fact: ShopRefund, currency: str) -> dict[str, Any]:
    """Render a refund as a credit memo in state 2, refunded, or 3, cancelled."""
    extension = {"customer_balance_amount": float(fact.paid_by_credit)} if fact.paid_by_credit else None
    line = {"entity_id": fact.id, "order_item_id": fact.order_id, "qty": 1, "base_cost": 0}
    return {
        "entity_id": fact.id,
        "increment_id": fact.number,
        "order_id": fact.order_id,
        "state": 3 if fact.is_cancelled else 2,
        "created_at": _time(fact.refunded_at),
        "updated_at": _time(fact.updated_at or fact.refunded_at),
        **_amounts(fact, ZERO, ZERO, currency),
        "items": [{**line, "base_price": float(fact.net), "sku": "GOODS"}],
        "comments": [],
        **_given(extension_attributes=extension),
    }


def customer(fact: ShopCustomer) -> dict[str, Any]:
    """Render a customer with one address, the default for everything; company 0 is none."""
    person = fact.person
    address = {
        "id": fact.id,
        "customer_id": fact.id,
        "region": {"region_code": person.state, "region": person.state, "region_id": 0},
        "country_id": person.country,
        "street": [person.street],
        **_given(company=person.company, telephone=person.phone, postcode=person.postcode, city=person.city),
        "firstname": person.first_name,
        "lastname": person.last_name,
        "default_shipping": True,
        "default_billing": True,
    }
    belongs = {"customer_id": fact.id, "company_id": fact.company_id, "status": 1}
    return {
        "id": fact.id,
        "group_id": _COMPANY_GROUP if fact.company_id else _GENERAL_GROUP,
        "default_billing": str(fact.id),
        "default_shipping": str(fact.id),
        "created_at": _time(fact.created_at),
        "updated_at": _time(fact.updated_at),
        "email": person.email,
        "firstname": person.first_name,
        "lastname": person.last_name,
        "store_id": 1,
        "website_id": 1,
        **_given(taxvat=fact.vat),
        "addresses": [address],
        "extension_attributes": {"company_attributes": belongs, "is_subscribed": False},
        "custom_attributes": [{"attribute_code": code, "value": each} for code, each in fact.fields.items()],
    }


def company(fact: ShopCompany, admin_id: int) -> dict[str, Any]:
    """Render a company, which has no times; `admin_id` is the customer id of its administrator."""
    place = fact.address
    return {
        "id": fact.id,
        "status": _COMPANY_STATUSES[fact.state],
        "company_name": fact.name,
        "street": [place.street],
        "country_id": place.country,
        **_given(
            company_email=place.email,
            vat_tax_id=fact.vat,
            reseller_id=fact.account_reference,
            city=place.city,
            postcode=place.postcode,
            telephone=place.phone,
        ),
        "customer_group_id": _COMPANY_GROUP,
        "sales_representative_id": 1,
        "reject_reason": "",
        "rejected_at": "",
        "super_user_id": admin_id,
        "extension_attributes": {},
    }
