"""Polling loses nothing and repeats nothing, whoever tells and asks meanwhile."""

import asyncio
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alerts import Alert, AlertKey
from shared.domain.events import Event, news
from shared.store.tables import Conflict
from tests.pipeline.memory import memory_store

ROLES = ("finance", "marketing", "operations")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.sets(st.sampled_from(ROLES), min_size=1)),
        st.tuples(st.just("collide"), st.sets(st.sampled_from(ROLES), min_size=1)),
        st.tuples(st.just("poll"), st.integers(1, 3)),
        st.tuples(st.just("drop"), st.just(0)),
    ),
    max_size=30,
)


def _event(number: int, roles: set[str]) -> Event:
    moment = f"2026-04-12T03:{number % 60:02}:00Z"
    return Event(number=number, made_at=moment, cards=("x",), roles=tuple(roles), message={"n": number})


@given(steps=STEPS)
def test_each_event_is_given_once_and_in_order(steps: list[tuple[str, Any]]) -> None:
    """What a poller gets, poll by poll, is what it may see of what was told, each once, in its order."""

    async def law() -> None:
        store = memory_store()
        told: list[Event] = []
        got: list[int] = []
        number = 0

        async def tell(at: int, roles: set[str]) -> None:
            made = _event(at, roles)
            await store.alerts.save("acme", [(Alert(key=AlertKey("x", str(len(told)))), "")], event=made)
            told.append(made)

        for what, given_with in steps:
            if what == "tell":
                await tell(await store.events.last("acme") + 1, given_with)
            elif what == "collide":
                last = await store.events.last("acme")
                await tell(last + 1, given_with)
                with suppress(Conflict):
                    await tell(last + 1, given_with)
            elif what == "drop" and number == await store.events.last("acme"):
                await store.events.drop("acme", "9999")
            elif what == "poll":
                newer = await store.events.after("acme", number)
                shown, number = news(newer, number, {"finance"}, "", given_with)
                got += [each.number for each in shown]
        rest = [each.number for each in await store.events.after("acme", number) if each.is_for({"finance"})]
        assert [each.number for each in told if "finance" in each.roles] == got + rest
        assert [each.number for each in told] == list(range(1, len(told) + 1))

    asyncio.run(law())
