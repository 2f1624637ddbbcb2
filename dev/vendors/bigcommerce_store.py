"""A simulated BigCommerce store: V2 orders, V3 refunds and customers."""

from collections.abc import Callable, Sequence
from datetime import UTC
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dev.vendors.bigcommerce_requests import (
    ACCOUNT_FIELD,
    B2B_GROUP,
    COUNTRIES,
    LARGEST_STORE_PAGE,
    VAT_FIELD,
    admit,
    between,
    counted,
    moment,
    number,
    page_of,
)
from dev.vendors.facts import ZERO, Account, Person, ShopCustomer, ShopOrder, ShopRefund
from dev.vendors.vendor import endpoint

_STATUSES = {
    "placed": (11, "Awaiting Fulfillment"),
    "test": (11, "Awaiting Fulfillment"),
    "cancelled": (5, "Cancelled"),
    "refunded": (4, "Refunded"),
    "abandoned": (0, "Incomplete"),
}


def _money(amount: Decimal) -> str:
    return f"{amount:.4f}"


def _vat_numbers(account: Account) -> Callable[[ShopOrder], str]:
    """Say which VAT number the buyer of an order gives: the company's, else the customer's own."""
    companies = {company.id: company.vat for company in account.companies}
    customers = {customer.id: customer.vat for customer in account.customers}
    return lambda order: companies.get(order.company_id) or customers.get(order.customer_id, "")


def _address(person: Person) -> dict[str, Any]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": person.company,
        "street_1": person.street,
        "street_2": "",
        "city": person.city,
        "state": person.state,
        "zip": person.postcode,
        "country": COUNTRIES.get(person.country, person.country),
        "country_iso2": person.country,
        "phone": person.phone,
        "email": person.email,
    }


def _order(order: ShopOrder, vat: str, currency: str, *, with_consignments: bool) -> dict[str, Any]:
    status_id, status = _STATUSES[order.state]
    address = _address(order.buyer)
    values = {VAT_FIELD: vat, **order.fields}
    fields = [{"name": name, "value": value} for name, value in values.items() if value]
    shipping_tax = order.shipping * order.tax / order.net if order.net else ZERO
    consignments = {"shipping": [{"id": order.id, **address}], "pickups": [], "downloads": [], "email": {}}
    resource = f"/orders/{order.id}/consignments"
    return {
        "id": order.id,
        "customer_id": order.customer_id,
        "date_created": format_datetime(order.placed_at.astimezone(UTC)),
        "date_modified": format_datetime(order.updated_at.astimezone(UTC)),
        "date_shipped": "",
        "status_id": status_id,
        "status": status,
        "is_deleted": order.is_archived,
        "channel_id": int(order.store or 1) if (order.store or "1").isdigit() else 1,
        "currency_code": order.buyer_currency or currency,
        "default_currency_code": order.currency,
        "store_default_currency_code": currency,
        "subtotal_ex_tax": _money(order.net - order.shipping),
        "shipping_cost_ex_tax": _money(order.shipping),
        "shipping_cost_inc_tax": _money(order.shipping + shipping_tax),
        "shipping_cost_tax": _money(shipping_tax),
        "total_ex_tax": _money(order.net),
        "total_inc_tax": _money(order.net + order.tax),
        "total_tax": _money(order.tax),
        "discount_amount": _money(order.discount),
        "coupon_discount": "0.0000",
        "store_credit_amount": _money(order.paid_by_credit),
        "gift_certificate_amount": "0.0000",
        "refunded_amount": "0.0000",
        "payment_method": "Test Payment Gateway" if order.state == "test" else "Credit Card",
        "items_total": 1,
        "external_order_id": "",
        "billing_address": {**address, "form_fields": fields},
        "products": {"url": f"/v2/orders/{order.id}/products", "resource": f"/orders/{order.id}/products"},
        "consignments": consignments
        if with_consignments
        else {"url": f"/v2{resource}", "resource": resource},
    }


def _orders_asked_for(request: Request, account: Account) -> list[ShopOrder]:
    low, high = moment(request, "min_date_modified"), moment(request, "max_date_modified")
    rows = between(account.orders, low, high, lambda order: order.updated_at)
    rows = between(rows, moment(request, "min_date_created"), None, lambda order: order.placed_at)
    least, most = number(request, "min_id", 0), number(request, "max_id", 1 << 62)
    is_archived = request.query_params.get("is_deleted") == "true"
    return [order for order in rows if least <= order.id <= most and order.is_archived is is_archived]


