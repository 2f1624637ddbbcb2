"""What of a card's page stands in its address: filters, sort, columns, page and the row that is open.

So a link restores all of it, and every control of the page is a link or a form that asks by GET.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from pydantic import create_model

from functions.dashboard.visit import Visit
from functions.queries import Query, query_of
from functions.row_queries import RowQuery
from shared.cards.card import Card
from shared.domain.rows import CustomerRow, OrderRow
from shared.domain.windows import text

PAGE_SIZE = 50
UNASSIGNED = "unassigned"
"""Asks for rows that nobody has: a form cannot tell an empty field from one that asks for nothing."""
FILTERS = tuple(RowQuery.model_fields)
"""All that rows can be asked for."""
_OWN = (UNASSIGNED, "page_size", "page_token", "columns", "row")
_KEEPS_PLACE = frozenset({"columns", "row"})
"""What changes without the list beginning again."""
_CODES = ("reason", "cohort", "cause", "entity", "company", "platform", "queue", "segment")

CardQuery = create_model(
    "CardQuery",
    __base__=Query,
    __doc__="What a card's page takes: all filters of its rows, and how they are shown.",
    **dict.fromkeys((*FILTERS, *_OWN), (str, "")),  # type: ignore[call-overload]
)


@dataclass(frozen=True, slots=True)
class View:
    """A card's page as its address asks for it."""

    address: str
    api: str
    """The card's address behind `/api/v1`."""
    asked: Mapping[str, str]
    """What the address names, without what is empty, in the order of the form."""
    zone: ZoneInfo
    """The workspace's, in which instants are typed."""

    @classmethod
    def of(cls, visit: Visit, card: Card) -> Self:
        """Read a request's address; raises Problem for a parameter that is unknown."""
        query = query_of(visit.request, CardQuery)
        asked = {name: value.strip() for name, value in query.model_dump().items() if value.strip()}
        if "as_of" in asked:
            asked["as_of"] = _instant(asked["as_of"], visit)
        api = f"/workspaces/{quote(visit.workspace.id)}/cards/{card.id}"
        return cls(f"{visit.base}/cards/{card.id}", api, asked, visit.workspace.zone)

    def get(self, name: str) -> str:
        """Give what the address asks for by a name; "" for nothing."""
        return self.asked.get(name, "")

    def link(self, **changes: str | int | None) -> str:
        """Give the address of this page with some of it changed; None or "" takes it out.

        Another filter or order begins the list again, with no row open.
        """
        kept = dict(self.asked)
        if not changes.keys() <= _KEEPS_PLACE:
            kept.pop("page_token", None)
            kept.pop("row", None)
        kept |= {name: "" if value is None else str(value) for name, value in changes.items()}
        named = {name: value for name, value in kept.items() if value}
        return f"{self.address}?{urlencode(named)}" if named else self.address

    @property
    def local_as_of(self) -> str:
        """Give the past instant that is asked for as its field takes it: without a zone."""
        try:
            moment = datetime.fromisoformat(self.get("as_of")).astimezone(self.zone)
        except (ValueError, OverflowError):
            return ""
        return moment.replace(tzinfo=None).isoformat(timespec="seconds")

    @property
    def filters(self) -> dict[str, str]:
        """What is asked of the rows, as their route takes it: the file takes the very same."""
        found = {name: self.asked[name] for name in FILTERS if name in self.asked}
        return found | ({"assignee": ""} if self.get(UNASSIGNED) else {})

    @property
    def csv(self) -> str:
        """Give the address of the file with exactly the rows that are listed."""
        return _with(f"/api/v1{self.api}/rows.csv", self.filters)

    def rows(self, **paging: str | int) -> str:
        """Give the rows' address behind `/api/v1`."""
        return _with(f"{self.api}/rows", self.filters | {name: str(value) for name, value in paging.items()})

    @property
    def page_size(self) -> int:
        """How many rows a page has."""
        size = self.get("page_size")
        return min(max(int(size), 1), 200) if size.isdecimal() and len(size) < len("10000") else PAGE_SIZE

    @property
    def is_narrowed(self) -> bool:
        """Say whether fewer rows are asked for than there are."""
        return bool(self.filters.keys() - {"sort", "include_matched", "as_of"})

    @property
    def keeps_order(self) -> bool:
        """Say whether the rows stand in the order in which the card publishes them, all of them."""
        return not self.is_narrowed and not self.filters.keys() & {"sort", "include_matched"}


def applicable(card: Card) -> tuple[str, ...]:
    """Give the filters by a code that the rows of a card have."""
    row_type = OrderRow if card.unit == "money" else CustomerRow
    names = {each.name for each in fields(row_type)}
    return tuple(name for name in _CODES if name in names)


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address


def _instant(given: str, visit: Visit) -> str:
    """Read an instant, without a zone one of the workspace; what is none is left for the API to refuse."""
    try:
        found = datetime.fromisoformat(given)
        return text(found if found.tzinfo else found.replace(tzinfo=visit.workspace.zone))
    except (ValueError, OverflowError):
        return given
