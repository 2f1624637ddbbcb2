"""Flows are called for each change of an alert that their makers may see, until they are gone."""

import json

import pytest

from shared.domain.hooks import MOST_HOOKS, Hook, new_id
from shared.pipeline import flows
from shared.pipeline.tell import tell
from tests.pipeline.office import D365, DOCUMENT, SAGE, Office

ADDRESS = "https://prod-02.westeurope.logic.azure.com/workflows/2/run?sig=secret-part"
QUIET = DOCUMENT | {"recipients": {}}


def _hook(*roles: str, card: str = "", address: str = ADDRESS, made_by: str = "user:1") -> Hook:
    return Hook(
        id=new_id(), address=address, card=card, roles=roles, made_by=made_by, made_at="2026-04-14T00:00:00Z"
    )


async def _office(*hooks: Hook) -> Office:
    office = Office(document=QUIET)
    for each in hooks:
        await office.store.hooks.add("shop", each)
    return office


async def test_a_flow_is_called_for_each_change() -> None:
    """Opened and recovered each call it once, with what flows get; between them nothing does."""
    office = await _office(_hook("finance"))
    for rows in (10, 11, 11, 3, 3, 3):
        await office.tell(office.judged(rows=rows))
    await office.work_off()
    bodies = [json.loads(each.content) for each in office.taken]
    assert [("opened", SAGE), ("recovered", SAGE)] == [(each["kind"], each["card"]) for each in bodies]
    assert {ADDRESS} == {str(each.url) for each in office.taken}
    assert "Buyer 0" not in str(bodies)
    assert len({each["id"] for each in bodies}) == 2


async def test_a_flow_hears_what_its_maker_may_see() -> None:
    """Roles of the card and the card that was asked for say which flows are called."""
    hooks = (_hook("marketing"), _hook("finance", card=D365), _hook("finance", card=SAGE))
    office = await _office(*hooks)
    await office.tell(office.judged(rows=11))
    assert {f"flow:{hooks[2].id}"} == {each.recipient for each in await office.deliveries()}


async def test_quiet_hours_are_for_people() -> None:
    """A flow is called at once, whatever the hour."""
    office = await _office(_hook("finance"))
    quiet = {"begins": "00:00", "ends": "23:59"}
    office.document = QUIET | {"notifications": {"quiet_hours": quiet}}
    await office.tell(office.judged(rows=11))
    assert [""] == [each.not_before for each in await office.deliveries()]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_flow_that_is_gone_is_removed(status: int) -> None:
    """404 and 410 end the hook, with an entry in the log that does not show its address."""
    office = await _office(_hook("finance"))
    await office.tell(office.judged(rows=11))
    office.statuses = [status]
    await office.work_off()
    assert [] == await office.store.hooks.of("shop")
    log = await office.store.audit.between("shop")
    assert [("hook", "remove", "tieout")] == [(each.subject, each.action, each.who) for each in log]
    [failed] = await office.deliveries()
    assert "failed" == failed.state
    assert "secret-part" not in f"{log} {failed}"


async def test_a_flow_that_is_busy_is_called_again() -> None:
    """503 is tried again until it is taken, as every message is."""
    office = await _office(_hook("finance"))
    await office.tell(office.judged(rows=11))
    office.statuses = [503] * 7
    await office.work_off()
    assert ["sent"] == [each.state for each in await office.deliveries()]
    assert 1 == len(await office.store.hooks.of("shop"))


async def test_an_address_that_is_not_allowed_any_more_is_not_called() -> None:
    """What is called is checked when it is called, not only when it is registered."""
    office = await _office(_hook("finance", address="https://elsewhere.example.com/"))
    await office.tell(office.judged(rows=11))
    await office.work_off()
    assert [] == office.taken
    assert ["failed"] == [each.state for each in await office.deliveries()]


async def test_a_removed_hook_is_not_called() -> None:
    """A call that waits when its hook is removed is not made."""
    hook = _hook("finance")
    office = await _office(hook)
    await office.tell(office.judged(rows=11))
    await flows.remove(office.services(), "shop", hook, "user:1")
    await office.work_off()
    assert [] == office.taken


async def test_more_hooks_than_may_be_do_not_stop_alerts() -> None:
    """Two that are registered at one instant may be one too many: what is told still fits one write."""
    office = await _office(*(_hook("finance") for _ in range(MOST_HOOKS + 2)))
    await office.tell(office.judged(rows=11))
    assert MOST_HOOKS == len(await office.deliveries())


async def test_what_is_told_is_kept_for_whoever_asks() -> None:
    """Each message is one event, numbered in its order, whether or not anyone is called."""
    office = await _office()
    await office.tell(office.judged(rows=11), office.judged(D365, rows=11))
    await tell(office.services(), office.workspace, [office.judged(rows=60)])
    kept = await office.store.events.after("shop", 0)
    assert [1, 2, 3] == [each.number for each in kept]
    assert ["opened", "opened", "severity_rose"] == [each.message["kind"] for each in kept]


def test_an_address_is_not_shown() -> None:
    """A hook in a log line or a trace shows no address."""
    assert "secret-part" not in repr(_hook("finance"))
