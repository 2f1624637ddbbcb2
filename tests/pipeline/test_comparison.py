"""A reading beside those before it: the period before, what is older, and week by week."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.cards import card_of
from shared.domain.windows import text
from shared.errors import SourceError
from shared.pipeline import history
from tests.pipeline.bench import CARD, Bench
from tests.pipeline.vendors import START, customer, order


async def _filled(bench: Bench, orders: int = 6, customers: int = 4) -> None:
    bench.orders.knows(*(order(number) for number in range(orders)))
    bench.customers.knows(*(customer(number) for number in range(customers)))
    await bench.round()


async def _publish(bench: Bench, as_of: datetime, value: Any, **changes: Any) -> None:
    """Publish a reading of an earlier instant."""
    reading = await bench.reading()
    name = text(as_of).replace("-", "").replace(":", "")
    latest = {**reading, "evaluation": name, "as_of": text(as_of), "value": value, "status": "attention"}
    await bench.store.readings.publish({**latest, **changes}, [])


async def _compared(bench: Bench) -> dict[str, Any]:
    await bench.evaluate()
    return dict((await bench.reading())["comparison"])


async def test_a_first_reading_has_nothing_to_compare_with(bench: Bench) -> None:
    """Where no reading of the period before is kept, there is no value, and the reason is said."""
    await _filled(bench)
    comparison = (await bench.reading())["comparison"]
    assert (comparison["value"], comparison["change"]) == (None, None)
    assert comparison["why_none"].startswith("no reading of the 7 days up to 2026-04-07T12:00")


@pytest.mark.parametrize(
    ("before", "value", "change"),
    [
        ({"minutes": 0}, 5, -3),
        ({"minutes": -5}, None, None),
        ({"minutes": 14}, 1, 1),
        ({"days": 3}, 2, 0),
        ({"days": 6, "hours": 23}, 9, -7),
        ({"days": 8}, None, None),
    ],
)
async def test_a_reading_is_compared_with_the_one_a_window_before(
    bench: Bench, before: dict[str, int], value: int | None, change: int | None
) -> None:
    """The last reading at or before the same time a window ago, at most a window older, is compared."""
    await _filled(bench)
    now = datetime.fromisoformat((await bench.reading())["as_of"])
    there = now - timedelta(days=7) - timedelta(**before)
    await _publish(bench, there, value or 5)
    await bench.workspace(as_of=now.isoformat())
    comparison = await _compared(bench)
    assert (comparison["value"], comparison["change"]) == (value, change)
    assert comparison["as_of"] == (text(there) if value else None)
    assert bool(comparison["why_none"]) is (value is None)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": "held"}, "no reading"),
        ({"status": "not_configured"}, "no reading"),
        ({"window_days": 30}, "another window"),
        ({"currency": "EUR"}, "another currency"),
    ],
)
async def test_what_does_not_compare_is_not_compared(bench: Bench, changes: dict[str, Any], why: str) -> None:
    """A held reading repeats an older value, and another window or currency counts something else."""
    await _filled(bench)
    now = datetime.fromisoformat((await bench.reading())["as_of"])
    await _publish(bench, now - timedelta(days=7), 5, **changes)
    await bench.workspace(as_of=now.isoformat())
    comparison = await _compared(bench)
    assert comparison["value"] is None
    assert why in comparison["why_none"]


async def test_money_is_compared_as_money(bench: Bench) -> None:
    """The change of an amount is an amount, with its sign."""
    await _filled(bench)
    reading = {**await bench.reading(), "value": "200.25"}
    now = datetime.fromisoformat(reading["as_of"])
    await _publish(bench, now - timedelta(days=7), "1200.50", unit="money")
    card = card_of(CARD)
    assert card is not None
    workspace = await bench.workspace()
    comparison = await history.comparison(bench.store.readings, workspace, card, reading)
    assert (comparison["value"], comparison["change"]) == ("1200.50", "-1000.25")


async def test_a_held_reading_keeps_its_comparison(bench: Bench) -> None:
    """A held card keeps what was said of its last value: comparison and what is older (decision 15)."""
    await _filled(bench)
    judged = await bench.reading()
    bench.orders.trouble[0] = SourceError("out")
    bench.clock.advance(minutes=15)
    await bench.round()
    held = await bench.reading()
    assert held["status"] == "held"
    for name in ("comparison", "older_unresolved"):
        assert held[name] == judged[name] != None  # noqa: E711 - both are the same, and there


@pytest.mark.parametrize(
    ("older_days", "expected"), [(90, (2, 40)), (30, (1, 12)), (3, (0, None)), (0, (None, None))]
)
async def test_what_is_older_stands_beside_the_headline(
    bench: Bench, older_days: int, expected: tuple[int | None, int | None]
) -> None:
    """Who ordered before the window and is still missing counts apart, with the oldest age (decision 2)."""
    await bench.workspace(cards={CARD: {"older_days": older_days}})
    moments = {20: 12, 21: 40, 22: 200, 5: 12, 2: 12}
    bench.orders.knows(
        *(
            replace(order(number), id=f"old {number}", placed_at=text(START - timedelta(days=ago)))
            for number, ago in moments.items()
        )
    )
    await _filled(bench)
    reading = await bench.reading()
    assert reading["value"] == 2
    older = reading["older_unresolved"]
    assert (older["count"], older["oldest_age_days"]) == expected
    assert bool(older["why_none"]) is (older_days == 0)


async def test_weeks_tell_whether_a_count_rises(bench: Bench) -> None:
    """Week by week the last judged value, its change, and nothing where no reading is kept (SAGE-ABS-22)."""
    await _filled(bench)
    now = datetime.fromisoformat((await bench.reading())["as_of"])
    for ago, value, status in ((7, 4, "attention"), (7.5, 8, "alert"), (14, 6, "held"), (21, 1, "ok")):
        await _publish(bench, now - timedelta(days=ago), value, status=status)
    await bench.workspace(as_of=now.isoformat())
    await bench.evaluate()
    card = card_of(CARD)
    assert card is not None
    weeks = await history.weekly(bench.store.readings, await bench.workspace(), card, now, 5)
    assert [each["value"] for each in weeks] == [None, 1, None, 4, 2]
    assert [each["change"] for each in weeks] == [None, None, None, None, -2]
    # The same time of day in London, where the clocks went forward in between.
    assert [each["week_to"][:13] for each in weeks] == [
        "2026-03-17T13",
        "2026-03-24T13",
        "2026-03-31T12",
        "2026-04-07T12",
        "2026-04-14T12",
    ]
    assert [each["status"] for each in weeks][-2:] == ["attention", "attention"]
