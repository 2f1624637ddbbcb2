"""OData: pages are followed by their links alone, and the simulation answers queries as OData means them."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from dev.vendors.odata import EntitySet, answer
from dev.vendors.odata_filter import FilterError, condition
from dev.vendors.vendor import Refused
from shared.domain.workspace import Connection, FieldMap
from shared.errors import SourceError
from shared.sources.http import Access, VendorClient
from shared.sources.odata import pages, window
from shared.sources.source import Options, Pull

HOME = "http://vendor/odata"
ITEMS = [
    {
        "id": f"00000000-0000-4000-8000-00000000000{n}",
        "name": name,
        "amount": Decimal(n),
        "is_open": n > 2,
        "day": f"2026-04-0{n}",
        "changed": f"2026-04-0{n}T12:00:00.500Z",
        "note": None if n == 2 else "it's",
        "tags": [{"text": name, "rank": n}],
    }
    for n, name in enumerate(["d", "c", "b", "a"], 1)
]
THINGS = EntitySet(
    fields=("id", "name", "amount", "is_open", "day", "changed", "note"),
    computed=("note",),
    navigation={"tags": ("text", "rank")},
    largest_page=3,
)


async def things(request: Request) -> Response:
    """Answer the items above."""
    try:
        return answer(request, THINGS, ITEMS, "http://vendor/$metadata#things")
    except Refused as refused:
        return refused.response


SIMULATED = httpx.ASGITransport(app=Starlette(routes=[Route("/odata/things", things)]))


async def read(
    transport: httpx.AsyncBaseTransport, cursor: str = "", size: int = 2, **options: Any
) -> list[tuple[list[dict[str, Any]], str]]:
    """Read all pages; options are written without their `$`."""
    params = {f"${name}": value for name, value in options.items()}
    async with VendorClient(Access(HOME), name="ledger", transport=transport) as client:
        return [page async for page in pages(client, "/things", params, page_size=size, cursor=cursor)]


def telling(tell: Callable[[httpx.Request], Any]) -> httpx.MockTransport:
    """Give a server that answers with this JSON."""
    return httpx.MockTransport(lambda request: httpx.Response(200, json=tell(request)))


async def names(transport: httpx.AsyncBaseTransport = SIMULATED, **options: Any) -> str:
    """Give the names of all items, one letter each."""
    return "".join(item["name"] for items, _ in await read(transport, **options) for item in items)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_pages_add_up_whatever_their_size(size: int) -> None:
    """The largest page caps what is asked for, and each item comes once."""
    found = await read(SIMULATED, size=size)
    assert [item["id"] for items, _ in found for item in items] == [item["id"] for item in ITEMS]
    assert len(found) == -(-len(ITEMS) // min(size, 3))


async def test_a_link_is_where_reading_goes_on() -> None:
    """The link that comes with a page leads to the same rest; the last page has none."""
    whole = await read(SIMULATED, size=1)
    assert whole[-1][1] == ""
    assert whole[2:] == await read(SIMULATED, size=1, cursor=whole[1][1])


async def test_blanks_and_quotes_reach_the_server_as_they_are() -> None:
    """A condition is escaped so that every server reads it alike."""
    asked: list[bytes] = []

    def tell(request: httpx.Request) -> Any:
        asked.append(request.url.query)
        return {"value": [{"name": request.url.params["$filter"]}]}

    wanted = "name eq 'Müller & Co + 50%' and day ge 2026-04-01"
    assert await names(telling(tell), filter=wanted) == wanted
    assert b"+" not in asked[0]


@pytest.mark.parametrize(
    "link",
    [
        "http://elsewhere/odata/things",
        "https://vendor/odata/things",
        "http://vendor:8080/odata/things",
        "//elsewhere/odata/things",
        "http://[",
        7,
    ],
)
async def test_a_link_to_another_host_is_refused(link: Any) -> None:
    """Our token must not reach a host that the operator did not name."""
    with pytest.raises(SourceError, match="next link"):
        await read(telling(lambda _: {"value": [], "@odata.nextLink": link}))


async def test_a_stored_link_to_another_host_is_refused() -> None:
    """What was kept is checked like what was just told."""
    with pytest.raises(SourceError, match="another host"):
        await read(SIMULATED, cursor="http://elsewhere/odata/things")


@pytest.mark.parametrize("link", ["things?page=2", "/odata/things?page=2", "?page=2"])
async def test_a_link_without_a_host_leads_on_from_its_page(link: str) -> None:
    """OData allows links that are relative; what is kept of them is the whole address."""

    def tell(request: httpx.Request) -> Any:
        page = request.url.params.get("page", "1")
        return {"value": [{"name": page}], **({"@odata.nextLink": link} if page == "1" else {})}

    assert await read(telling(tell)) == [([{"name": "1"}], f"{HOME}/things?page=2"), ([{"name": "2"}], "")]


async def test_a_link_that_repeats_is_refused() -> None:
    """A server that leads in a circle would be read for ever."""
    with pytest.raises(SourceError, match="twice"):
        await read(telling(lambda _: {"value": [], "@odata.nextLink": f"{HOME}/things?page=2"}))


async def test_a_page_that_repeats_is_refused() -> None:
    """New links to the same items tell that the server does not get on."""
    numbers = iter(range(10))

    def tell(_: httpx.Request) -> Any:
        return {"value": [{"name": "a"}], "@odata.nextLink": f"{HOME}/things?page={next(numbers)}"}

    with pytest.raises(SourceError, match="twice"):
        await read(telling(tell))


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": {}}, {"error": {}}, [], "text", None])
async def test_an_answer_without_values_is_refused(body: Any) -> None:
    """What is not OData's envelope is not an empty set."""
    with pytest.raises(SourceError, match="without a list"):
        await read(telling(lambda _: body))


