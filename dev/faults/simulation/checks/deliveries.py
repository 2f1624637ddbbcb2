"""Everything that is told arrives, and no oftener than nobody can help.

A delivery may arrive again only where whoever sent it ended before the note of it was due, got no answer,
or could not note that it was sent: from there nobody can know whether it arrived.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

import httpx

from dev.faults.simulation.checks.endings import Ending
from dev.faults.simulation.clock import told
from dev.faults.simulation.journal import Journal, Taken
from dev.faults.simulation.world import ADDRESS
from shared.alerting.adaptive_card import post_of
from shared.domain.deliveries import Delivery
from shared.pipeline.deliver import MOST_ATTEMPTS

_NOTED_WITHIN = 10.0
"""Seconds after which whoever sent a delivery has noted it: half a call, and a write that is slow twice."""


async def broken(ending: Ending) -> AsyncIterator[str]:
    """Say what did not arrive, and what arrived once too often."""
    store, journal = ending.services.store, ending.ground.journal
    deliveries = await store.alerts.deliveries(ending.workspace)
    events = await store.events.after(ending.workspace, 0)
    for event in events:
        mine = [each for each in deliveries if each.message == event.message]
        if not mine or len({each.recipient for each in mine}) != len(mine):
            yield f"the event {event.number} has the deliveries {[each.recipient for each in mine]}"
    told_of = [event.message for event in events]
    arrived: dict[str, list[Delivery]] = {}
    for each in deliveries:
        arrived.setdefault(_name_at_receiver(each), []).append(each)
    for name in {each.delivery for each in journal.taken} - arrived.keys():
        yield f"{name} arrived, and nobody was to be told so"
    for name, same in arrived.items():
        takes = [taken for taken in journal.taken if taken.delivery == name]
        what = f"{same[0].message['heading']} to {same[0].recipient}"
        if any(each.message not in told_of for each in same):
            yield f"{what}: there is no such event"
        for problem in _problems(same, takes, journal):
            yield f"{what}: {problem}"


def _problems(same: list[Delivery], takes: list[Taken], journal: Journal) -> Iterator[str]:
    """Say what is wrong with deliveries that say the same, word for word, to the same recipient.

    An alert that opens again within a minute may say so: then each of them may arrive once.
    """
    for delivery in same:
        if delivery.state not in {"sent", "failed"}:
            yield f"it is still {delivery.state}"
        elif delivery.state == "failed" and not _may_fail(delivery):
            yield f"it failed: {[attempt.outcome for attempt in delivery.attempts]}"
    if len(takes) < sum(delivery.state == "sent" for delivery in same):
        yield "it is sent, and did not arrive"
    repeats = [
        (first, again)
        for first, again in pairwise(takes)
        if not any(_is_excused(journal, delivery.id, first, again) for delivery in same)
    ]
    for first, again in repeats[len(same) - 1 :]:
        yield f"it arrived at {told(first.at)} and again at {told(again.at)}"


def _name_at_receiver(delivery: Delivery) -> str:
    if delivery.channel == "hook":
        return delivery.id
    request = httpx.Request("POST", f"{ADDRESS}/teams/finance", json=post_of(delivery.message))
    return hashlib.sha256(request.content).hexdigest()


def _may_fail(delivery: Delivery) -> bool:
    last = delivery.attempts[-1].outcome if delivery.attempts else ""
    return "404" in last or "broke" in last or len(delivery.attempts) >= MOST_ATTEMPTS


def _is_excused(journal: Journal, delivery: str, first: Taken, again: Taken) -> bool:
    """Say whether nobody could know of the first arrival when it was sent again."""
    noted = any(
        each.delivery == delivery and each.state == "sent" and first.at <= each.at < again.at
        for each in journal.noted
    )
    if noted:
        return False
    ended = journal.ended.get(first.instance)
    has_ended = ended is not None and ended <= min(again.at, first.at + _NOTED_WITHIN)
    could_not_note = any(
        instance == first.instance and first.at <= at < again.at and row == f"delivery|{delivery}"
        for at, instance, row in journal.failed
    )
    return first.is_lost or has_ended or could_not_note
