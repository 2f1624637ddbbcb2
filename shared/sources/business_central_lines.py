"""What hangs on an item of Business Central: a document's lines, all of them however they are answered."""

from dataclasses import dataclass
from typing import Any

from shared.sources.business_central_companies import Company
from shared.sources.odata import pages
from shared.sources.source import Pull


@dataclass(frozen=True, slots=True)
class Inner:
    """A list in each item of an entity set."""

    entity_set: str
    name: str
    columns: str = ""
    """What of its items is read; "" is all."""

    @property
    def expansion(self) -> str:
        """Give the `$expand` that asks for it."""
        return f"{self.name}($select={self.columns})" if self.columns else self.name


async def drain(pull: Pull, company: Company, inner: Inner, items: list[Any]) -> None:
    """Complete the lists in a page's items.

    An answer holds them, or some and a link to the rest, or none where it would have been too much.
    """
    for item in items:
        if isinstance(item, dict):
            await _drain(pull, company, inner, item)


async def _drain(pull: Pull, company: Company, inner: Inner, item: dict[str, Any]) -> None:
    link = item.get(f"{inner.name}@odata.nextLink") or ""
    if inner.name in item and not link:
        return
    found = list(item.get(inner.name) or ())
    url = f"{company.url(inner.entity_set)}({item.get('id')})/{inner.name}"
    query = {"$select": inner.columns} if inner.columns else {}
    async for more, _ in pages(pull.client, url, query, page_size=pull.options.page_size, cursor=link):
        found += more
    item[inner.name] = found
