"""Tables: what is written comes back as it was, and two writers do not overwrite each other."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError, ServiceRequestError
from azure.core.pipeline.transport import AioHttpTransport

from shared.store.tables import LARGEST_TRANSACTION, Conflict, Table

KEYS = {"PartitionKey": "p", "RowKey": "r"}
NOISE = random.Random(1).randbytes(60_000)  # noqa: S311 - noise that does not compress


async def _read(table: Table) -> dict[str, Any]:
    entity = await table.get("p", "r")
    assert entity is not None
    return entity


@pytest.mark.parametrize("value", [0, -1, 2**31 - 1, -(2**31), 2**31, -(2**31) - 1, 2**63 - 1, -(2**63)])
async def test_integers_keep_their_value(table: Table, value: int) -> None:
    """An integer comes back as it was, beyond 32 bits too: money in ten-thousandths soon is."""
    await table.put({**KEYS, "n": value})
    assert value == (await _read(table))["n"]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 4, 14, 9, 30, tzinfo=UTC),
        datetime(2026, 4, 14, 9, 30, 0, 1, tzinfo=UTC),
        datetime(2026, 4, 14, 9, 30, 59, 999_999, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
async def test_instants_come_back_in_utc(table: Table, moment: datetime) -> None:
    """An instant comes back as the same instant, to the microsecond, in UTC."""
    await table.put({**KEYS, "at": moment})
    found = (await _read(table))["at"]
    assert moment == found
    assert found.tzinfo == UTC
    await table.put({**KEYS, "at": found + timedelta(hours=1)})
    assert moment + timedelta(hours=1) == (await _read(table))["at"]


async def test_values_of_all_kinds_come_back(table: Table) -> None:
    """Texts, bytes and claims come back as they were, and without a property nothing is there."""
    values = {"text": "ÄÖ 漢字 🙂 \"'", "empty": "", "binary": b"\x00\xff", "yes": True, "no": False}
    await table.put({**KEYS, **values})
    assert values == {name: value for name, value in (await _read(table)).items() if name in values}
    await table.put({**KEYS, "text": "only"})
    assert {*KEYS, "text", "etag"} == set(await _read(table))


async def test_bytes_that_are_named_come_back_alike(table: Table) -> None:
    """A range of which is told what is bytes gives the same as one of which it is not, but for the etags."""
    for number, noise in enumerate((NOISE, b"", b"\x00\xff")):
        await table.put({"PartitionKey": "p", "RowKey": f"r{number}", "a": noise, "b": "YWJj", "n": number})
    select = ["RowKey", "a", "b", "c", "n"]
    plain = [each async for each in table.between("p", select=select)]
    quick = [each async for each in table.between("p", select=select, binary=("a", "c"))]
    assert [{**each, "etag": ""} for each in plain] == [{**each, "etag": ""} for each in quick]


async def test_a_stale_etag_is_a_conflict(table: Table) -> None:
    """Who read before another wrote may not write; who read after it may."""
    first = await table.replace({**KEYS, "n": 1}, "")
    second = await table.replace({**KEYS, "n": 2}, first)
    with pytest.raises(Conflict):
        await table.replace({**KEYS, "n": 3}, first)
    assert (await _read(table))["n"] == 2
    assert second == (await _read(table))["etag"]
    await table.replace({**KEYS, "n": 3}, second)
    assert (await _read(table))["n"] == 3


async def test_only_one_creates_an_entity(table: Table) -> None:
    """Of two who find nothing there, one creates it and the other has a conflict."""
    await table.replace({**KEYS, "n": 1}, "")
    with pytest.raises(Conflict):
        await table.replace({**KEYS, "n": 2}, "")
    assert (await _read(table))["n"] == 1


async def test_what_was_deleted_is_not_brought_back(table: Table) -> None:
    """An etag of what is gone is a conflict; deleting what is not there is fine."""
    etag = await table.replace({**KEYS, "n": 1}, "")
    await table.delete("p", "r")
    await table.delete("p", "r")
    with pytest.raises(Conflict):
        await table.replace({**KEYS, "n": 2}, etag)
    assert await table.get("p", "r") is None


async def test_a_missing_table_is_no_conflict(table: Table) -> None:
    """Whoever tries again on a conflict must not do so forever where the table itself is gone."""
    await table._client.delete_table()
    with pytest.raises(ResourceNotFoundError):
        await table.replace({**KEYS, "n": 1}, "")


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
async def test_any_number_is_written_together(table: Table, count: int) -> None:
    """A transaction takes 100 entities; more go out in several, and all arrive in the order of their keys."""
    entities = [{"PartitionKey": "p", "RowKey": f"{number:04}", "n": number} for number in range(count)]
    await table.put_all(entities)
    assert list(range(count)) == [each["n"] async for each in table.between("p")]


async def test_more_than_a_page_of_entities_is_read(table: Table) -> None:
    """A query gives 1,000 entities at a time; reading goes on to the last."""
    await table.put_all({"PartitionKey": "p", "RowKey": f"{number:05}"} for number in range(1_001))
    assert len([each async for each in table.between("p")]) == 1_001


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize(
    "large",
    [
        {f"part{n:02}": NOISE for n in range(2)},
        {"part": NOISE},
        {"text": "漢" * 32_000},
        {"text": "🙂" * 16_000},
    ],
    ids=["binaries", "binary", "signs", "emoji"],
)
async def test_a_transaction_stays_under_four_megabytes(
    table: Table, large: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Azure refuses transactions of more than 4 MiB as they are sent: in base64, escaped, and framed."""
    sent: list[int] = []
    transport: Any = table._client._client._client._pipeline._transport
    send = transport.send

    async def weigh(request: Any, **options: Any) -> Any:
        sent.append(len(request.data or b""))
        return await send(request, **options)

    monkeypatch.setattr(transport, "send", weigh)
    await table.put_all({"PartitionKey": "p", "RowKey": f"{number:03}", **large} for number in range(60))
    assert max(sent) <= 4 * 1024 * 1024
    assert max(sent) > LARGEST_TRANSACTION // 2, "transactions are not smaller than they need be"
    monkeypatch.undo()
    assert len([each async for each in table.between("p", select=["RowKey"])]) == 60


