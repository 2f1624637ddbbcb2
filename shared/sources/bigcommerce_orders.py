"""BigCommerce's V2 orders and V3 refunds as records."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from shared.domain import keys
from shared.domain.deferred import Deferred
from shared.domain.money import parse_money
from shared.domain.records import Order, Refund
from shared.sources.bigcommerce_company_orders import FEW, company_buyers, company_orders, customers_of
from shared.sources.bigcommerce_models import CompanyOrder, VendorOrder, VendorRefund, named
from shared.sources.bigcommerce_order_walk import order_walk
from shared.sources.bigcommerce_paging import last_second, shaped, v3
from shared.sources.read import instant, records, utc
from shared.sources.source import Page, Pull

_STATES = {0: "abandoned", 4: "refunded", 5: "cancelled", 6: "cancelled"}
"""Status ids that are no order to be kept; 0 is Incomplete, a checkout that was left."""
_SOLD = frozenset({"placed", "refunded"})
_TEST_GATEWAY = "Test Payment Gateway"


class _Store(Deferred):
    currency: str


async def orders(pull: Pull) -> AsyncIterator[Page]:
    """Give the orders that were modified in the window, by rising id, with what B2B Edition says of them."""
    window = {"max_date_modified": instant(last_second(pull.until))}
    if pull.since:
        window["min_date_modified"] = instant(pull.since)
    params = {**window, "include": "consignments", "consignment_structure": "object"}
    buyers: frozenset[int] | None = None
    async for step in order_walk(pull, params, is_counted=pull.since is None):
        customers = customers_of(step.items) if pull.options.asks_b2b_about_orders else {}
        if buyers is None and len(customers) > FEW:
            buyers = await company_buyers(pull)
        asked = [order for order, customer in customers.items() if buyers is None or customer in buyers]
        known, unread = await company_orders(pull, asked)
        spoilt = {each.record_id for each in unread}
        items = [
            item for item in step.items if not (isinstance(item, dict) and str(item.get("id")) in spoilt)
        ]
        good, bad = records("orders", items, VendorOrder, partial(_order, pull=pull, known=known))
        yield Page(good, step.cursor, (*unread, *bad), remaining=step.remaining)


async def refunds(pull: Pull) -> AsyncIterator[Page]:
    """Give the refunds that were created in the window; they never change afterwards.

    A refund whose payments were all declined moved no money and is named as gone. Refunds carry
    no currency, so theirs is the store's own; their order's counts where that is known.
    """
    path = "/v2/store"
    currency = shaped(_Store, await pull.client.get(path), pull, path).currency
    params = {"created:max": instant(last_second(pull.until))}
    if pull.since:
        params["created:min"] = instant(pull.since)
    async for step in v3(pull, "/v3/orders/payment_actions/refunds", params):
        paid = [item for item in step.items if not _is_declined(item)]
        declined = tuple(str(item["id"]) for item in step.items if _is_declined(item))
        good, bad = records("refunds", paid, VendorRefund, partial(_refund, currency=currency))
        yield Page(good, step.cursor, bad, declined, step.remaining)


def _order(order: VendorOrder, pull: Pull, known: Mapping[int, CompanyOrder]) -> Order:
    billing, fields = order.billing_address, pull.field_map
    country = billing.country_iso2
    person = f"{billing.first_name} {billing.last_name}".strip()
    reference = named(billing.form_fields, fields.account_reference_field)
    about = known.get(order.id, CompanyOrder())
    return Order(
        id=str(order.id),
        number=str(order.id),
        placed_at=utc(order.date_created),
        state=_state(order, about),
        currency=order.default_currency_code,
        gross=parse_money(order.total_inc_tax),
        net=parse_money(order.total_ex_tax),
        tax=parse_money(order.total_tax),
        shipping_net=parse_money(order.shipping_cost_ex_tax),
        customer_id=str(order.customer_id) if order.customer_id else "",
        company_id=about.company,
        is_b2b=bool(about.company),
        email=keys.email(billing.email),
        vat=keys.vat(named(billing.form_fields, fields.vat_field), country),
        account_reference=keys.account_reference(reference),
        phone=keys.phone(billing.phone, country),
        postcode=keys.postcode(billing.zip, country),
        name=keys.name(billing.company or person),
        street=keys.street(billing.street_1),
        store=order.channel_id,
        ship_to_country=next((each.country_iso2 for each in order.consignments.shipping), ""),
        updated_at=utc(order.date_modified),
        display_name=billing.company or person,
        company_name=billing.company,
        city=billing.city,
        country=country,
        purchase_order=about.po_number,
        url=f"https://store-{pull.options.store_hash}.mybigcommerce.com/manage/orders/{order.id}",
    )


def _state(order: VendorOrder, about: CompanyOrder) -> str:
    if order.payment_method == _TEST_GATEWAY:
        return "test"
    state = _STATES.get(order.status_id, "placed")
    return "invoice_payment" if about.is_invoice_payment and state in _SOLD else state


def _refund(refund: VendorRefund, currency: str) -> Refund:
    gross, tax = parse_money(refund.total_amount), parse_money(refund.total_tax)
    return Refund(
        id=str(refund.id),
        order_id=str(refund.order_id),
        number=str(refund.id),
        refunded_at=utc(refund.created),
        currency=currency,
        gross=gross,
        net=gross - tax,
        tax=tax,
    )


def _is_declined(item: Any) -> bool:
    """Say whether all of a refund's payments were declined; one without payments was not."""
    payments = item.get("payments") if isinstance(item, dict) and "id" in item else None
    if not isinstance(payments, list):
        return False
    flags = [isinstance(payment, dict) and payment.get("is_declined") is True for payment in payments]
    return bool(flags) and all(flags)
