"""The companies of a Business Central environment, and the walk through them, one after another."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.domain.records import Record
from shared.errors import BadRecord, ConfigurationError, SourceError
from shared.sources.odata import pages
from shared.sources.source import Page, Pull

STANDARD = "api/v2.0"
"""The route of the API that every environment has."""


class _CompanyRow(BaseModel):
    id: str = Field(min_length=1)
    name: str


_COMPANIES = TypeAdapter(list[_CompanyRow])


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the environment: its id in addresses, its name in records."""

    id: str
    name: str

    def url(self, entity_set: str, route: str = STANDARD) -> str:
        """Give the address of one of its entity sets, below the environment's own."""
        return f"/{route}/companies({self.id})/{entity_set}"


Outcome = tuple[tuple[Record, ...], tuple[BadRecord, ...]]
Convert = Callable[[Company, list[Any]], Outcome | Awaitable[Outcome]]
"""Turns a page of a company's items into records; may read more for it."""


async def walk(
    pull: Pull, entity_set: str, query: Mapping[str, str], convert: Convert, route: str = STANDARD
) -> AsyncIterator[Page]:
    """Read an entity set of each company in turn; a page never holds records of two companies.

    The cursor is a company's id and, after `|`, the link to its next page.
    """
    position, _, link = pull.cursor.partition("|")
    chosen = await _chosen(pull)
    if position not in {company.id for company in chosen}:
        # Created anew under its name since the cursor was kept: the new one may sort before the old.
        position = ""
    left = [company for company in chosen if company.id >= position]
    starts = [f"{company.id}|" for company in left]
    for company, following in zip(left, [*starts[1:], ""], strict=False):
        async for items, next_link in pages(
            pull.client,
            company.url(entity_set, route),
            query,
            page_size=pull.options.page_size,
            cursor=link if company.id == position else "",
        ):
            outcome = convert(company, items)
            good, bad = await outcome if isawaitable(outcome) else outcome
            yield Page(good, f"{company.id}|{next_link}" if next_link else following, bad)


async def local_currency(pull: Pull, company: Company) -> str:
    """Read which currency a company keeps its books in; raises SourceError where it does not tell."""
    query = {"$select": "id,currencyCode", "$orderby": "id"}
    url = company.url("companyInformation")
    async for items, _ in pages(pull.client, url, query, page_size=pull.options.page_size, cursor=""):
        for item in items:
            code = item.get("currencyCode") if isinstance(item, dict) else ""
            if code:
                return str(code)
    msg = f"{pull.client.name}: company {company.name} does not tell its local currency"
    raise SourceError(msg)


async def _chosen(pull: Pull) -> list[Company]:
    """Read the companies that the options name, in the order of their ids.

    Raises ConfigurationError where one of them is not shown: read as an empty company, it would
    make its customers look absent and its documents unposted.
    """
    items: list[Any] = []
    query = {"$select": "id,name"}
    async for page, _ in pages(
        pull.client, f"/{STANDARD}/companies", query, page_size=pull.options.page_size, cursor=""
    ):
        items.extend(page)
    try:
        found = [Company(row.id.lower(), row.name) for row in _COMPANIES.validate_python(items)]
    except ValidationError:
        msg = f"{pull.client.name} has companies without an id or a name"
        raise SourceError(msg) from None
    wanted = set(pull.options.companies)
    if missing := sorted(wanted - {company.name for company in found}):
        msg = (
            f"{pull.client.name} shows no company named {', '.join(missing)}: "
            "check the names, and the permission sets of the app"
        )
        raise ConfigurationError(msg, "companies")
    return sorted((company for company in found if company.name in wanted), key=lambda company: company.id)
