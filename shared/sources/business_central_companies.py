"""The companies of a Business Central environment, and the walk through them, one after another."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, get_args

import httpx
from pydantic import Field, TypeAdapter, ValidationError

from shared.domain.deferred import Deferred
from shared.domain.records import Record
from shared.errors import BadRecord, ConfigurationError, SourceError
from shared.sources.business_central_options import OptionalSet
from shared.sources.http import VendorClient, parse_json
from shared.sources.odata import Refused, address, answers, ids_of, pages
from shared.sources.source import KeyPage, Page, Pull

STANDARD = "api/v2.0"
"""The route of the API that every environment has."""

OPTIONAL = get_args(OptionalSet)
"""Entity sets that older versions lack."""

KEYS_PAGE = 20_000
"""Ids are small: they are read by the largest page that there is."""


class _CompanyRow(Deferred):
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

    def owned(self, row_id: str) -> str:
        """Give a record's id: a company that was copied from another has the ids of that one's items."""
        return f"{self.name}|{row_id}"

    def owning(self, items: list[Any]) -> list[Any]:
        """Give a page's items under the ids of their records."""
        return [
            {**item, "id": self.owned(str(item["id"]))} if isinstance(item, dict) and item.get("id") else item
            for item in items
        ]


Outcome = tuple[tuple[Record, ...], tuple[BadRecord, ...]]
Convert = Callable[[Company, list[Any]], Outcome | Awaitable[Outcome]]
"""Turns a page of a company's items into records; may read more for it."""
Query = Mapping[str, str] | Callable[[Company], Awaitable[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Part:
    """An entity set that is read of each company."""

    entity_set: str
    query: Query
    convert: Convert
    route: str = STANDARD


@dataclass(frozen=True, slots=True)
class _Step:
    """One entity set of one company."""

    company: Company
    entity_set: str

    @property
    def place(self) -> str:
        return f"{self.company.id}|{self.entity_set}|"


async def walk(pull: Pull, *parts: Part, is_counted: bool = False) -> AsyncIterator[Page]:
    """Read the parts of each company in turn; a page never holds records of two companies.

    The cursor is a company's id, an entity set and the link to its next page, with `|` between. With
    `is_counted`, the first page of a read of everything tells how many records are still to come.
    """
    by_name = {part.entity_set: part for part in parts}
    is_counted = is_counted and not pull.cursor and pull.since is None
    async for step, link, following in _steps(pull, by_name):
        part = by_name[step.entity_set]
        query = part.query if isinstance(part.query, Mapping) else await part.query(step.company)
        try:
            async for answer in answers(
                pull.client,
                step.company.url(step.entity_set, part.route),
                query,
                page_size=pull.options.page_size,
                cursor=link,
                shrinks=True,
            ):
                total = await _count(pull, part, query) if is_counted else None
                is_counted = False
                outcome = part.convert(step.company, answer.items)
                good, bad = await outcome if isawaitable(outcome) else outcome
                cursor = f"{step.place}{answer.link}" if answer.link else following
                yield Page(good, cursor, bad, remaining=total - len(answer.items) if total else None)
        except Refused as refused:
            if refused.status != httpx.codes.NOT_FOUND or step.entity_set not in OPTIONAL:
                raise
            raise ConfigurationError(lacks(pull.client, step.entity_set), "without") from None


async def walk_keys(pull: Pull, **conditions: str) -> AsyncIterator[KeyPage]:
    """Read the ids of all records of some entity sets, each given with the condition that bounds it."""
    async for step, link, following in _steps(pull, conditions):
        condition = conditions[step.entity_set]
        query = {"$select": "id", "$orderby": "id", **({"$filter": condition} if condition else {})}
        url = step.company.url(step.entity_set)
        async for items, next_link in pages(pull.client, url, query, page_size=KEYS_PAGE, cursor=link):
            ids = tuple(step.company.owned(each) for each in ids_of(pull.client, items, "id"))
            yield KeyPage(ids, f"{step.place}{next_link}" if next_link else following)


def lacks(client: VendorClient, entity_set: str) -> str:
    """Say what to do where an environment's version has no such entity set."""
    return f"{client.name} has no entity set {entity_set}: update Business Central, or name it in `without`"


async def _steps(pull: Pull, entity_sets: Iterable[str]) -> AsyncIterator[tuple[_Step, str, str]]:
    """Give each step from the cursor's on, the link where it goes on, and where the step after it starts.

    A company that was created anew under its name has another id, and may sort before its old one: then
    all are read.
    """
    steps = [_Step(company, name) for company in await chosen(pull) for name in entity_sets]
    company_id, entity_set, link = pull.cursor.split("|", 2) if pull.cursor else ("", "", "")
    place = f"{company_id}|{entity_set}|"
    start = next((index for index, step in enumerate(steps) if step.place == place), None)
    if start is None:
        start, link = 0, ""
    for index in range(start, len(steps)):
        following = steps[index + 1].place if index + 1 < len(steps) else ""
        yield steps[index], link if index == start else "", following


async def _count(pull: Pull, part: Part, query: Mapping[str, str]) -> int | None:
    """Count what a read of everything will bring; None where the environment does not say."""
    condition = {name: value for name, value in query.items() if name == "$filter"}
    total = 0
    for company in await chosen(pull):
        url = address(pull.client, f"{company.url(part.entity_set, part.route)}/$count", condition)
        response = await pull.client.send("GET", url, tolerated={400, 404, 501})
        count = parse_json(response, pull.client.name) if response.is_success else None
        if not isinstance(count, int):
            return None
        total += count
    return total


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


async def chosen(pull: Pull) -> list[Company]:
    """Read the companies that the options name, in the order of their ids.

    Raises ConfigurationError where one of them is not shown: read as an empty company, it would
    make its customers look absent and its documents unposted.
    """
    wanted = set(pull.options.companies)
    found = [company for company in await shown(pull.client) if company.name in wanted]
    if missing := sorted(wanted - {company.name for company in found}):
        msg = (
            f"{pull.client.name} shows no company named {', '.join(missing)}: "
            "check the names, and the permission sets of the app"
        )
        raise ConfigurationError(msg, "companies")
    return found


async def shown(client: VendorClient) -> list[Company]:
    """Read all companies that the app may see, in the order of their ids."""
    items: list[Any] = []
    query = {"$select": "id,name"}
    async for page, _ in pages(client, f"/{STANDARD}/companies", query, page_size=KEYS_PAGE, cursor=""):
        items.extend(page)
    try:
        found = [Company(row.id.lower(), row.name) for row in _COMPANIES.validate_python(items)]
    except ValidationError:
        msg = f"{client.name} has companies without an id or a name"
        raise SourceError(msg) from None
    return sorted(found, key=lambda company: company.id)