@endpoint
@counted
async def _orders(request: Request, account: Account) -> Response:
    admit(request)
    rows = _orders_asked_for(request, account)
    name, _, direction = request.query_params.get("sort", "id:asc").partition(":")
    by_change = name == "date_modified"
    rows.sort(
        key=lambda order: (order.updated_at if by_change else order.id, order.id), reverse=direction == "desc"
    )
    limit = min(number(request, "limit", 50), LARGEST_STORE_PAGE)
    page = max(1, number(request, "page", 1))
    shown = rows[(page - 1) * limit : page * limit]
    is_whole = "consignments" in request.query_params.get("include", "")
    if not shown:
        return Response(status_code=204)
    vat = _vat_numbers(account)
    currency = account.local_currency
    return JSONResponse([_order(row, vat(row), currency, with_consignments=is_whole) for row in shown])


@endpoint
@counted
async def _order_count(request: Request, account: Account) -> Response:
    admit(request)
    return JSONResponse({"count": len(_orders_asked_for(request, account)), "statuses": []})


@endpoint
@counted
async def _store(request: Request, account: Account) -> Response:
    admit(request)
    return JSONResponse({"id": "abc123", "name": "Invented store", "currency": account.local_currency})


def _refund(refund: ShopRefund) -> dict[str, Any]:
    total = float(refund.net + refund.tax)
    payment = {"id": 1, "provider_id": "creditcard", "amount": total, "offline": False, "is_declined": False}
    return {
        "id": refund.id,
        "order_id": refund.order_id,
        "user_id": 1,
        "created": refund.refunded_at.astimezone(UTC).isoformat(timespec="seconds"),
        "reason": "",
        "total_amount": total,
        "total_tax": float(refund.tax),
        "uses_merchant_override_values": False,
        "items": [],
        "payments": [payment],
    }


@endpoint
@counted
async def _refunds(request: Request, account: Account) -> Response:
    admit(request)
    low, high = moment(request, "created:min"), moment(request, "created:max")
    rows = between(account.refunds, low, high, lambda refund: refund.refunded_at)
    return page_of(request, sorted(rows, key=lambda refund: refund.id), _refund)


def _customer(customer: ShopCustomer, reference: str, included: Sequence[str]) -> dict[str, Any]:
    person = customer.person
    answer: dict[str, Any] = {
        "id": customer.id,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "company": person.company,
        "phone": person.phone,
        "customer_group_id": B2B_GROUP if customer.company_id else 0,
        "date_created": customer.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date_modified": customer.updated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    if "addresses" in included:
        lines = {"address1": person.street, "address2": "", "city": person.city}
        place = {"postal_code": person.postcode, "country_code": person.country, "phone": person.phone}
        answer["addresses"] = [{"id": customer.id, "company": person.company, **lines, **place}]
    if "formfields" in included:
        values = {VAT_FIELD: customer.vat, **customer.fields}
        answer["form_fields"] = [
            {"name": name, "value": value, "customer_id": customer.id}
            for name, value in values.items()
            if value
        ]
    if "attributes" in included and reference:
        answer["attributes"] = [{"attribute_id": 1, "attribute_value": reference}]
    return answer


@endpoint
@counted
async def _customers(request: Request, account: Account) -> Response:
    admit(request)
    low, high = moment(request, "date_modified:min"), moment(request, "date_modified:max")
    rows = between(account.customers, low, high, lambda customer: customer.updated_at)
    by_change = request.query_params.get("sort") == "date_modified:asc"
    rows.sort(key=lambda customer: (customer.updated_at if by_change else customer.id, customer.id))
    included = request.query_params.get("include", "").split(",")
    references = {company.id: company.account_reference for company in account.companies}
    return page_of(request, rows, lambda row: _customer(row, references.get(row.company_id, ""), included))


@endpoint
@counted
async def _attributes(request: Request, _: Account) -> Response:
    admit(request)
    return page_of(request, [{"id": 1, "name": ACCOUNT_FIELD, "type": "string"}], dict)


STORE_ROUTES = [
    Route("/bigcommerce/{account}/v2/orders", _orders),
    Route("/bigcommerce/{account}/v2/orders/count", _order_count),
    Route("/bigcommerce/{account}/v2/store", _store),
    Route("/bigcommerce/{account}/v3/orders/payment_actions/refunds", _refunds),
    Route("/bigcommerce/{account}/v3/customers", _customers),
    Route("/bigcommerce/{account}/v3/customers/attributes", _attributes),
]
