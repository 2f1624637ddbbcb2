"""The doctor's examination of a whole app, over the real store."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared import sources
from shared.domain.deliveries import Attempt, Delivery
from shared.domain.workspace import Workspace
from shared.errors import SourceError
from shared.pipeline.doctor import AREAS, Place, Symptom, examine
from shared.pipeline.doctor.merchants import LATE_EVALUATION
from shared.pipeline.services import Services
from shared.sources.source import Finding, Probe
from shared.store.account import StorageAccount
from shared.store.inspection import QUEUES, TABLES, inspect
from shared.store.store import open_store
from tests.pipeline.bench import Bench


def _place(bench: Bench, storage: StorageAccount, environment: dict[str, str] | None) -> Place:
    @asynccontextmanager
    async def services() -> AsyncIterator[Services]:
        yield bench.services

    return Place(lambda: storage, services, environment)


@pytest.fixture
def storage(emulated: StorageAccount) -> StorageAccount:
    """Give the account that the bench's store is in: the doctor asks it what no store asks."""
    return emulated


async def _found(bench: Bench, storage: StorageAccount, **about: Any) -> list[Symptom]:
    found = (await examine(_place(bench, storage, {}))).found
    return [each for each in found if all(getattr(each, name) == value for name, value in about.items())]


async def test_the_store_makes_the_tables_that_are_looked_for(storage: StorageAccount) -> None:
    """What is looked for in an account is what the store makes, no more and no less."""
    assert frozenset() == (await inspect(storage)).tables
    async with open_store(storage) as store:
        await store.queues.send("pull", {"x": "y"})
    found = await inspect(storage)
    assert {*TABLES} == found.tables
    assert {"pull"} == found.queues.keys()
    assert found.queues["pull"].messages == 1
    assert found.queues["pull"].oldest_at
    assert found.date


async def test_an_app_that_works_has_nothing_wrong(bench: Bench, storage: StorageAccount) -> None:
    """Read and judged within the hour, with its secrets in place: all is well."""
    await bench.round()
    assert [] == await _found(bench, storage, is_wrong=True)


async def test_a_new_app_is_told_what_to_do_first(bench: Bench, storage: StorageAccount) -> None:
    """A workspace that was never read is not ill: it is told to be read and judged."""
    found = await _found(bench, storage)
    assert not any(each.is_wrong for each in found)
    assert {"queues", "streams", "evaluations"} == {each.area for each in found}


async def test_what_goes_wrong_with_a_workspace_is_found(bench: Bench, storage: StorageAccount) -> None:
    """A secret that is gone, a pull that failed, cards that nobody judges, messages that failed."""
    await bench.round()
    bench.clock.advance(minutes=15)
    bench.orders.trouble[0] = SourceError("the shop is out")
    await bench.pull()
    bench.clock.advance(seconds=LATE_EVALUATION.total_seconds())
    attempt = Attempt(at="2026-04-14T12:00:00Z", outcome="the address answered 410")
    lost = Delivery(
        id="d1",
        channel="teams",
        recipient="env:TEAMS",
        role="owner",
        message={},
        made_at="2026-04-14T12:00:00Z",
        state="failed",
        attempts=(attempt,),
    )
    late = replace(lost, id="d2", state="waiting", attempts=())
    bench.clock.advance(hours=2)
    await bench.store.alerts.add_deliveries("shop", [lost, late])
    del bench.environment["TOKEN"]
    found = await _found(bench, storage, is_wrong=True)
    told = {each.area: each for each in found}
    assert {"secrets", "connections", "streams", "evaluations", "deliveries"} == told.keys()
    assert "the secret env:TOKEN is not set" in told["secrets"].message
    assert "TOKEN" in told["secrets"].remedy
    assert any("the shop is out" in each.message for each in found)
    assert {"1 message did", "answered 410", "an hour"} == {
        word
        for word in ("1 message did", "answered 410", "an hour")
        if any(word in each.message for each in found)
    }


