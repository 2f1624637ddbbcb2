"""Checks before the first pull: what is missing is told by name, and pulls wait for what is fatal."""

from dataclasses import replace

import pytest

from shared import sources
from shared.errors import BadRecord, ConfigurationError, RetryLater, SourceError
from shared.pipeline import checks, health
from shared.sources.source import Finding, Probe
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import order

MISSING = Finding("scope read_orders", "give it to the app")
PARTIAL = Finding("field vat", "VAT numbers are not read", is_fatal=False)


class Checker:
    """A source's check that finds what the test says."""

    def __init__(self, *findings: Finding, error: Exception | None = None) -> None:
        self.findings, self.error, self.count = findings, error, 0

    async def __call__(self, probe: Probe) -> tuple[Finding, ...]:
        """Look once, by reading."""
        self.count += 1
        await probe.client.get("/scopes")
        if self.error is not None:
            raise self.error
        return self.findings


@pytest.fixture
def shop(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Checker:
    """Give the check of the shop's source."""
    made = Checker()
    first, second = bench.sources
    monkeypatch.setattr(sources, "SOURCES", (replace(first, check=made), second))
    bench.orders.knows(*(order(number) for number in range(3)))
    return made


async def test_a_connection_is_checked_before_its_first_pull_only(bench: Bench, shop: Checker) -> None:
    """One that has passed costs no call any more; other settings are checked anew."""
    await bench.pull()
    await bench.pull("companies")
    await bench.pull()
    assert shop.count == 1
    await bench.workspace(store={"base_url": "https://other.example.com"})
    await bench.pull()
    assert shop.count == 2
    await bench.workspace(store={"token_url": "https://other.example.com"})
    await bench.pull()
    assert shop.count == 3


async def test_what_is_fatal_stops_pulls_and_is_listed(bench: Bench, shop: Checker) -> None:
    """Nothing is read while a scope is missing; its name is told; given, the next pull goes through."""
    shop.findings = (MISSING, PARTIAL)
    await bench.pull()
    assert bench.orders.asked == []
    assert (await bench.checkpoint()).problem == "store: scope read_orders: give it to the app"
    workspace = await bench.workspace()
    shown = (await health.health(bench.services, workspace))[0]["check"]
    assert [each["what"] for each in shown["findings"]] == ["scope read_orders", "field vat"]
    assert not shown["has_passed"]
    shop.findings = (PARTIAL,)
    await bench.pull()
    assert len(await bench.seen()) == 3
    shown = (await health.health(bench.services, workspace))[0]["check"]
    assert (shown["has_passed"], shown["findings"][0]["is_fatal"]) == (True, False)


async def test_a_refused_check_stops_the_pull(bench: Bench, shop: Checker) -> None:
    """Credentials that are refused in the check are refused in the pull."""
    shop.error = ConfigurationError("store refused our credentials (401)")
    await bench.pull()
    assert (await bench.checkpoint()).problem == "store refused our credentials (401)"
    assert bench.orders.asked == []


@pytest.mark.parametrize(
    "error", [SourceError("store answered 404"), KeyError("x"), BadRecord("a", "b", "c")]
)
async def test_a_check_that_cannot_be_made_stops_nothing(
    bench: Bench, shop: Checker, error: Exception
) -> None:
    """Where the check itself fails the pull shows what is really wrong, and the next run checks again."""
    shop.error = error
    await bench.pull()
    assert len(await bench.seen()) == 3
    found = await bench.store.checks.get("shop", "store")
    assert found is not None
    assert found.problem
    await bench.pull()
    assert shop.count == 2


async def test_a_busy_vendor_is_checked_later(bench: Bench, shop: Checker) -> None:
    """A check that is asked to wait lets the pull wait."""
    shop.error = RetryLater("store answered 429", 30)
    await bench.pull()
    assert [each[2] for each in bench.queues.sent] == [30]
    shop.error = None
    await bench.drain()
    assert len(await bench.seen()) == 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"store": {"secrets": {}}}, "secrets.token is missing"),
        ({"store": {"options": {"nonsense": 1}}}, "options.nonsense"),
    ],
    ids=["secret", "option"],
)
async def test_a_check_on_demand_names_what_is_wrong(
    bench: Bench, shop: Checker, change: dict[str, object], why: str
) -> None:
    """Settings that cannot be used are named without a call to the vendor, and kept with their time."""
    workspace = await bench.workspace(**change)
    found = await checks.check(bench.services, workspace, workspace.connections[0])
    assert why in found.problem
    assert (await bench.store.checks.get("shop", "store")) == found
    assert shop.count == 0


async def test_a_source_without_checks_passes(bench: Bench) -> None:
    """Where a source has nothing to look for, settings that can be used are all there is to check."""
    workspace = await bench.workspace()
    found = await checks.check(bench.services, workspace, workspace.connections[1])
    assert (found.findings, found.problem) == ((), "")
