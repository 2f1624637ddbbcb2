"""Delivering: one message to one recipient, at least once, and not again once it was taken.

A delivery's state is written before and after it is sent. A message that comes twice finds it sent; one
that comes after a crash in the middle sends again, since nobody can know whether the first arrived.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from shared import telemetry
from shared.domain.deliveries import Attempt, Delivery, DeliveryState
from shared.domain.windows import instant, text
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError, RetryLater, SourceError
from shared.pipeline import log
from shared.pipeline.send import send
from shared.pipeline.services import Services
from shared.store.queues import NOTIFY
from shared.store.tables import Conflict

BUSY = timedelta(minutes=15)
"""How long one instance has a delivery to itself: longer than sending may take, with the client's retries."""
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = 60.0, 3_600.0
LONGEST_DELAY = timedelta(days=6)
"""A queue hides a message for seven days at most."""
GIVEN_UP_AFTER = 5
"""Failures for good in a row after which nothing more goes to a hook or flow until somebody sends by hand."""
OVERDUE = timedelta(minutes=15)
"""What was due so long ago and is not sent has lost its message."""


async def enqueue(services: Services, workspace: str, deliveries: list[Delivery]) -> None:
    """Ask for each of these deliveries, those that are held back for their time."""
    now = services.clock()
    for each in deliveries:
        wait = instant(each.not_before) - now if each.not_before else timedelta()
        await _ask(services, workspace, each.id, wait)


async def _ask(services: Services, workspace: str, delivery: str, wait: timedelta) -> None:
    seconds = min(max(wait, timedelta()), LONGEST_DELAY).total_seconds()
    await services.store.queues.send(NOTIFY, {"workspace": workspace, "delivery": delivery}, seconds)


async def deliver(services: Services, workspace_id: str, delivery_id: str) -> None:
    """Send a delivery that is due and that nobody has sent; what came of it is kept with it."""
    found = await services.store.workspaces.get(workspace_id)
    kept = await services.store.alerts.delivery(workspace_id, delivery_id)
    if found is None or kept is None:
        log.problem("deliver", workspace=workspace_id, delivery=delivery_id, why="no such delivery")
        return
    delivery, etag = kept
    now = services.clock()
    due = max(delivery.not_before, delivery.busy_until if delivery.state == "sending" else "")
    if delivery.state in {"sent", "failed"}:
        return
    if due and instant(due) > now:
        await _ask(services, workspace_id, delivery_id, instant(due) - now)
        return
    try:
        taken = replace(delivery, state="sending", busy_until=text(now + BUSY))
        etag = await services.store.alerts.save_delivery(workspace_id, taken, etag)
    except Conflict:  # another instance has it; should it die, its message comes again
        return
    try:
        ended, wait = await _attempt(services, found[0], taken)
    except BaseException:
        # Given back at once: else each repeat would find it busy, and never come to the poison queue.
        back = replace(taken, state="waiting", busy_until="")
        with suppress(Conflict):
            await services.store.alerts.save_delivery(workspace_id, back, etag)
        raise
    await services.store.alerts.save_delivery(workspace_id, ended, etag)
    if ended.state in {"sent", "failed"}:
        failure = ended.attempts[-1].outcome if ended.state == "failed" else ""
        await services.store.recipients.note(workspace_id, ended.channel, ended.recipient, failure)
    if wait is not None:
        await _ask(services, workspace_id, delivery_id, timedelta(seconds=wait))


async def _attempt(
    services: Services, workspace: Workspace, delivery: Delivery
) -> tuple[Delivery, float | None]:
    """Send, and give the delivery as it stands then, with the seconds after which to try again if to."""
    wait: float | None = None
    state: DeliveryState = "failed"
    try:
        await _refuse_given_up(services, workspace, delivery)
        with telemetry.span("send", workspace=workspace.id, channel=delivery.channel):
            await send(services, workspace, delivery)
        state, outcome = "sent", "sent"
    except RetryLater as error:
        outcome = str(error)
        if len(delivery.attempts) + 1 < MOST_ATTEMPTS:
            wait = max(error.seconds, _patience(len(delivery.attempts)))
            state = "waiting"
    except (ConfigurationError, SourceError) as error:
        outcome = str(error)
    attempt = Attempt(at=text(services.clock()), outcome=outcome[:500])
    log.step(
        "deliver",
        workspace=workspace.id,
        delivery=delivery.id,
        channel=delivery.channel,
        outcome=state,
        attempts=len(delivery.attempts) + 1,
    )
    ended = replace(delivery, state=state, busy_until="", attempts=(*delivery.attempts, attempt))
    # Whatever message comes before that, the other side asked to be left alone until then.
    not_before = "" if wait is None else text(services.clock() + timedelta(seconds=wait))
    return replace(ended, not_before=not_before), wait


def _patience(attempts: int) -> float:
    """Give the seconds to wait after so many attempts: a minute, doubled each time up to an hour."""
    return float(min(FIRST_WAIT * 2**attempts, LONGEST_WAIT))


async def _refuse_given_up(services: Services, workspace: Workspace, delivery: Delivery) -> None:
    if delivery.channel not in {"hook", "flow"} or delivery.is_by_hand:
        return
    failures = await services.store.recipients.failures(workspace.id, delivery.channel, delivery.recipient)
    if failures >= GIVEN_UP_AFTER:
        msg = f"given up after {GIVEN_UP_AFTER} failures in a row: send one again by hand once it is mended"
        raise ConfigurationError(msg, delivery.recipient)


async def catch_up(services: Services) -> int:
    """Ask for the deliveries whose message was lost, or never sent; give how many."""
    count = 0
    for workspace in await services.store.workspaces.all():
        now = services.clock()
        overdue = [
            each
            for each in await services.store.alerts.deliveries(workspace.id)
            if each.state in {"waiting", "sending"} and _is_overdue(each, now)
        ]
        await enqueue(services, workspace.id, overdue)
        count += len(overdue)
    return count


def _is_overdue(delivery: Delivery, now: datetime) -> bool:
    return max(delivery.made_at, delivery.not_before, delivery.busy_until) < text(now - OVERDUE)


async def note_poison(services: Services, workspace_id: str, delivery_id: str) -> None:
    """Note that a delivery broke the notifier itself, so that it is seen and can be sent again."""
    kept = await services.store.alerts.delivery(workspace_id, delivery_id)
    if kept is None or kept[0].state in {"sent", "failed"}:
        return
    delivery, etag = kept
    facts = {"workspace": workspace_id, "delivery": delivery_id, "channel": delivery.channel}
    log.problem("deliver", **facts, outcome="broken")
    attempt = Attempt(at=text(services.clock()), outcome="the notifier broke on it: the log says where")
    failed = replace(delivery, state="failed", busy_until="", attempts=(*delivery.attempts, attempt))
    await services.store.alerts.save_delivery(workspace_id, failed, etag)


async def send_again(services: Services, workspace_id: str, delivery_id: str) -> Delivery | None:
    """Put a failed delivery back in its queue, for one more attempt if its trouble passes.

    None where there is none, or none that failed; raises Conflict where somebody else was quicker.
    """
    kept = await services.store.alerts.delivery(workspace_id, delivery_id)
    if kept is None or kept[0].state != "failed":
        return None
    waiting = replace(kept[0], state="waiting", not_before="", is_by_hand=True)
    await services.store.alerts.save_delivery(workspace_id, waiting, kept[1])
    await _ask(services, workspace_id, delivery_id, timedelta())
    return waiting
