"""Sequences of operations that are drawn: the account in memory answers each as the emulator does."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from azure.data.tables import EdmType, EntityProperty
from azure.data.tables.aio import TableServiceClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dev.faults.storage.account import Account, connect
from tests.faults.storage.script import Played, Step

ROWS = ["a", "b", "a'b", "ä", "🙂", "\ue000"]
PARTITIONS = ["p", "p q"]
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(lambda value: EntityProperty(value, EdmType.INT64)),
    st.booleans(),
    st.floats(allow_nan=False).map(lambda value: value + 0.0),  # the emulator's zero has no sign
    st.binary(max_size=20),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.datetimes(datetime(1601, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - zone beside it
    st.none(),
)
KEYS = st.fixed_dictionaries({"PartitionKey": st.sampled_from(PARTITIONS), "RowKey": st.sampled_from(ROWS)})
ENTITIES = st.builds(
    lambda keys, values: keys | values, KEYS, st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=3)
)
ASKED = st.sampled_from(["any", "current", "stale", "gone"])
MODES = st.sampled_from(["replace", "merge"])
CHANGES = st.one_of(
    st.builds(lambda entity: Step("create", entity), ENTITIES),
    st.builds(lambda entity, mode: Step("upsert", entity, mode), ENTITIES, MODES),
    st.builds(lambda entity, mode, asked: Step("update", entity, mode, asked), ENTITIES, MODES, ASKED),
    st.builds(lambda keys, asked: Step("delete", keys, asked=asked), KEYS, ASKED),
)


def _in_one_partition(steps: list[Step], partition: str) -> Step:
    return Step(
        "transaction",
        steps=[
            Step(each.verb, {**each.entity, "PartitionKey": partition}, each.mode, each.asked)
            for each in steps
        ],
    )


QUERIES = st.builds(
    lambda text, row, select, most: Step(
        "query", query=text, parameters={"r": row, "p": "p"}, select=select, most=most
    ),
    st.sampled_from(
        [
            "",
            "PartitionKey eq @p",
            "PartitionKey eq @p and RowKey ge @r",
            "PartitionKey eq @p and RowKey lt @r",
            "RowKey eq @r or not (PartitionKey eq @p)",
        ]
    ),
    st.sampled_from(ROWS),
    st.sampled_from([None, ["PartitionKey", "RowKey"]]),
    st.sampled_from([None, 1, 2, 3]),
)
STEPS = st.lists(
    st.one_of(
        CHANGES,
        st.builds(_in_one_partition, st.lists(CHANGES, min_size=1, max_size=4), st.sampled_from(PARTITIONS)),
        st.builds(lambda keys: Step("get", keys), KEYS),
        QUERIES,
    ),
    min_size=4,
    max_size=14,
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """Give an event loop for all examples."""
    with asyncio.Runner() as opened:
        yield opened


@pytest.fixture(scope="module")
def services(azurite: str, runner: asyncio.Runner) -> Iterator[list[TableServiceClient]]:
    """Give the clients of an account in memory, and of the emulator."""

    async def real() -> TableServiceClient:
        return await stack.enter_async_context(TableServiceClient.from_connection_string(azurite))

    stack = AsyncExitStack()
    yield [connect(Account(lambda: datetime.now(UTC)))[0], runner.run(real())]
    runner.run(stack.aclose())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_what_is_drawn_is_answered_alike(
    steps: list[Step], services: list[TableServiceClient], runner: asyncio.Runner
) -> None:
    """After any sequence of creates, changes, deletes, transactions and reads, each was answered alike."""
    name = f"t{uuid4().hex[:20]}"

    async def both() -> list[list[Any]]:
        return [await Played(await each.create_table(name)).outcomes(steps) for each in services]

    memory, emulator = runner.run(both())
    for step, found, expected in zip(steps, memory, emulator, strict=True):
        assert expected == found, step
