"""Adobe Commerce's orders and credit memos as records."""

from collections.abc import AsyncIterator
from typing import Any

from shared.domain import keys
from shared.domain.money import parse_money
from shared.domain.records import Order, Refund
from shared.sources.adobe_commerce_models import VendorCreditMemo, VendorOrder
from shared.sources.adobe_commerce_search import by_entity_id, changed_in
from shared.sources.read import records, utc
from shared.sources.source import Page, Pull

_CANCELLED_CREDIT_MEMO = "3"


async def orders(pull: Pull) -> AsyncIterator[Page]:
    """Give the orders that were updated in the window, by rising entity id."""
    async for items, cursor in by_entity_id(pull, "/orders", changed_in(pull)):
        good, bad = records("orders", items, VendorOrder, _order, id_field="entity_id")
        yield Page(good, cursor, bad)


async def refunds(pull: Pull) -> AsyncIterator[Page]:
    """Give the credit memos that were updated in the window; a cancelled one is named as gone."""
    async for items, cursor in by_entity_id(pull, "/creditmemos", changed_in(pull)):
        kept = [item for item in items if not _is_cancelled(item)]
        gone = tuple(str(item["entity_id"]) for item in items if _is_cancelled(item))
        good, bad = records("refunds", kept, VendorCreditMemo, _refund, id_field="entity_id")
        yield Page(good, cursor, bad, gone)


def _state(order: VendorOrder) -> str:
    """Read the state; Adobe Commerce has neither test orders nor abandoned ones (those are quotes)."""
    if order.state == "canceled":
        return "cancelled"
    is_paid_back = parse_money(order.total_refunded) >= parse_money(order.grand_total)
    return "refunded" if order.state == "closed" and is_paid_back else "placed"


def _order(order: VendorOrder) -> Order:
    billing, extension = order.billing_address, order.extension_attributes
    country, buyer = billing.country_id, extension.company_order_attributes
    gross, tax = parse_money(order.grand_total), parse_money(order.tax_amount)
    person = f"{billing.firstname} {billing.lastname}".strip()
    person = person or f"{order.customer_firstname} {order.customer_lastname}".strip()
    company = buyer.company_name or billing.company
    destinations = (each.shipping.address.country_id for each in extension.shipping_assignments)
    return Order(
        id=str(order.entity_id),
        number=order.increment_id or str(order.entity_id),
        placed_at=utc(order.created_at),
        state=_state(order),
        currency=order.order_currency_code,
        gross=gross,
        net=gross - tax,
        tax=tax,
        shipping_net=parse_money(order.shipping_amount),
        customer_id=str(order.customer_id) if order.customer_id else "",
        company_id=str(buyer.company_id) if buyer.company_id else "",
        is_b2b=bool(buyer.company_id),
        email=keys.email(order.customer_email or billing.email),
        vat=keys.vat(billing.vat_id or order.customer_taxvat, country),
        phone=keys.phone(billing.telephone, country),
        postcode=keys.postcode(billing.postcode, country),
        name=keys.name(company or person),
        street=keys.street(next(iter(billing.street), "")),
        store=order.store_id,
        ship_to_country=next((each for each in destinations if each), ""),
        updated_at=utc(order.updated_at),
        display_name=company or person,
        company_name=company,
        city=billing.city,
        country=country,
        purchase_order=order.payment.po_number,
    )


def _refund(memo: VendorCreditMemo) -> Refund:
    gross, tax = parse_money(memo.grand_total), parse_money(memo.tax_amount)
    return Refund(
        id=str(memo.entity_id),
        order_id=str(memo.order_id),
        number=memo.increment_id or str(memo.entity_id),
        refunded_at=utc(memo.created_at),
        currency=memo.order_currency_code,
        gross=gross,
        net=gross - tax,
        tax=tax,
    )


def _is_cancelled(item: Any) -> bool:
    return isinstance(item, dict) and "entity_id" in item and str(item.get("state")) == _CANCELLED_CREDIT_MEMO