@pytest.mark.parametrize(
    ("condition_text", "found"),
    [
        ("name eq 'b'", "b"),
        ("name ne 'b'", "dca"),
        ("amount ge 2 and amount lt 4", "cb"),
        ("amount gt 2.5", "ba"),
        ("is_open eq true", "ba"),
        ("day le 2026-04-02", "dc"),
        ("changed lt 2026-04-02T12:00:01Z", "dc"),
        ("changed ge 2026-04-02T12:00:00Z", "cba"),
        ("id eq 00000000-0000-4000-8000-000000000003", "b"),
        ("name eq Vendor.Kind'a' or name eq 'd'", "da"),
        ("name eq 'd' or amount ge 2 and is_open eq true", "dba"),
        ("(name eq 'd' or amount ge 2) and is_open eq true", "ba"),
        ("name eq 'it''s'", ""),
    ],
)
async def test_a_filter_is_read_as_odata_means_it(condition_text: str, found: str) -> None:
    """`and` binds before `or`, and a value is compared by the type of its literal."""
    assert await names(filter=condition_text) == found


@pytest.mark.parametrize(
    ("order", "found"), [("name", "abcd"), ("day desc", "abcd"), ("is_open desc,name", "abcd")]
)
async def test_an_order_is_kept(order: str, found: str) -> None:
    """Later names decide among equals."""
    assert await names(orderby=order) == found


async def test_only_what_is_asked_for_is_told() -> None:
    """Lists come where they are expanded, with the properties asked for."""
    ((first, *_), _), *_ = await read(SIMULATED, select="name", expand="tags($select=rank)")
    assert first == {"name": "d", "tags": [{"rank": 1}]}


@pytest.mark.parametrize(
    "options",
    [
        {"filter": "colour eq 'red'"},
        {"filter": "note eq 'computed'"},
        {"filter": "name eq"},
        {"filter": "name like 'a'"},
        {"filter": "(name eq 'a'"},
        {"filter": "name eq 'a' name"},
        {"filter": "name eq 'a"},
        {"filter": "day ge yesterday"},
        {"orderby": "note"},
        {"orderby": "name up"},
        {"select": "colour"},
        {"expand": "people"},
        {"expand": "tags($top=1)"},
        {"skiptoken": "abc"},
        {"search": "a"},
    ],
)
async def test_what_the_set_does_not_know_is_refused(options: dict[str, Any]) -> None:
    """Nothing in a query is passed over in silence."""
    with pytest.raises(SourceError, match="400"):
        await read(SIMULATED, **options)


@given(st.text(max_size=30))
def test_any_text_in_quotes_is_a_value(text: str) -> None:
    """A quote in a value is written twice."""
    quoted = text.replace("'", "''")
    assert condition(f"name eq '{quoted}'", {"name"})({"name": text})


@given(st.text(alphabet="()' abeqnd1", max_size=20))
def test_any_filter_is_read_or_refused(text: str) -> None:
    """No text breaks the reader."""
    try:
        condition(text, {"a", "b"})({"a": "1", "b": 1})
    except FilterError:
        return


def test_nothing_is_only_equal_to_nothing() -> None:
    """A missing value is neither more nor less than another."""
    holds = [
        condition(f"x {word} {value}", {"x"})({"x": None}) for word, value in (("eq", "null"), ("lt", "5"))
    ]
    assert holds == [True, False]


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (None, "changed lt 2026-04-03T12:00:00Z"),
        (
            datetime(2026, 4, 2, tzinfo=UTC),
            "changed ge 2026-04-02T00:00:00Z and changed lt 2026-04-03T12:00:00Z",
        ),
    ],
)
async def test_a_window_is_half_open(since: datetime | None, expected: str) -> None:
    """A window holds its start and not its end; without a start it holds all before its end."""
    connection = Connection(name="ledger", kind="dataverse")
    until = datetime(2026, 4, 3, 12, tzinfo=UTC)
    async with VendorClient(Access(HOME), name="ledger") as client:
        pull = Pull(client, connection, Options(), FieldMap(), since, until)
        assert expected == window(pull, "changed")
