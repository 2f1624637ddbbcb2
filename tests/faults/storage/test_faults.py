"""What goes wrong before and after an operation, and the store over an account in memory."""

import asyncio
from random import Random

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ServiceResponseError

from dev.faults.storage import errors
from dev.faults.storage.account import Account, connect
from dev.faults.storage.operations import Again, Calm, Operation, breath
from shared.store.audit import AuditEntry
from shared.store.store import store_over
from shared.store.tables import Conflict
from tests.faults.storage.cases import KEYS
from tests.faults.storage.conftest import Clock


class _Once(Calm):
    """Raises an error once, before or after the first operation that changes something."""

    def __init__(self, error: BaseException, *, is_done: bool) -> None:
        self._error: BaseException | None = error
        self._is_done = is_done

    async def before(self, operation: Operation) -> None:
        await breath()
        if not self._is_done:
            self._raise(operation)

    async def after(self, operation: Operation) -> None:
        if self._is_done:
            self._raise(operation)

    def _raise(self, operation: Operation) -> None:
        error, self._error = self._error, None if operation.writes else self._error
        if error is not None and operation.writes:
            raise error


@pytest.mark.parametrize(
    ("error", "is_done"),
    [(errors.busy(), False), (errors.unsent(), False), (errors.lost(), True), (errors.busy(500), True)],
    ids=["busy", "unsent", "lost", "broken"],
)
async def test_an_error_says_nothing_of_what_was_done(
    account: Account, error: Exception, *, is_done: bool
) -> None:
    """What is raised before an operation leaves nothing; what is raised after it leaves the write."""
    await connect(account)[0].create_table("things")
    failing = connect(account, _Once(error, is_done=is_done))[0].get_table_client("things")
    with pytest.raises(type(error)):
        await failing.create_entity(KEYS)
    assert is_done == (account.rows("things").get("p", "r") is not None)


async def test_a_client_that_asks_again_meets_its_own_write(account: Account) -> None:
    """The library sends a create again whose answer was lost; the store knows its own write by its mark."""
    await connect(account)[0].create_table("things")
    again = connect(account, _Once(Again(), is_done=True))[0].get_table_client("things")
    with pytest.raises(ResourceExistsError):
        await again.create_entity(KEYS)
    store = await store_over(*connect(account))
    failing = await store_over(*connect(account, _Once(Again(), is_done=True)), made=set())
    await failing.recipients._table.replace(KEYS | {"n": 1}, "")
    with pytest.raises(Conflict):
        await store.recipients._table.replace(KEYS | {"n": 2}, "")


async def test_stores_over_two_accounts_share_nothing(clock: Clock) -> None:
    """A store over one account neither sees nor remembers what another has."""
    entry = AuditEntry(at="2026-04-14", who="a", subject="b", id="c", action="d")
    first = await store_over(*connect(Account(clock)))
    await first.audit.add("shop", entry)
    second = await store_over(*connect(Account(clock)))
    assert ([entry], []) == (await first.audit.between("shop"), await second.audit.between("shop"))


async def test_operations_of_others_come_between(account: Account) -> None:
    """Each operation lets the others go on before it: of two who read before they write, one is refused."""
    store = await store_over(*connect(account))
    table = store.recipients._table
    etag = await table.replace(KEYS | {"n": 0}, "")
    seen = await asyncio.gather(table.get("p", "r"), table.get("p", "r"))
    assert [etag, etag] == [each and each["etag"] for each in seen]
    written = await asyncio.gather(
        *(table.replace(KEYS | {"n": number}, etag) for number in (1, 2)), return_exceptions=True
    )
    assert {"str", "Conflict"} == {type(each).__name__ for each in written}


async def test_a_write_is_one_step(account: Account) -> None:
    """Who is cancelled has written all of a transaction or nothing, whatever the instant."""
    table = await connect(account)[0].create_table("things")
    for turns in range(4):
        together = [("create", {"PartitionKey": f"{turns}", "RowKey": row}) for row in "ab"]
        task = asyncio.create_task(table.submit_transaction(together))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        found = [account.rows("things").get(f"{turns}", row) for row in "ab"]
        assert found.count(None) in {0, 2}


async def test_messages_come_in_a_drawn_order(clock: Clock) -> None:
    """A queue keeps no order: with a seed it gives messages in any, and the same seed gives the same."""

    async def order(seed: int) -> list[str]:
        queue = connect(Account(clock, Random(seed)))[1].get_queue_client("work")  # noqa: S311 - drawn
        await queue.create_queue()
        for number in range(8):
            await queue.send_message(f"{number}")
        return [each.content async for each in queue.receive_messages()]

    assert await order(1) == await order(1) != sorted(await order(1))
    assert sorted(await order(1)) == sorted(await order(2))


async def test_the_errors_are_those_of_the_clients() -> None:
    """An error that faults raise is told apart as the clients' own: by its class, its status and its code."""
    assert (503, "ServerBusy") == (errors.busy().status_code, errors.busy().error_code)  # type: ignore[attr-defined]
    assert isinstance(errors.busy(500), HttpResponseError)
    assert isinstance(errors.lost(), ServiceResponseError)
