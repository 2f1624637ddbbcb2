"""Digests: due by the workspace's own clock, once for each role, and what they say of the cards."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.alerting.digest import last_due
from shared.alerting.words import sparkline
from shared.domain.exceptions import TIEOUT, Step
from shared.domain.notifications import Digest
from shared.pipeline import digests, upkeep
from shared.store.exception_entities import CardName
from tests.builders import law
from tests.pipeline.office import DOCUMENT, SAGE, Office, row

LONDON = ZoneInfo("Europe/London")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TOLD = {
    "notifications": {
        "digest": {"finance": {"days": ["tuesday"], "at": "08:00"}},
        "hook_secret": "env:SIGNED",
    }
}


@pytest.mark.parametrize(
    ("at", "now", "due"),
    [
        (time(8), "2026-04-14T06:59", "2026-04-07T07:00"),
        (time(8), "2026-04-14T07:00", "2026-04-14T07:00"),
        (time(8), "2026-04-20T23:00", "2026-04-14T07:00"),
        (time(8), "2026-03-24T09:00", "2026-03-24T08:00"),
        (time(8), "2026-03-31T09:00", "2026-03-31T07:00"),
        (time(8), "2026-10-27T09:00", "2026-10-27T08:00"),
    ],
)
def test_when_a_digest_is_due(at: time, now: str, due: str) -> None:
    """Eight in the morning on the wall, whatever the clocks did in between; instants here are UTC."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = last_due(Digest(days=("tuesday",), at=at), LONDON, moment)
    assert found is not None
    assert datetime.fromisoformat(due).replace(tzinfo=UTC) == found


@law
@given(
    st.integers(0, 60 * 24 * 270),
    st.times(),
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_each_day_has_one_digest(minutes: int, at: time, zone: str) -> None:
    """A daily digest is due within the last day and an hour, and who looks often finds each once."""
    daily, place = Digest(days=DAYS, at=at), ZoneInfo(zone)
    first = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    looks = [first + timedelta(minutes=40 * step) for step in range(108)]
    found = [last_due(daily, place, look) for look in looks]
    for look, due in zip(looks, found, strict=True):
        assert due is not None
        assert timedelta(0) <= look - due <= timedelta(hours=25)
    assert 3 <= len({each.astimezone(UTC) for each in found if each}) <= 4


def test_a_digest_without_a_day_is_never_due() -> None:
    """No day, no digest."""
    assert last_due(Digest(days=()), LONDON, datetime(2026, 4, 14, tzinfo=UTC)) is None


async def _office(**changes: Any) -> Office:
    office = Office(document=DOCUMENT | TOLD | changes)
    await office.store.workspaces.put(office.workspace)
    reading = office.judged(rows=2).reading | {
        "window_start": "2026-04-08T00:00:00Z",
        "as_of": "2026-04-14T12:00:00Z",
        "row_count": 2,
        "window_end": "2026-04-14T12:00:00Z",
        "title": "T",
    }
    await office.store.readings.publish(reading, [row(0), row(1)])
    return office


async def test_a_digest_is_made_once() -> None:
    """It is made at the first look after its time, for each recipient once, also by two at the same time."""
    office = await _office()
    office.now = datetime(2026, 4, 14, 6, 59, tzinfo=UTC)
    assert 0 == await digests.make_due(office.services())
    office.now = datetime(2026, 4, 14, 7, 3, tzinfo=UTC)
    assert 1 == await digests.make_due(office.services())
    assert 0 == await digests.make_due(office.services())
    office.now += timedelta(minutes=10)
    assert 0 == await digests.make_due(office.services())
    await office.work_off()
    assert ["sent"] == [each.state for each in await office.deliveries()]
    office.now += timedelta(days=7)
    assert 1 == await digests.make_due(office.services())


@pytest.mark.parametrize(("late", "count"), [(5, 1), (7, 0)])
async def test_a_late_digest_is_made_up_for(late: int, count: int) -> None:
    """Some hours late is better than never; later than that the next one says it all."""
    office = await _office()
    office.now = datetime(2026, 4, 14, 7 + late, tzinfo=UTC)
    assert count == await digests.make_due(office.services())


async def test_nobody_is_told_of_nothing() -> None:
    """Before the first evaluation, in a workspace that is off, or for nobody there is no digest."""
    office = Office(document=DOCUMENT | TOLD)
    office.now = datetime(2026, 4, 14, 8, tzinfo=UTC)
    await office.store.workspaces.put(office.workspace)
    assert 0 == await digests.make_due(office.services())
    assert 0 == await digests.make_due((await _office(enabled=False)).services())
    assert 0 == await digests.make_due((await _office(recipients={})).services())


async def test_what_a_digest_says() -> None:
    """For each card: value, status, what is open, new, resolved in the week, and older than its window."""
    office = await _office()
    name = CardName("shop", SAGE)
    since = {"a": "2026-04-13T09:00:00Z", "b": "2026-04-01T09:00:00Z", "c": "2026-04-13T09:00:00Z"}
    for case_id, at in since.items():
        step = Step(at=at, who=TIEOUT, action="appeared")
        await office.store.exceptions.take(name, case_id, step, summary={"occurred_at": at})
    done = Step(at="2026-04-13T12:00:00Z", who=TIEOUT, action="matched")
    await office.store.exceptions.take(name, "c", done)
    office.now = datetime(2026, 4, 14, 7, 3, tzinfo=UTC)
    await digests.make_due(office.services())
    (delivery,) = await office.deliveries()
    (line,) = delivery.message["lines"]
    assert ("2", "nothing found") == (line["value"], line["status"])
    assert {"open": 2, "new": 1, "resolved": 1, "older": 1} == {
        each: line[each] for each in ("open", "new", "resolved", "older")
    }
    assert 12 == len(line["trend"])
    assert "Buyer" not in str(delivery.message)


def test_a_trend_is_drawn_from_nothing_to_the_highest() -> None:
    """A week without a reading is a dot; the highest is a full bar."""
    assert "\N{LOWER ONE EIGHTH BLOCK}·█" == sparkline([0, None, 9])  # type: ignore[list-item]


async def test_what_was_kept_long_enough_is_dropped() -> None:
    """Deliveries that ended a month ago go, and exceptions resolved longer ago than readings are kept."""
    office = await _office(retention={"readings": 40})
    office.now = datetime(2026, 4, 14, 7, 3, tzinfo=UTC)
    await digests.make_due(office.services())
    name = CardName("shop", SAGE)
    for case_id in ("open", "done"):
        step = Step(at="2026-04-13T09:00:00Z", who=TIEOUT, action="appeared")
        await office.store.exceptions.take(name, case_id, step)
    await office.store.exceptions.take(
        name, "done", Step(at="2026-04-14T09:00:00Z", who=TIEOUT, action="matched")
    )
    office.now += timedelta(days=31)
    assert 0 == await upkeep.drop_old(office.services())
    await office.work_off()
    assert 1 == await upkeep.drop_old(office.services())
    office.now += timedelta(days=10)
    assert 1 == await upkeep.drop_old(office.services())
    assert ["open"] == [each.case.id for each in await office.store.exceptions.every(name)]
    assert ["open"] == [each.exception for each in await office.store.exceptions.log([name])]
