"""Delivering: at least once, and never again once it was taken, whatever is repeated, late or refused."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.alerting.channels import teams
from shared.domain.alerts import UNDELIVERED, AlertKey
from shared.domain.deliveries import Delivery
from shared.domain.windows import text
from shared.errors import ConfigurationError, RetryLater
from shared.pipeline import deliver, send
from shared.sources.http import VendorClient
from tests.builders import law
from tests.pipeline.dawdling import dawdling
from tests.pipeline.mortal import Death, Life, mortal
from tests.pipeline.office import HOOK, START, Office

MESSAGE = {"kind": "opened", "title": "T", "heading": "H", "card": "missing_data", "evaluation": ""}


def _delivery(number: int = 1, **changes: Any) -> Delivery:
    fields: dict[str, Any] = {
        "id": f"{number:032x}",
        "channel": "hook",
        "recipient": HOOK,
        "role": "owner",
        "message": MESSAGE,
        "made_at": text(START),
    }
    return Delivery(**fields | changes)


async def _office(*deliveries: Delivery) -> Office:
    office = Office()
    await office.store.workspaces.put(office.workspace)
    await office.store.alerts.add_deliveries("shop", deliveries)
    await deliver.enqueue(office.services(), "shop", list(deliveries))
    return office


async def _state(office: Office, number: int = 1) -> Delivery:
    found = await office.store.alerts.delivery("shop", f"{number:032x}")
    assert found is not None
    return found[0]


async def _deliver(office: Office, number: int = 1) -> None:
    await deliver.deliver(office.services(), "shop", f"{number:032x}")


@dataclass(frozen=True)
class Event:
    """What happens to a delivery."""

    kind: str
    number: int = 0


EVENTS = st.lists(
    st.one_of(
        st.builds(Event, st.just("message")),
        st.builds(Event, st.just("at once"), st.integers(2, 3)),
        st.builds(Event, st.just("status"), st.sampled_from([429, 500, 404, 401, 408])),
        st.builds(Event, st.just("die before"), st.integers(1, 4)),
        st.builds(Event, st.just("time"), st.sampled_from([1, 20, 120])),
        st.builds(Event, st.just("poison")),
        st.builds(Event, st.just("again")),
        st.builds(Event, st.just("catch up")),
    ),
    max_size=10,
)


async def _meet(office: Office, event: Event) -> bool:
    """Let an event happen; say whether a process died that may have sent."""
    name = f"{1:032x}"
    match event.kind:
        case "message":
            await _deliver(office)
        case "at once":
            stores = [dawdling(office.store, 1 + number // 2) for number in range(event.number)]
            await asyncio.gather(*(deliver.deliver(office.services(store), "shop", name) for store in stores))
        case "status":
            office.statuses += [event.number] * 5
        case "time":
            office.now += timedelta(minutes=event.number)
        case "poison":
            await deliver.note_poison(office.services(), "shop", name)
        case "again":
            await deliver.send_again(office.services(), "shop", name)
        case "catch up":
            await deliver.catch_up(office.services())
        case _:
            store, taken = mortal(office.store, Life(event.number, is_last_one_done=False)), len(office.taken)
            try:
                await deliver.deliver(office.services(store), "shop", name)
            except Death:
                return len(office.taken) > taken
    return False


@law
@given(EVENTS)
def test_what_was_taken_is_not_sent_again(events: list[Event]) -> None:
    """However often it is asked for, a delivery is taken once, and in the end it is sent or failed for good.

    The one exception: a process that dies between sending and noting it, after which nobody can know.
    """

    async def history() -> None:
        office = await _office(_delivery())
        unknown = 0
        for event in events:
            unknown += await _meet(office, event)
        office.statuses.clear()
        office.now += timedelta(hours=2)
        await deliver.catch_up(office.services())
        await office.work_off()
        ended = await _state(office)
        assert ended.state in {"sent", "failed"}
        assert len(office.taken) <= 1 + unknown
        assert ended.state == "failed" or office.taken
        assert {f"{1:032x}"} >= {request.headers["tieout-delivery"] for request in office.taken}

    asyncio.run(history())


async def test_a_busy_channel_is_tried_later_and_not_for_ever() -> None:
    """Each attempt is noted; the waits grow, an earlier message sends nothing, and the eighth is the last."""
    office = await _office(_delivery())
    office.statuses = [500] * 500
    await _deliver(office)
    waiting = await _state(office)
    assert ("waiting", text(START + timedelta(minutes=1))) == (waiting.state, waiting.not_before)
    left = len(office.statuses)
    await _deliver(office)
    assert left == len(office.statuses)
    await office.work_off()
    failed = await _state(office)
    assert ("failed", deliver.MOST_ATTEMPTS) == (failed.state, len(failed.attempts))
    assert all("answered 500" in each.outcome for each in failed.attempts)
    assert "invented" not in str(failed.attempts)


async def test_a_channel_that_asks_to_wait_is_left_alone() -> None:
    """Until the time that a 429 names, nothing is sent, whatever message comes."""
    office = await _office(_delivery())

    async def refuse(*_: Any, **__: Any) -> None:
        raise RetryLater("teams answered 429", 600)

    with mock.patch.object(VendorClient, "send", refuse):
        await _deliver(office)
    await _deliver(office)
    assert [] == office.taken
    await office.work_off()
    assert 1 == len(office.taken)
    assert office.now >= START + timedelta(minutes=10)


async def test_what_breaks_the_notifier_comes_to_the_poison_queue() -> None:
    """A delivery that breaks the notifier raises each time it comes, and is noted as failed at last."""
    office = await _office(_delivery(message={}, channel="teams", recipient="env:TEAMS"))
    for _ in range(3):
        with pytest.raises(KeyError):
            await _deliver(office)
    assert "waiting" == (await _state(office)).state
    await deliver.note_poison(office.services(), "shop", f"{1:032x}")
    failed = await _state(office)
    assert ("failed", 1) == (failed.state, len(failed.attempts))
    assert await deliver.send_again(office.services(), "shop", f"{1:032x}") is not None


async def test_a_hook_is_given_up_told_of_and_reached_again() -> None:
    """After five failures a hook gets nothing more; the owner is told, until one sent by hand arrives."""
    office = await _office(*(_delivery(number) for number in range(7)))
    office.statuses = [404] * 5
    await office.work_off()
    assert [] == office.statuses
    assert [] == office.taken
    assert "given up" in (await _state(office, 6)).attempts[-1].outcome
    told = await office.tell(office.judged())
    assert [("opened", f"Messages do not arrive: {HOOK}")] == told
    assert {"owner"} == {each.role for each in await office.deliveries() if each.message["kind"] == "opened"}
    await deliver.send_again(office.services(), "shop", f"{3:032x}")
    await office.work_off()
    assert "sent" == (await _state(office, 3)).state
    assert [("recovered", f"Messages arrive again: {HOOK}")] == await office.tell(office.judged())
    assert AlertKey(UNDELIVERED, HOOK) in await office.store.alerts.of("shop")
    await office.work_off()
    assert "sent" == (await office.deliveries())[-1].state


async def test_others_are_not_given_up() -> None:
    """A Teams channel that failed five times is tried again: only hooks are given up."""
    office = await _office(*(_delivery(n, channel="teams", recipient="env:TEAMS") for n in range(6)))
    office.statuses = [404] * 30
    with mock.patch.object(teams, "post_of", return_value={}):
        await office.work_off()
    assert 24 == len(office.statuses)


async def test_what_lost_its_message_is_asked_for_again() -> None:
    """A delivery that is due for a while and was never asked for is asked for; one that is not due is not."""
    office = await _office()
    later = text(START + timedelta(hours=8))
    await office.store.alerts.add_deliveries("shop", [_delivery(1), _delivery(2, not_before=later)])
    assert 0 == await deliver.catch_up(office.services())
    office.now += timedelta(minutes=16)
    assert 1 == await deliver.catch_up(office.services())
    await office.work_off()
    assert ["sent", "waiting"] == [(await _state(office, number)).state for number in (1, 2)]


async def test_an_unknown_delivery_is_let_go() -> None:
    """A message that names no delivery, or no workspace, ends there."""
    office = await _office()
    await _deliver(office)
    await deliver.deliver(office.services(), "moss", f"{1:032x}")
    await deliver.note_poison(office.services(), "shop", f"{1:032x}")
    assert await deliver.send_again(office.services(), "shop", f"{1:032x}") is None
    assert [] == office.taken


@pytest.mark.parametrize(
    ("delivery", "why"),
    [
        (_delivery(channel="email", recipient="ann@example.com"), "notifications.mail is missing"),
        (_delivery(channel="teams", recipient=HOOK), "no Teams workflow's"),
    ],
)
async def test_settings_that_do_not_do_are_named(delivery: Delivery, why: str) -> None:
    """A wrong setting fails the delivery at once, and says which one it is."""
    office = await _office(delivery)
    await office.work_off()
    failed = await _state(office)
    assert "failed" == failed.state
    assert why in failed.attempts[0].outcome


@pytest.mark.parametrize("name", ["endpoint", "token_url"])
async def test_no_secret_of_mail_goes_over_plain_http(name: str) -> None:
    """Mail whose addresses are not https is refused before a secret goes out."""
    mail = {
        "sender": "alerts@shop.example",
        "tenant_id": "shop.example",
        "secrets": {"client_id": "env:SIGNED", "client_secret": "env:SIGNED"},
        name: "http://mail.example",
    }
    office = await _office(_delivery(channel="email", recipient="ann@example.com", message={}))
    office.document = office.document | {"notifications": {"mail": mail}}
    message = {
        "kind": "digest",
        "workspace": "shop",
        "heading": "H",
        "card": "digest",
        "lines": [],
        "links": {},
    }
    one = replace(_delivery(channel="email", recipient="a@b.example"), message=message)
    with pytest.raises(ConfigurationError, match=name):
        await send.send(office.services(), office.workspace, one)


async def test_what_goes_one_way_shares_its_budget() -> None:
    """Two messages to one workflow go by one budget, which keeps them a second apart."""
    office, accesses = Office(), []
    services = office.services()
    known = services.connect

    def connect(access: Any, name: str) -> VendorClient:
        accesses.append(access)
        return known(access, name)

    services = replace(services, connect=connect)
    card = _delivery(channel="teams", recipient="env:TEAMS")
    with mock.patch.object(teams, "post_of", return_value={}):
        for each in (card, card, _delivery()):
            await send.send(services, office.workspace, each)
    first, second, other = (each.pace for each in accesses)
    assert first is second
    assert first is not other
    assert (1, 1) == (first.limit.capacity, first.limit.per_second)
