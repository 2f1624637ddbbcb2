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


def _amounts(net: Decimal, tax: Decimal, shipping: Decimal) -> dict[str, float]:
    gross, goods = net + tax, net - shipping
    exact = {
        "grand_total": gross,
        "base_grand_total": gross,
        "tax_amount": tax,
        "base_tax_amount": tax,
        "shipping_amount": shipping,
        "base_shipping_amount": shipping,
        "subtotal": goods,
        "base_subtotal": goods,
    }
    return {name: float(amount) for name, amount in exact.items()}


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
    item = {"item_id": fact.id, "order_id": fact.id, "sku": "GOODS", "name": "Goods", "qty_ordered": 1}
    return {
        "entity_id": fact.id,
        "increment_id": fact.number,
        "created_at": _time(fact.placed_at),
        "updated_at": _time(fact.updated_at),
        "state": state,
        "status": status,
        "store_id": int(fact.store) if fact.store.isdigit() else 1,
        "order_currency_code": fact.currency,
        "base_currency_code": currency,
        **_amounts(fact.net, fact.tax, fact.shipping),
        "total_refunded": float(refunded),
        "customer_email": fact.buyer.email,
        "customer_firstname": fact.buyer.first_name,
        "customer_lastname": fact.buyer.last_name,
        "customer_is_guest": int(not fact.customer_id),
        **_given(customer_id=fact.customer_id or None, customer_taxvat=own_vat),
        "items": [item],
        "billing_address": _address(fact.buyer, "billing", vat),
        "payment": {**payment, **_given(po_number=fact.purchase_order)},
        "status_histories": [],
        "extension_attributes": extension,
    }


def credit_memo(fact: ShopRefund, currency: str) -> dict[str, Any]:
    """Render a refund as a credit memo in state 2, refunded."""
    line = {"entity_id": fact.id, "order_item_id": fact.order_id, "qty": 1, "base_cost": 0}
    return {
        "entity_id": fact.id,
        "increment_id": fact.number,
        "order_id": fact.order_id,
        "state": 2,
        "created_at": _time(fact.refunded_at),
        "updated_at": _time(fact.refunded_at),
        "order_currency_code": fact.currency,
        "base_currency_code": currency,
        **_amounts(fact.net, fact.tax, ZERO),
        "items": [{**line, "base_price": float(fact.net), "sku": "GOODS"}],
        "comments": [],
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
