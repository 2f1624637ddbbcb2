"""What B2B Edition knows of a store's orders: for which company, by which PO, and whether it is a payment."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from shared.domain.deferred import Deferred
from shared.errors import BadRecord
from shared.sources.bigcommerce_models import CompanyOrder
from shared.sources.bigcommerce_paging import all_of_b2b, ask_b2b, shaped
from shared.sources.read import is_number
from shared.sources.source import Pull

FEW = 10
"""Up to so many customers' orders are asked for without knowing first who buys for a company."""


class _Answer(Deferred):
    data: Any = None


async def company_buyers(pull: Pull) -> frozenset[int]:
    """Give the customers who buy for a company."""
    users = await all_of_b2b(pull, "/users", {})
    known = (user.get("customerId") for user in users if isinstance(user, dict))
    return frozenset(int(each) for each in known if isinstance(each, int | str) and is_number(str(each)))


def customers_of(items: Sequence[Any]) -> dict[int, int]:
    """Give the customer of each order that has one."""
    rows = [item for item in items if isinstance(item, dict)]
    pairs = [(row.get("id"), row.get("customer_id")) for row in rows]
    return {
        order: customer
        for order, customer in pairs
        if isinstance(order, int) and isinstance(customer, int) and customer
    }


async def company_orders(
    pull: Pull, orders: Collection[int]
) -> tuple[Mapping[int, CompanyOrder], tuple[BadRecord, ...]]:
    """Ask about each of these orders; one that B2B Edition does not know, or not yet, is nobody's."""
    found: dict[int, CompanyOrder] = {}
    bad: list[BadRecord] = []
    for order in orders:
        try:
            known = await _company_order(pull, order)
        except ValidationError as error:
            where = tuple(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
            bad.append(BadRecord("orders", str(order), "what B2B Edition says of it cannot be read", where))
            continue
        if known is not None:
            found[order] = known
    return found, tuple(bad)


async def _company_order(pull: Pull, order: int) -> CompanyOrder | None:
    path = f"/orders/{order}"
    answer = await ask_b2b(pull, path, {})
    if answer is None:
        return None
    data = shaped(_Answer, answer, pull, path).data
    rows = data if isinstance(data, list) else [data]
    return CompanyOrder.model_validate(rows[0]) if rows else None