async def test_a_range_has_its_first_and_not_its_last(table: Table) -> None:
    """A range of row keys is half open, and quotes and blanks in keys do not end it."""
    rows = ["a", "a|1", "a|2", "a|2 it's", "b", "c"]
    await table.put_all({"PartitionKey": "o'p q", "RowKey": row} for row in rows)
    found = [each["RowKey"] async for each in table.between("o'p q", "a|", "a}")]
    assert found == ["a|1", "a|2", "a|2 it's"]
    assert [each["RowKey"] async for each in table.between("o'p q", "b")] == ["b", "c"]
    assert [each["RowKey"] async for each in table.between("o'p q", last="a|2")] == ["a", "a|1"]


WRITES: dict[str, Callable[[Table], Awaitable[object]]] = {
    "created": lambda table: table.replace(KEYS | {"n": 1}, ""),
    "together": lambda table: table.change_together([(KEYS | {"n": 1}, "")]),
    "all": lambda table: table.put_all([KEYS | {"n": 1}]),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("arrives", [False, True], ids=["request is lost", "answer is lost"])
async def test_a_connection_that_breaks_loses_no_write(
    table: Table,
    write: Callable[[Table], Awaitable[object]],
    arrives: bool,  # noqa: FBT001 - given by pytest
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A connection that was idle is let go of by the other side: what was sent over it is sent again."""
    send, lost = AioHttpTransport.send, list[str]()

    async def breaking(transport: AioHttpTransport, request: Any, **options: Any) -> Any:
        if lost or request.method != "POST":
            return await send(transport, request, **options)
        lost.append(request.url)
        if arrives:
            await send(transport, request, **options)
        raise ServiceRequestError("Server disconnected")

    monkeypatch.setattr(AioHttpTransport, "send", breaking)
    await write(table)
    assert len(lost) == 1
    assert (await _read(table))["n"] == 1
