"""The ids that Shopify has now: nothing there tells of deleted orders, customers or companies.

`deletionEvents` knows products and collections only, and a merged customer is simply gone.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

from shared.errors import SourceError
from shared.sources import shopify_queries as queries
from shared.sources.read import instant
from shared.sources.shopify_graphql import ask
from shared.sources.shopify_paging import listing_of
from shared.sources.shopify_records import number_of
from shared.sources.source import KeyPage, Pull

ORDERS_REACH = timedelta(days=59)
"""Within the 60 days that every app sees: an order that is hidden must not look deleted."""
ROWS = 250


async def _ids(pull: Pull, root: str) -> AsyncIterator[KeyPage]:
    """Give ids by rising number, each page behind the last one's: no cursor, so no depth to run out of.

    Raises SourceError where ids do not rise.
    """
    after = int(pull.cursor or 0)
    window = f" processed_at:>='{instant(pull.until - ORDERS_REACH)}'" if root == "orders" else ""
    while True:
        asked = {"first": ROWS, "query": f"id:>{after}{window}"}
        listing = listing_of(
            pull.client.name, (await ask(pull.client, queries.KEYS[root], asked)).get("page")
        )
        try:
            ids = [int(number_of(node["id"])) for node in listing.nodes]
        except (KeyError, TypeError, ValueError):
            msg = f"{pull.client.name} answered something else than ids of {root}"
            raise SourceError(msg) from None
        # Shopify may take > for >=.
        found = [each for each in ids if each != after]
        if found != sorted(set(found)) or min(found, default=after + 1) <= after:
            msg = f"{pull.client.name} does not sort {root} by id, or gives one twice"
            raise SourceError(msg)
        if not listing.page_info.has_next_page:
            yield KeyPage(tuple(map(str, found)))
            return
        if not found:
            msg = f"{pull.client.name} promises more {root} and gives none"
            raise SourceError(msg)
        after = found[-1]
        yield KeyPage(tuple(map(str, found)), str(after))


order_keys = partial(_ids, root="orders")
customer_keys = partial(_ids, root="customers")
company_keys = partial(_ids, root="companies")