async def test_each_finding_of_a_check_is_a_symptom(
    bench: Bench, storage: StorageAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections are checked now; what is only partly missing is not wrong."""

    async def check(_: Probe) -> tuple[Finding, ...]:
        return Finding("scope read_orders", "grant it"), Finding("field note", "not read", is_fatal=False)

    shop, *others = bench.sources
    monkeypatch.setattr(sources, "SOURCES", (replace(shop, check=check), *others))
    found = await _found(bench, storage, area="connections")
    assert [("shop: store: scope read_orders", True), ("shop: store: field note", False)] == [
        (each.about, each.is_wrong) for each in found
    ]


async def test_from_outside_only_what_is_kept_is_looked_at(bench: Bench, storage: StorageAccount) -> None:
    """With the account alone no vendor is asked, no secret is read, and that is said."""
    looked = await examine(_place(bench, storage, None))
    found = looked.found
    assert {*AREAS} - looked.areas == {"settings", "sign-in", "packages"}
    secrets = [each for each in found if each.area == "secrets"]
    assert ["1 reference to app settings cannot be seen from here"] == [each.message for each in secrets]
    assert {"was never checked"} == {each.message for each in found if each.area == "connections"}
    assert not {"settings", "sign-in", "packages"} & {each.area for each in found}
    assert [] == bench.orders.asked


async def test_looking_makes_nothing(storage: StorageAccount, bench: Bench) -> None:
    """An account in which the app never ran is as empty after the look as before."""
    empty = replace(storage, prefix=f"{storage.prefix}x")
    looked = await examine(_place(bench, empty, None))
    found = looked.found
    assert looked.areas == {"storage", "queues"}
    assert [f"table {name}" for name in TABLES] == [each.about for each in found if each.area == "storage"]
    assert len(QUEUES) == len([each for each in found if each.area == "queues"])
    assert frozenset() == (await inspect(empty)).tables


async def test_a_document_that_cannot_run_is_told_by_its_path(bench: Bench, storage: StorageAccount) -> None:
    """What an earlier release took and this one cannot run has its place named."""
    found = await bench.store.workspaces.get("shop")
    assert found
    spoiled = Workspace.model_validate(found[0].model_dump() | {"cards": {"no_such_card": {}}})
    await bench.store.workspaces.put(spoiled)
    (wrong,) = [each for each in await _found(bench, storage, area="workspaces") if "no card" in each.message]
    assert wrong.about == "shop: cards.no_such_card"


async def test_a_look_that_breaks_hides_no_other(
    bench: Bench, storage: StorageAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One area that cannot be looked at is told as such, and the others are there."""

    async def broken(*_: Any) -> None:
        raise LookupError("a value that nobody may see")

    monkeypatch.setattr(type(bench.store.alerts), "deliveries", broken)
    found = await _found(bench, storage)
    assert ["cannot be looked at (LookupError)"] == [
        each.message for each in found if each.area == "deliveries"
    ]
    assert {"streams", "evaluations"} <= {each.area for each in found}


async def test_a_check_that_does_not_end_is_told(
    bench: Bench, storage: StorageAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor that never answers costs the examination no more than its patience."""

    async def check(_: Probe) -> tuple[Finding, ...]:
        import asyncio  # noqa: PLC0415 - it waits for what never comes

        await asyncio.Event().wait()
        return ()

    shop, *others = bench.sources
    monkeypatch.setattr(sources, "SOURCES", (replace(shop, check=check), *others))
    monkeypatch.setattr("shared.pipeline.doctor.merchants.PATIENCE_SECONDS", 0.05)
    found = await _found(bench, storage, area="connections")
    assert ["the check does not end"] == [each.message for each in found]


async def test_a_late_evaluation_is_told_in_minutes(bench: Bench, storage: StorageAccount) -> None:
    """Just in time is no symptom; a minute later is."""
    await bench.round()
    bench.clock.advance(seconds=LATE_EVALUATION.total_seconds() - 60)
    assert [] == await _found(bench, storage, area="evaluations")
    bench.clock.advance(seconds=timedelta(minutes=2).total_seconds())
    (late,) = await _found(bench, storage, area="evaluations")
    assert "minutes ago" in late.message
