"""Orders of any other marketplace, sent as a file: a commerce platform like the others to every card."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from shared.domain import keys
from shared.domain.records import Order
from shared.sources.push import pushed
from shared.sources.push_fields import Flag, Id, Money, RequiredMoney, RequiredTime, Row, Text, Time
from shared.sources.source import Form

_STATES = frozenset({"placed", "cancelled", "refunded", "abandoned", "test"})


def _state(value: object) -> str:
    word = str(value or "placed").strip().casefold()
    word = "cancelled" if word == "canceled" else word
    if word not in _STATES:
        raise ValueError("none of " + ", ".join(sorted(_STATES)))
    return word


Currency = Annotated[
    str, BeforeValidator(lambda value: str(value).strip().upper()), Field(pattern="^[A-Z]{3}$")
]


class MarketplaceRow(Row):
    """One order as it was placed."""

    order_id: Id
    number: Text = ""
    placed_at: RequiredTime
    updated_at: Time = ""
    status: Annotated[str, BeforeValidator(_state)] = "placed"
    currency: Currency
    gross: RequiredMoney
    tax: RequiredMoney
    shipping_net: Money = 0
    customer_id: Text = ""
    is_b2b: Flag = False
    email: Text = ""
    name: Text = ""
    company_name: Text = ""
    vat: Text = ""
    account_reference: Text = ""
    phone: Text = ""
    street: Text = ""
    city: Text = ""
    postcode: Text = ""
    country: Text = ""
    ship_to_country: Text = ""
    store: Text = ""
    tags: Text = ""
    purchase_order: Text = ""
    url: Text = ""


def _order(row: MarketplaceRow) -> tuple[Order, ...]:
    country, shown = row.country.upper(), row.company_name or row.name
    order = Order(
        id=row.order_id,
        number=row.number or row.order_id,
        placed_at=row.placed_at,
        state=row.status,
        currency=row.currency,
        gross=row.gross,
        net=row.gross - row.tax,
        tax=row.tax,
        shipping_net=row.shipping_net,
        customer_id=row.customer_id,
        is_b2b=row.is_b2b,
        email=keys.email(row.email),
        vat=keys.vat(row.vat, country),
        account_reference=keys.account_reference(row.account_reference),
        phone=keys.phone(row.phone, country),
        postcode=keys.postcode(row.postcode, country),
        name=keys.name(shown),
        street=keys.street(row.street),
        store=row.store,
        ship_to_country=row.ship_to_country.upper(),
        tags=tuple(tag for each in row.tags.split(";") if (tag := each.strip())),
        updated_at=row.updated_at,
        display_name=shown,
        company_name=row.company_name,
        city=row.city,
        country=country,
        purchase_order=row.purchase_order,
        url=row.url if row.url.startswith("https://") else "",
    )
    return (order,)


SOURCE = pushed(
    "marketplace", "Marketplace orders, sent as a file", "orders", Order, Form(MarketplaceRow, _order)
)
