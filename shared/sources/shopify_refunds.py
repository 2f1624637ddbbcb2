"""Shopify's refunds: there is no list of them, so they are found through their orders."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import Any

from shared.domain.records import Refund
from shared.errors import BadRecord, SourceError
from shared.sources import shopify_queries as queries
from shared.sources import shopify_records
from shared.sources.http import VendorClient
from shared.sources.read import instant, records, utc
from shared.sources.shopify_access import VISIBLE_WITHOUT_ALL_ORDERS, check_history
from shared.sources.shopify_graphql import TooCostlyError, ask
from shared.sources.shopify_nodes import RefundNode
from shared.sources.shopify_paging import Rows, Search, pages, whole
from shared.sources.source import Page, Pull

AT_ONCE = 10
LATE_HOUR = 3
"""The hour, UTC, after which a day's first run looks for refunds that moved no order's time of change."""
LATE_REACH = timedelta(days=2)
_LATE = "late "
_REFUNDED = "(financial_status:refunded OR financial_status:partially_refunded)"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A refund that its order names."""

    id: str
    created_at: str
    """"" where Shopify does not tell."""


async def refunds(pull: Pull) -> AsyncIterator[Page]:
    """Read the refunds of the orders changed in the window; once a day also those that changed no order.

    A refund that moved no money (a restock, an edit) is no record. One whose transactions all failed
    is named as gone.
    """
    await check_history(pull)
    if not pull.cursor.startswith(_LATE):
        async for rows in pages(pull, _search(pull)):
            page = await _page(pull, rows)
            goes_on = not page.cursor and _looks_for_late(pull)
            yield replace(page, cursor=_LATE) if goes_on else page
        if not _looks_for_late(pull):
            return
    async for page in _late(pull):
        yield page


async def _late(pull: Pull) -> AsyncIterator[Page]:
    """Look through all refunded orders that any app sees for refunds of the last days.

    A refund nearly always moves its order's time of change, yet nothing promises it.
    """
    horizon = instant((pull.since or pull.until) - LATE_REACH)
    cursor = pull.cursor.removeprefix(_LATE) if pull.cursor.startswith(_LATE) else ""
    wide = replace(pull, since=pull.until - VISIBLE_WITHOUT_ALL_ORDERS, cursor=cursor)
    async for rows in pages(wide, replace(_search(pull), term=_REFUNDED, is_counted=False)):
        page = await _page(pull, rows, horizon)
        yield replace(page, cursor=f"{_LATE}{page.cursor}" if page.cursor else "")


def _looks_for_late(pull: Pull) -> bool:
    """Say whether the window holds the late hour; a first read has every order anyway."""
    if pull.since is None:
        return False
    hour = pull.until.astimezone(UTC).replace(hour=LATE_HOUR, minute=0, second=0, microsecond=0)
    return pull.since <= (hour if hour < pull.until else hour - timedelta(days=1))


def _search(pull: Pull) -> Search:
    return Search(queries.REFUNDED_ORDERS, pull.options.page_size or 25, {}, is_counted=True)


async def _page(pull: Pull, rows: Rows, horizon: str = "") -> Page:
    """Read the refunds of a page of orders that were made at the horizon or later."""
    ids: list[str] = []
    unread: list[BadRecord] = []
    for node in rows.nodes:
        found, bad = await _listed(pull.client, node)
        ids += [each.id for each in found if not each.created_at or each.created_at >= horizon]
        unread += bad
    full = [
        await whole(
            pull.client, node, "refundLineItems", "refundShippingLines", "orderAdjustments", "transactions"
        )
        for node in await _refund_nodes(pull.client, ids)
    ]
    failed: list[str] = []

    def convert(node: RefundNode) -> Refund:
        if node.has_failed:
            failed.append(node.legacy_resource_id)
        return shopify_records.refund(node)

    good, bad_refunds = records("refunds", full, RefundNode, convert, id_field="legacyResourceId")
    moved = tuple(each for each in good if isinstance(each, Refund) and each.gross and each.id not in failed)
    return Page(moved, rows.cursor, (*unread, *bad_refunds), tuple(failed), rows.remaining)


async def _listed(client: VendorClient, order: Any) -> tuple[list[_Listed], list[BadRecord]]:
    """List an order's refunds; the list has no pages, so a full one is asked for at its largest."""
    order_id = str(order.get("legacyResourceId", "")) if isinstance(order, dict) else ""
    try:
        found = _read(order["refunds"])
        if len(found) >= queries.REFUNDS_LISTED:
            data = await ask(client, queries.REFUNDS_OF_ORDER, {"id": order["id"]})
            found = _read(data["order"]["refunds"])
    except (KeyError, TypeError, ValueError):
        return [], [BadRecord("refunds", order_id, "the order's list of refunds cannot be read")]
    if len(found) >= queries.REFUNDS_LISTED_AT_MOST:
        return found, [BadRecord("refunds", order_id, "the order has more refunds than Shopify lists")]
    return found, []


def _read(refunds_of_order: Any) -> list[_Listed]:
    return [_Listed(str(each["id"]), utc(each.get("createdAt"))) for each in refunds_of_order]


async def _refund_nodes(client: VendorClient, ids: Sequence[str]) -> list[Any]:
    """Read refunds by id, some at once; fewer where that costs too much."""
    nodes: list[Any] = []
    size = AT_ONCE
    while len(nodes) < len(ids):
        asked = list(ids[len(nodes) : len(nodes) + size])
        try:
            answer = (await ask(client, queries.REFUNDS, {"ids": asked})).get("nodes")
        except TooCostlyError:
            if size == 1:
                raise
            size //= 2
            continue
        if not isinstance(answer, list) or len(answer) != len(asked) or None in answer:
            msg = f"{client.name} lists refunds that it does not give"
            raise SourceError(msg)
        nodes += answer
    return nodes
