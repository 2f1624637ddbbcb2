"""Which customers of Business Central are privacy blocked: exactly by a custom page, else by a hint.

The standard API shows the box of a contact and not the one of a customer
(learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/resources/dynamics_contact).
"""

from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from shared.domain.deferred import Deferred
from shared.errors import SourceError
from shared.sources.business_central_companies import Company
from shared.sources.odata import pages
from shared.sources.read import instant, utc
from shared.sources.source import Pull


@dataclass(frozen=True, slots=True)
class Privacy:
    """Whose data must not be shown in one company."""

    numbers: frozenset[str] = frozenset()
    """Numbers of customers."""
    contacts: frozenset[str] = frozenset()
    """Ids of contacts, whose customers are hidden with them."""
    is_news: bool = False
    """A blocked contact changed in the window, which its customer's own time of change does not tell."""

    def hides(self, number: str, contacts: tuple[str, ...]) -> bool:
        """Say whether a customer with these contacts must not be shown."""
        return number in self.numbers or not self.contacts.isdisjoint(contacts)


class _CustomerRow(Deferred):
    number: str = Field(min_length=1)


class _ContactRow(Deferred):
    model_config = ConfigDict(alias_generator=to_camel)

    id: str = Field(min_length=1)
    last_modified_date_time: str = ""


_CUSTOMERS, _CONTACTS = TypeAdapter(list[_CustomerRow]), TypeAdapter(list[_ContactRow])


async def privacy_of(pull: Pull, company: Company) -> Privacy:
    """Read who must not be shown, from the custom page that the options name, or else from contacts."""
    options = pull.options
    if options.privacy_page:
        route, _, entity_set = options.privacy_page.rpartition("/")
        url, field = company.url(entity_set, route), options.privacy_field
        rows = await _rows(pull, url, _CUSTOMERS, f"{field} eq true", ("number", field))
        return Privacy(frozenset(row.number for row in rows))
    if "contacts" in options.without:
        return Privacy()
    columns = ("id", "lastModifiedDateTime")
    rows = await _rows(pull, company.url("contacts"), _CONTACTS, "privacyBlocked eq true", columns)
    since = instant(pull.since) if pull.since else ""
    is_news = any(utc(row.last_modified_date_time) >= since for row in rows)
    return Privacy(contacts=frozenset(row.id.lower() for row in rows), is_news=bool(since) and is_news)


async def _rows(
    pull: Pull, url: str, rows: TypeAdapter[list[Any]], condition: str, columns: tuple[str, ...]
) -> list[Any]:
    """Read all items that a condition holds for, in the order of their first column."""
    query = {"$select": ",".join(columns), "$filter": condition, "$orderby": columns[0]}
    found: list[Any] = []
    async for items, _ in pages(pull.client, url, query, page_size=pull.options.page_size, cursor=""):
        try:
            found += rows.validate_python(items)
        except ValidationError:
            # One that cannot be read might be one that must not be shown.
            msg = f"{pull.client.name} has items in {url.rpartition('/')[2]} that do not say whose they are"
            raise SourceError(msg) from None
    return found
