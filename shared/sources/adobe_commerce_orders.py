"""Adobe Commerce's orders and credit memos as records."""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from shared.domain import keys
from shared.domain.money import parse_money
from shared.domain.records import Order, Refund
from shared.sources.adobe_commerce_models import Amount, VendorCreditMemo, VendorOrder, projection
from shared.sources.adobe_commerce_search import between, by_entity_id
from shared.sources.read import records, utc
from shared.sources.source import Page, Pull

_CANCELLED_CREDIT_MEMO = "3"


async def orders(pull: Pull) -> AsyncIterator[Page]:
    """Give the orders that were updated in the window, by rising entity id."""
    async for rows in by_entity_id(pull, "/orders", between(pull), projection(VendorOrder)):
        good, bad = records("orders", rows.items, VendorOrder, _order, id_field="entity_id")
        yield Page(good, rows.cursor, bad, remaining=rows.remaining)


async def refunds(pull: Pull) -> AsyncIterator[Page]:
    """Give the credit memos that were updated in the window; a cancelled one is named as gone."""
    async for rows in by_entity_id(pull, "/creditmemos", between(pull), projection(VendorCreditMemo)):
        kept = [item for item in rows.items if not _is_cancelled(item)]
        gone = tuple(str(item["entity_id"]) for item in rows.items if _is_cancelled(item))
        good, bad = records("refunds", kept, VendorCreditMemo, _refund, id_field="entity_id")
        yield Page(good, rows.cursor, bad, gone, rows.remaining)


def _paid(*means: Amount) -> int:
    """Add up what was paid by other means than money: it lowers the grand total and is no discount."""
    return sum(abs(parse_money(amount)) for amount in means)


def _shipping(order: VendorOrder) -> int:
    """Give what shipping costs after its discount, before tax."""
    return (
        parse_money(order.shipping_amount)
        - abs(parse_money(order.shipping_discount_amount))
        + parse_money(order.shipping_discount_tax_compensation_amount)
    )


class _CalledOff(NamedTuple):
    gross: int
    tax: int
    shipping_net: int


def _called_off(order: VendorOrder) -> _CalledOff:
    """Give what was cancelled of an order that goes on: it is neither invoiced nor shipped any more.

    An order that was cancelled as a whole keeps its amount, and says so by its state.
    """
    if order.state == "canceled":
        return _CalledOff(0, 0, 0)
    cancelled = order.total_canceled, order.tax_canceled, order.shipping_canceled
    return _CalledOff(*map(parse_money, cancelled))


def _state(order: VendorOrder) -> str:
    """Read the state; Adobe Commerce has neither test orders nor abandoned ones (those are quotes)."""
    if order.state == "canceled":
        return "cancelled"
    left = parse_money(order.grand_total) - parse_money(order.total_canceled)
    is_paid_back = parse_money(order.total_refunded) >= left
    return "refunded" if order.state == "closed" and is_paid_back else "placed"


def _order(order: VendorOrder) -> Order:
    billing, extension = order.billing_address, order.extension_attributes
    country, buyer = billing.country_id, extension.company_order_attributes
    paid = _paid(
        extension.customer_balance_amount, extension.gift_cards_amount, extension.reward_currency_amount
    )
    called_off = _called_off(order)
    gross = parse_money(order.grand_total) + paid - called_off.gross
    tax = parse_money(order.tax_amount) - called_off.tax
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
        shipping_net=_shipping(order) - called_off.shipping_net,
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
    extension = memo.extension_attributes
    paid = _paid(extension.customer_balance_amount, extension.gift_cards_amount)
    gross, tax = parse_money(memo.grand_total) + paid, parse_money(memo.tax_amount)
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
