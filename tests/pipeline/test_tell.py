"""From readings to messages: who hears of what, once, and what nobody is to hear of."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest

from shared.alerting.decide import acknowledge
from shared.alerting.observe import Judged
from shared.domain.alerts import MISSING_DATA, AlertKey
from shared.pipeline import deliver
from shared.pipeline.tell import tell
from shared.store.alerts import Alerts
from shared.store.tables import Conflict
from tests.pipeline.office import D365, DOCUMENT, GAP, HOOK, SAGE, Office, row

PAST = "Ecom Customers Absent from Sage is past its threshold"
BACK = "Ecom Customers Absent from Sage is back below its threshold"


async def _open(office: Office) -> set[AlertKey]:
    return {about for about, kept in (await office.store.alerts.of("shop")).items() if kept.alert.is_open}


async def test_an_alert_opens_once_and_recovers_once() -> None:
    """Past the threshold one message goes to each recipient, then silence, then one of the recovery."""
    office = Office()
    assert [] == await office.tell(office.judged(rows=10))
    assert [("opened", PAST)] == await office.tell(office.judged(rows=11))
    assert [] == await office.tell(office.judged(rows=11))
    assert [] == await office.tell(office.judged(rows=3))
    assert [("recovered", BACK)] == await office.tell(office.judged(rows=3))
    assert [] == await office.tell(office.judged(rows=3))
    assert {("teams", "env:TEAMS"), ("hook", HOOK)} == {
        (each.channel, each.recipient) for each in await office.deliveries()
    }
    assert 4 == len(await office.deliveries())


async def test_an_evaluation_that_is_told_again_tells_nothing() -> None:
    """The same evaluation twice opens one alert and makes one delivery for each recipient."""
    office = Office()
    judged = office.judged(rows=11)
    await office.tell(judged, minutes=0)
    assert [] == await office.tell(judged)
    assert 2 == len(await office.deliveries())


async def test_a_held_card_tells_only_of_missing_data() -> None:
    """While a card is held its alert stands; one message names the sources, and one their return."""
    office = Office()
    await office.tell(office.judged(rows=11))
    dead = [("ledger", "the last pull of customers of ledger failed"), ("store", "orders of store is stale")]
    told = await office.tell(office.held(SAGE, *dead), office.held(D365, *dead))
    assert [("opened", "Data are missing: ledger, store")] == told
    assert [] == await office.tell(office.held(SAGE, *dead), office.held(D365, *dead))
    assert {AlertKey(SAGE), AlertKey(MISSING_DATA, "ledger"), AlertKey(MISSING_DATA, "store")} == (
        await _open(office)
    )
    told = await office.tell(office.judged(rows=11), office.judged(D365))
    assert [("recovered", "The data are complete again: ledger, store")] == told
    assert {AlertKey(SAGE)} == await _open(office)


async def test_what_was_never_read_is_not_missed() -> None:
    """While a new workspace is read for the first time nobody is told that its data are missing."""
    office = Office()
    waiting = [("ledger", "customers of ledger has not been read yet")]
    assert [] == await office.tell(office.held(SAGE, *waiting, is_awaited=True))
    assert set() == await _open(office)


async def test_a_card_that_breaks_by_itself_is_told_of() -> None:
    """A card that is held though all its inputs are fine is named itself."""
    office = Office()
    broken = office.judged(status="held", waiting_for=["this card could not be judged (KeyError)"])
    assert [("opened", f"Data are missing: {SAGE}")] == await office.tell(broken)


async def test_quiet_rows_leave_the_count() -> None:
    """Ignored and snoozed rows do not count towards the alert, of a subset neither, and are not listed."""
    office = Office()
    rows = [row(number, segment="b2b" if number < 2 else "dtc") for number in range(12)]
    part = [{"name": "b2b", "value": 2, "threshold": "0"}]
    judged = office.judged(rows=rows, subsets=part)
    assert [] == await office.tell(replace(judged, quiet=frozenset({"r0", "r1"})))
    told = await office.tell(replace(office.judged(rows=rows, subsets=part), quiet=frozenset({"r0"})))
    assert {PAST, "Ecom Customers Absent from Sage (B2B) is past its threshold"} == {each[1] for each in told}
    messages = [each.message for each in await office.deliveries()]
    assert {11, 1} == {each["row_count"] for each in messages}
    assert "Buyer 0" not in str(messages)


async def test_a_row_that_is_not_compared_is_not_taken_off() -> None:
    """Where laggards stay out of the alert, keeping one of them quiet changes nothing (decision 4)."""
    card = "ecom_b2b_customers_absent_from_sage_master"
    office = Office(document=DOCUMENT | {"cards": {card: {"alert_basis": "excluding_lag"}}})
    rows = [row(0, cause="lagging"), *(row(number, cause="failed") for number in range(1, 12))]
    judged = replace(office.judged(card, rows, compared="11"), quiet=frozenset({"r0"}))
    assert ["opened"] == [kind for kind, _ in await office.tell(judged)]


def _gap(office: Office, value: str, compared: str) -> Judged:
    figures = {"net_commerce_revenue_amount": "1000.00"}
    return office.judged(GAP, 0, value=value, compared=compared, figures=figures)


@pytest.mark.parametrize(("floor", "kinds"), [(0, ["opened"]), (60, ["opened"]), (61, [])])
async def test_a_percentage_has_a_floor(floor: int, kinds: list[str]) -> None:
    """A gap of six per cent alerts only while the money behind it reaches the floor."""
    cards = {GAP: {"alert": {"money_floor": floor}}}
    office = Office(document=DOCUMENT | {"cards": cards})
    assert kinds == [kind for kind, _ in await office.tell(_gap(office, "60.00", "6.00"))]


async def test_a_quiet_row_takes_its_gap_along() -> None:
    """A gap loses what a quiet row adds to it, and its share is taken anew."""
    office = Office()
    order = row(1, gap="20.00", order="#1", reason_label="Voided")
    judged = office.judged(
        GAP, [order], value="60.00", compared="6.00", figures={"net_commerce_revenue_amount": "1000.00"}
    )
    assert [] == await office.tell(replace(judged, quiet=frozenset({"r1"})))
    assert ["opened"] == [
        kind
        for kind, _ in await office.tell(
            replace(judged, reading=judged.reading | {"evaluated_at": "2026-04-14T12:30:00Z"})
        )
    ]


async def test_a_message_leaves_quiet_rows_out_of_every_figure() -> None:
    """Amount and parts are those of the rows that the value beside them counts."""
    office = Office()
    orders = [
        row(1, gap="200.00", order="#1", reason="voided", reason_label="Voided"),
        row(2, gap="60.00", order="#2", reason="voided", reason_label="Voided"),
        row(3, gap="10.00", order="#3", reason="unknown", reason_label="Unknown"),
    ]
    breakdown = [
        {"dimension": "reason", "code": code, "label": code.title(), "gap_amount": "1.00"}
        for code in ("voided", "unknown")
    ]
    figures = {"net_commerce_revenue_amount": "1000.00"}
    judged = office.judged(
        GAP, orders, value="270.00", compared="27.00", figures=figures, breakdown=breakdown
    )
    await office.tell(replace(judged, quiet=frozenset({"r1", "r3"})))
    message = (await office.deliveries())[0].message
    assert {"Now": "6 %", "Amount": "GBP 60.00"}.items() <= dict(message["facts"]).items()
    assert [{"label": "Voided", "value": "GBP 60.00"}] == message["parts"]


QUIET = {"quiet_hours": {"begins": "20:00", "ends": "07:00"}, "hook_secret": "env:SIGNED"}


@pytest.mark.parametrize(("rows", "hours"), [(11, 8), (60, 0)])
async def test_quiet_hours_hold_back_all_but_critical(rows: int, hours: float) -> None:
    """At eleven in the evening what is critical goes out; the rest at seven, by the workspace's zone."""
    office = Office(document=DOCUMENT | {"notifications": QUIET})
    office.now = datetime(2026, 4, 14, 22, tzinfo=UTC)
    await office.tell(office.judged(rows=rows), minutes=0)
    assert {hours * 3600} == {delay for _, _, delay in office.sent}
    await deliver.deliver(office.services(), "shop", office.sent[0][1]["delivery"])
    assert bool(hours) != bool(office.taken)
    await office.work_off()
    assert 2 == len(office.taken)


