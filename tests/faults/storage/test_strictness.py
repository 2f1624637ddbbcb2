"""Where Azure is stricter than the emulator, or may do what that never does: over the account in memory."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableTransactionError
from azure.data.tables.aio import TableClient

from dev.faults.storage.account import Account, connect
from tests.faults.storage.cases import KEYS, row
from tests.faults.storage.conftest import Clock


@pytest.fixture
async def table(account: Account) -> TableClient:
    """Give an empty table."""
    return await connect(account)[0].create_table("things")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a property too many": ({f"p{number}": 1 for number in range(253)}, "TooManyProperties"),
    "more than a megabyte": ({f"p{number}": "x" * 32_768 for number in range(16)}, "EntityTooLarge"),
    "a name with a hyphen": ({"order-id": 1}, "PropertyNameInvalid"),
    "a name that begins with a digit": ({"1st": 1}, "PropertyNameInvalid"),
    "a long name": ({"p" * 256: 1}, "PropertyNameTooLong"),
    "a day too early": ({"at": datetime.fromisoformat("1600-12-31T00:00:00+00:00")}, "OutOfRangeInput"),
    "half a character": ({"text": "\ud83d"}, "InvalidInput"),
    **{f"{mark!r} in a key": ({"RowKey": f"a{mark}b"}, "OutOfRangeInput") for mark in "/\\#?\t\x7f\x85"},
    "a long key": ({"RowKey": "x" * 513}, "KeyValueTooLarge"),
    "a key of many signs": ({"RowKey": "🙂" * 257}, "KeyValueTooLarge"),
}
TAKEN: dict[str, dict[str, Any]] = {
    "all properties": {f"p{number}": 1 for number in range(252)},
    "nearly a megabyte": {f"p{number}": "x" * 32_700 for number in range(16)},
    "a long name": {"p" * 255: 1},
    "a name in letters": {"_größe1": 1},
    "the first day": {"at": datetime.fromisoformat("1601-01-01T00:00:00+00:00")},
    "a long key": {"RowKey": "🙂" * 256},
}


@pytest.mark.parametrize(("values", "code"), REFUSED.values(), ids=REFUSED)
async def test_what_azure_refuses_is_refused(table: TableClient, values: dict[str, Any], code: str) -> None:
    """An entity beyond a limit that Azure documents is refused, alone and in a transaction, and not kept."""
    with pytest.raises(HttpResponseError) as refused:
        await table.upsert_entity(KEYS | values)
    assert (400, code) == (refused.value.status_code, refused.value.error_code)  # type: ignore[attr-defined]
    with pytest.raises(TableTransactionError) as together:
        await table.submit_transaction([("upsert", row("fine")), ("upsert", KEYS | values)])
    assert (1, 400) == (together.value.index, together.value.status_code)
    assert [] == [each async for each in table.list_entities()]


@pytest.mark.parametrize("values", TAKEN.values(), ids=TAKEN)
async def test_what_azure_takes_is_taken(table: TableClient, values: dict[str, Any]) -> None:
    """Up to its limits an entity is kept as it is."""
    await table.upsert_entity(KEYS | values)
    assert [KEYS | values] == [each async for each in table.list_entities()]


async def test_a_merge_is_not_beyond_the_limits(table: TableClient) -> None:
    """A merge that makes an entity too large is refused, and the entity stays as it was."""
    await table.upsert_entity(KEYS | {f"p{number}": 1 for number in range(252)})
    with pytest.raises(HttpResponseError):
        await table.upsert_entity(KEYS | {"more": 1}, mode="merge")  # type: ignore[arg-type]
    assert "more" not in await table.get_entity("p", "r")


async def test_a_transaction_has_a_hundred_operations(table: TableClient) -> None:
    """The hundred and first refuses all; the emulator breaks the connection instead."""
    with pytest.raises(TableTransactionError) as refused:
        await table.submit_transaction([("upsert", row(f"{number}")) for number in range(101)])
    assert (100, 400) == (refused.value.index, refused.value.status_code)
    assert [] == [each async for each in table.list_entities()]


async def test_a_filter_has_fifteen_comparisons(table: TableClient) -> None:
    """The sixteenth is refused; the emulator takes any number."""
    query = " or ".join(f"RowKey eq '{number}'" for number in range(15))
    assert [] == [each async for each in table.query_entities(query)]
    with pytest.raises(HttpResponseError) as refused:
        await anext(aiter(table.query_entities(f"{query} or RowKey eq 'x'")))
    assert refused.value.status_code == 400


async def test_dates_are_compared_to_the_microsecond(table: TableClient) -> None:
    """The emulator compares dates by milliseconds; Azure keeps and compares more."""
    at = datetime.fromisoformat("2026-04-14T12:00:00.000005+00:00")
    await table.upsert_entity(KEYS | {"at": at})
    for more, count in ((-1, 1), (0, 1), (1, 0)):
        asked = {"at": at + timedelta(microseconds=more)}
        assert count == len([each async for each in table.query_entities("at ge @at", parameters=asked)])


async def test_a_property_that_is_selected_is_there(table: TableClient) -> None:
    """What is selected and not kept is None, where the emulator leaves it out; the etag is not known."""
    await table.upsert_entity(KEYS | {"a": 1})
    found = await table.get_entity("p", "r", select=["a", "b"])
    assert ({"a": 1, "b": None}, None) == (found, found.metadata["etag"])


async def test_pages_may_be_short_and_empty(clock: Clock) -> None:
    """Azure may end a page early, even before its first entity: who goes on by the token reads all, once."""
    sizes: Iterator[int] = chain([0, 0, 3, 0, 1], repeat(2))
    table = await connect(Account(clock, page=lambda: next(sizes)))[0].create_table("things")
    for number in range(9):
        await table.upsert_entity(row(f"{number}", f"p{number // 3}"))
    pages = [[each["RowKey"] async for each in page] async for page in table.list_entities().by_page()]
    assert [[], [], ["0", "1", "2"], [], ["3"], ["4", "5"], ["6", "7"], ["8"]] == pages


async def test_reading_goes_on_where_the_token_says(table: TableClient) -> None:
    """Between two pages others write and delete: what comes behind the token is read as it is by then."""
    for number in range(6):
        await table.upsert_entity(row(f"{number}"))
    pages = table.list_entities(results_per_page=2).by_page()
    first = [each["RowKey"] async for each in await anext(pages)]
    for gone in ("0", "2", "5"):
        await table.delete_entity("p", gone)
    await table.upsert_entity(row("00"))
    await table.upsert_entity(row("45"))
    rest = [each["RowKey"] async for page in pages async for each in page]
    assert (["0", "1"], ["3", "4", "45"]) == (first, rest)


async def test_a_deleted_table_goes_slowly(account: Account, clock: Clock) -> None:
    """For forty seconds no table of that name can be made; the emulator makes one at once."""
    service = connect(account)[0]
    await (await service.create_table("things")).upsert_entity(KEYS)
    await service.delete_table("things")
    with pytest.raises(HttpResponseError) as refused:
        await service.create_table_if_not_exists("Things")
    assert refused.value.status_code == 409
    with pytest.raises(ResourceNotFoundError):
        await service.get_table_client("things").get_entity("p", "r")
    await clock.go_on(40)
    assert [] == [each async for each in (await service.create_table("things")).list_entities()]


async def test_a_deleted_queue_goes_slowly(account: Account, clock: Clock) -> None:
    """For forty seconds no queue of that name can be made."""
    queue = connect(account)[1].get_queue_client("things")
    await queue.create_queue()
    await queue.delete_queue()
    with pytest.raises(ResourceExistsError):
        await queue.create_queue()
    await clock.go_on(40)
    await queue.create_queue()


@pytest.mark.parametrize("name", ["ab", "1abc", "a-b", "a" * 64])
async def test_a_table_needs_a_name(account: Account, name: str) -> None:
    """A table's name has 3 to 63 letters and digits, a letter first."""
    with pytest.raises(ValueError, match="name"):
        await connect(account)[0].create_table(name)
