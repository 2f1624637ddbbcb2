"""What changed in a Dataverse table: by its change tracking where it is on, else by `modifiedon`.

learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from shared.errors import SourceError
from shared.sources.http import VendorClient
from shared.sources.odata import Refused, address, answers, window
from shared.sources.source import Pull

_EXPIRED = "0x80044352"
"""The change token is older than the environment keeps changes, or the table's columns changed."""
_DELETED = "$deletedEntity"


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of changes."""

    items: list[Any]
    deleted: tuple[str, ...]
    cursor: str
    token: str = ""


async def changes(pull: Pull, table: str, entity_set: str, columns: str) -> AsyncIterator[Changes]:
    """Read what changed: since the pull's token with change tracking, else in its window.

    Without a token, or with one that has expired, all rows are read; what was deleted meanwhile the
    sweep of the keys finds. Changes after the window come too: the token leaves none of them out.
    """
    url = f"/{entity_set}"
    if not await tracks_changes(pull.client, table):
        params = {
            "$select": columns,
            "$filter": window(pull, "modifiedon"),
            "$orderby": f"modifiedon,{table}id",
        }
        async for answer in answers(
            pull.client, url, params, page_size=pull.options.page_size, cursor=pull.cursor
        ):
            yield Changes(answer.items, (), answer.link)
        return
    beginning = address(pull.client, url, {"$select": columns})
    try:
        async for page in _tracked(pull, pull.cursor or pull.token or beginning):
            yield page
    except Refused as refused:
        if refused.status != httpx.codes.GONE and _EXPIRED not in refused.text:
            raise
        async for page in _tracked(pull, beginning):
            yield page


async def _tracked(pull: Pull, start: str) -> AsyncIterator[Changes]:
    async for answer in answers(
        pull.client,
        "",
        {},
        page_size=pull.options.page_size,
        cursor=start,
        prefer="odata.track-changes",
    ):
        gone = [item for item in answer.items if _is_deleted(item)]
        items = [item for item in answer.items if not _is_deleted(item)]
        deleted = tuple(_id_of(pull.client, item) for item in gone)
        yield Changes(items, deleted, answer.link, answer.delta)


def _is_deleted(item: Any) -> bool:
    return isinstance(item, dict) and str(item.get("@odata.context", "")).endswith(_DELETED)


def _id_of(client: VendorClient, item: dict[str, Any]) -> str:
    row_id = item.get("id")
    if not isinstance(row_id, str) or not row_id:
        raise SourceError(f"{client.name} tells of a deleted row without its id")
    return row_id.lower()


async def tracks_changes(client: VendorClient, table: str) -> bool:
    """Say whether a table's change tracking is on."""
    url = f"/EntityDefinitions(LogicalName='{table}')"
    answer = await client.get(url, params={"$select": "LogicalName,ChangeTrackingEnabled"})
    if not isinstance(answer, dict) or "LogicalName" not in answer:
        raise SourceError(f"{client.name} described the table {table} in a form that is not known")
    return answer.get("ChangeTrackingEnabled") is True