async def test_a_person_is_not_overruled() -> None:
    """Who acknowledges while an evaluation is told is heard: it is decided anew, and nothing told twice."""
    office = Office()
    await office.tell(office.judged(rows=11), office.judged(D365))
    saved, cut_in = Alerts.save, list[int]()

    async def save(self: Alerts, workspace: str, alerts: Any, out: Any = (), event: Any = None) -> None:
        if not cut_in and alerts[0][0].key == AlertKey(SAGE):
            cut_in.append(1)
            kept = await self.get("shop", AlertKey(SAGE))
            assert kept is not None
            await saved(self, "shop", [(acknowledge(kept.alert, "ann"), kept.etag)])
        await saved(self, workspace, alerts, out, event)

    with mock.patch.object(Alerts, "save", save):
        told = await office.tell(office.judged(rows=60), office.judged(D365, rows=11))
    assert ["Ecom Customers Absent from D365 is past its threshold"] == [heading for _, heading in told]
    kept = await office.store.alerts.get("shop", AlertKey(SAGE))
    assert kept is not None
    assert ("acknowledged", "60") == (kept.alert.state, str(kept.alert.value))
    queued = {message["delivery"] for _, message, _ in office.sent}
    assert queued == {each.id for each in await office.deliveries()}


async def test_two_instances_tell_once() -> None:
    """Two instances with the same evaluation: the second finds it told, or is refused and finds it then."""
    office = Office()
    judged = [office.judged(rows=11)]
    refused: list[int] = []
    saved = Alerts.save

    async def save(self: Alerts, workspace: str, alerts: Any, out: Any = (), event: Any = None) -> None:
        if not refused:
            refused.append(1)
            await tell(office.services(), office.workspace, judged)
        try:
            await saved(self, workspace, alerts, out, event)
        except Conflict:
            refused.append(2)
            raise

    with mock.patch.object(Alerts, "save", save):
        assert 0 == await tell(office.services(), office.workspace, judged)
    assert [1, 2] == refused
    assert 2 == len(await office.deliveries()) == len(office.sent)


async def test_names_stay_inside() -> None:
    """With names switched off no message has a name or an email, and none has the rows as CSV."""
    notifications = {"show_names": False, "hook_secret": "env:SIGNED"}
    office = Office(document=DOCUMENT | {"notifications": notifications})
    await office.tell(
        office.judged(
            rows=[row(n, name=f"Zelda {n}", action=f"Ask Zelda {n}: x@y.example") for n in range(12)]
        )
    )
    for each in await office.deliveries():
        assert 5 == len(each.message["rows"])
        assert "Zelda" not in str(each.message)
        assert "@" not in str(each.message)


async def test_a_storm_larger_than_one_write_is_told_of_once() -> None:
    """A hundred and twenty dead sources are one message to each recipient, and an alert each."""
    office = Office()
    dead = [(f"source-{number}", "it is out") for number in range(120)]
    assert 1 == len(await office.tell(office.held(SAGE, *dead)))
    assert 120 == len(await _open(office))
    assert 2 == len(await office.deliveries())
