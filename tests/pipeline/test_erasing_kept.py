"""What a process keeps to answer quickly goes with what was stored of an erased person."""

import json
from dataclasses import replace

import pytest

from shared.domain.exceptions import Step
from shared.domain.windows import text
from shared.store.exception_entities import CardName
from shared.store.standing import Standing
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.marked import EMAIL, erase, scene


@pytest.fixture
async def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Give a bench in memory where Ann and Bob have ordered, and people have worked on it."""
    return await scene(monkeypatch)


async def test_rows_that_were_read_before_are_read_again(bench: Bench) -> None:
    """What a process keeps of rows to answer quickly goes with what was stored of them."""

    async def shown() -> str:
        rows = await bench.store.readings.stored_rows("shop", CARD, "20260414T120000Z")
        return json.dumps([await rows.columns(["name", "email"]), await rows.at([0, 1])])

    assert "Ann Marked" in await shown()
    await erase(bench)
    assert "Ann Marked" not in await shown()
    assert "Bob Other" in await shown()


async def test_a_reading_that_was_read_before_is_read_again(bench: Bench) -> None:
    """What a process keeps of a reading goes with what was stored of it."""
    readings = bench.store.readings
    found = (await readings.stored("shop", CARD) or {}) | {"workspace": "shop", "card": CARD}
    version = await readings.publish(found | {"evaluation": "E9", "note": f"told to {EMAIL}"}, None)
    await readings.stand(
        "shop", Standing(etag=(await readings.standing("shop")).etag, versions={CARD: version})
    )
    assert EMAIL in json.dumps(await readings.latest("shop", CARD))
    await erase(bench)
    after = await readings.latest("shop", CARD)
    assert after is not None
    assert EMAIL not in json.dumps(after)


async def test_what_people_did_is_read_again(bench: Bench) -> None:
    """What a process keeps of how people's exceptions stand goes with what was stored of them."""
    name = CardName("shop", CARD)
    bobs = Step(at=text(bench.clock()), who="carl", action="assign", assignee="bob@example.com")
    await bench.store.exceptions.take(name, "row-of-a", replace(bobs, assignee=EMAIL))
    await bench.store.exceptions.take(name, "row-of-b", bobs)

    async def assignees() -> list[str]:
        return [each.assignee for each in (await bench.store.exceptions.touched(name)).values()]

    assert [EMAIL, "bob@example.com"] == await assignees()
    await erase(bench)
    first, second = await assignees()
    assert EMAIL not in first
    assert "bob@example.com" == second
