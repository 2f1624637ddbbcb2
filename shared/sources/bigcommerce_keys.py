"""The ids that BigCommerce has now: no list tells what was deleted."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from shared.errors import SourceError
from shared.sources.bigcommerce_order_walk import order_walk
from shared.sources.bigcommerce_paging import Step, b2b, last_second, v3
from shared.sources.read import instant
from shared.sources.source import KeyPage, Pull

ORDERS_REACH = timedelta(days=60)


async def order_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Give the ids of the orders of the last days, archived ones among them: they were sold all the same."""
    # A minute more than is compared: whether the bound itself is listed is nowhere said.
    first = pull.until - ORDERS_REACH - timedelta(minutes=1)
    async for step in order_walk(pull, {"min_date_created": instant(first)}):
        yield _keys(pull, step, "id")


async def customer_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Give all customers' ids."""
    # What is made meanwhile must not fill the total up again that a deletion has shrunk.
    bounds = {"date_created:max": instant(last_second(pull.until)), "sort": "date_created:asc"}
    async for step in v3(pull, "/v3/customers", bounds):
        yield _keys(pull, step, "id")


async def company_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Give all companies' ids."""
    async for step in b2b(pull, "/companies", {"sortBy": "updatedAt", "orderBy": "ASC"}):
        yield _keys(pull, step, "companyId")


async def member_keys(pull: Pull) -> AsyncIterator[KeyPage]:
    """Give all users' ids."""
    async for step in b2b(pull, "/users", {}):
        yield _keys(pull, step, "id")


def _keys(pull: Pull, step: Step, name: str) -> KeyPage:
    """Take a page's ids; raises SourceError for a row without one, which would look deleted."""
    ids: list[Any] = [item.get(name) if isinstance(item, dict) else None for item in step.items]
    if any(not isinstance(each, int | str) for each in ids):
        raise SourceError(f"{pull.client.name}: a row has no {name}")
    return KeyPage(tuple(str(int(each)) for each in ids), step.cursor, step.remaining)
