"""How an entity set of Finance & Operations is read: across companies, in a fixed order, and whole.

learn.microsoft.com/dynamics365/fin-ops-core/dev-itpro/data-entities/odata
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

from shared.errors import ConfigurationError, SourceError
from shared.sources.finance_operations_records import Row, select
from shared.sources.http import VendorClient
from shared.sources.odata import answers, pages
from shared.sources.source import Pull

LARGEST_PAGE = 10_000
ATTEMPTS = 3
"""How often a set is read before its count is not believed any more."""
_DAY = 10


@dataclass(frozen=True, slots=True)
class EntitySet:
    """An entity set, and what of it is read."""

    name: str
    row: type[Row]
    key: tuple[str, ...]
    """The properties that tell an item from all others, and in whose order it is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One page of an entity set: its items, each with the `id` of its record, and what follows."""

    items: list[Any]
    cursor: str
    remaining: int | None


async def read(pull: Pull, entity_set: EntitySet, condition: str = "") -> AsyncIterator[Part]:
    """Read an entity set page by page, and see that as many items came as there are.

    A page's link says how many items to pass over, so that one that is deleted meanwhile moves another out
    of sight. Then all is read again; raises SourceError where that does not help. The cursor is
    how often all was read, how many items came, how many were counted at most, and the link to the
    next page, with `|` between.
    """
    params = {
        # Without it only the default company of the app's user answers.
        "cross-company": "true",
        "$count": "true",
        "$select": select(entity_set.row),
        "$orderby": ",".join(entity_set.key),
        **({"$filter": condition} if condition else {}),
    }
    url, size = f"/data/{entity_set.name}", pull.options.page_size
    first, come, most, link = _place(pull.cursor)
    for attempt in range(first, ATTEMPTS):
        async for answer in answers(pull.client, url, params, page_size=size, cursor=link):
            come, most = come + len(answer.items), max(most, answer.count or 0)
            items = [_with_id(item, entity_set.key) for item in answer.items]
            if answer.link:
                cursor = f"{attempt}|{come}|{most}|{answer.link}"
                yield Part(items, cursor, most - come if most else None)
            elif come >= most:
                yield Part(items, "", None)
                return
            else:
                yield Part(items, f"{attempt + 1}|0|0|", None)
        come, most, link = 0, 0, ""
    raise SourceError(f"{pull.client.name} counts more items of {entity_set.name} than it gives")


def _place(cursor: str) -> tuple[int, int, int, str]:
    if not cursor:
        return 0, 0, 0, ""
    attempt, come, most, link = cursor.split("|", 3)
    return int(attempt), int(come), int(most), link


def _with_id(item: Any, key: Iterable[str]) -> Any:
    """Give an item with the id of its record: the values of its key, dates without their time."""
    if not isinstance(item, dict):
        return item
    return {**item, "id": "|".join(_text(name, item.get(name)) for name in key)}


def _text(name: str, value: Any) -> str:
    # A part that is no text or number is a bad record's, which must not tell what it holds.
    text = str(value) if isinstance(value, str | int) else ""
    return text[:_DAY] if name.endswith("Date") else text


def of_companies(pull: Pull) -> str:
    """Give the condition that keeps a query to the companies that are read."""
    return " or ".join(f"dataAreaId eq '{code}'" for code in pull.options.companies)


async def refuse_missing(pull: Pull) -> None:
    """Raise ConfigurationError where a company is not there: read as an empty one, it would look bare."""
    if missing := await missing_companies(pull.client, pull.options.companies):
        msg = f"{pull.client.name} has no company {', '.join(missing)}: check the codes and the user's roles"
        raise ConfigurationError(msg, "companies")


async def missing_companies(client: VendorClient, wanted: Iterable[str]) -> list[str]:
    """Give those of the companies that are no legal entities, or none that the app may see."""
    query = {"cross-company": "true", "$select": "LegalEntityId", "$orderby": "LegalEntityId"}
    shown: set[str] = set()
    async for items, _ in pages(client, "/data/LegalEntities", query, page_size=LARGEST_PAGE, cursor=""):
        for item in items:
            code = item.get("LegalEntityId") if isinstance(item, dict) else None
            if not isinstance(code, str):
                raise SourceError(f"{client.name} has legal entities without a code")
            shown.add(code.casefold())
    return sorted(code for code in wanted if code.casefold() not in shown)
