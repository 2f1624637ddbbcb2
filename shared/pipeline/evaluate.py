"""Evaluating: all cards of a workspace from what the store holds, published as readings and rows."""

import asyncio
import time
from collections import defaultdict
from datetime import datetime, timedelta

from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.records import Record
from shared.domain.snapshot import Batch, Input, Snapshot
from shared.domain.windows import rolling
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError
from shared.pipeline import log, reading
from shared.pipeline.freshness import inputs_of, is_configured, needed
from shared.pipeline.jobs import Job
from shared.pipeline.pull import is_busy
from shared.pipeline.services import Services
from shared.store.queues import EVALUATE

LEASE = timedelta(minutes=10)
TRY_AGAIN = 15.0
"""Seconds after which a workspace that is being evaluated is looked at again."""
OVERDUE = timedelta(minutes=45)
"""Without a reading for so long, the catch-up timer asks for one."""


async def request_evaluation(services: Services, workspace_id: str) -> None:
    """Ask for an evaluation of a workspace."""
    await services.store.queues.send(EVALUATE, {"workspace": workspace_id})


async def catch_up(services: Services) -> int:
    """Ask for the evaluations that no finished round asked for; give how many.

    So a pull that nobody ended cannot keep a workspace from being judged and held.
    """
    count = 0
    for workspace in await services.store.workspaces.all():
        checkpoints = await services.store.checkpoints.of(workspace.id)
        now = services.clock()
        if is_busy(workspace, checkpoints, now):
            continue
        if workspace.enabled and await _is_overdue(services, workspace, now):
            await request_evaluation(services, workspace.id)
            count += 1
    return count


async def _is_overdue(services: Services, workspace: Workspace, now: datetime) -> bool:
    for card in CARDS:
        if workspace.card(card.id).enabled:
            last = await services.store.readings.latest(workspace.id, card.id)
            if last is None or now - datetime.fromisoformat(last["evaluated_at"]) > OVERDUE:
                return True
    return False


async def evaluate(services: Services, workspace_id: str) -> None:
    """Evaluate every enabled card of a workspace, and publish what came out.

    One instance at a time: a message that comes meanwhile is looked at again later.
    """
    found = await services.store.workspaces.get(workspace_id)
    if found is None or not found[0].enabled:
        log.problem("evaluate", workspace=workspace_id, why="no such workspace, or it is off")
        return
    now = services.clock()
    lease = await services.store.checkpoints.claim_evaluation(workspace_id, now, now + LEASE)
    if lease is None:
        await services.store.queues.send(EVALUATE, {"workspace": workspace_id}, TRY_AGAIN)
        return
    try:
        await _evaluate(services, found[0])
    finally:
        await services.store.checkpoints.release_evaluation(workspace_id, lease, services.clock())


async def _evaluate(services: Services, workspace: Workspace) -> None:
    started = time.monotonic()
    evaluated_at = services.clock()
    as_of = workspace.now(evaluated_at).replace(microsecond=0)
    checkpoints = await services.store.checkpoints.of(workspace.id)
    inputs = inputs_of(workspace, checkpoints, as_of)
    cards = [card for card in CARDS if workspace.card(card.id).enabled]
    snapshot = await _snapshot(services, workspace, inputs, as_of)
    for card in cards:
        previous = await services.store.readings.latest(workspace.id, card.id)
        answer = await asyncio.to_thread(_judge, card, snapshot)
        document, rows = reading.document(card, snapshot, answer, previous, evaluated_at)
        await services.store.readings.publish(document, rows)
        log.step(
            "evaluate",
            workspace=workspace.id,
            card=card.id,
            evaluation=document["evaluation"],
            status=document["status"],
            rows=document["row_count"],
            seconds=round(time.monotonic() - started, 3),
        )


async def _snapshot(
    services: Services, workspace: Workspace, inputs: list[tuple[Job, Input]], as_of: datetime
) -> Snapshot:
    """Read what is visible at an instant: all streams at once, each a few pages of segments."""

    async def load(job: Job) -> list[Batch]:
        runs = await services.store.segments.runs(job.name, as_of)
        return await services.store.segments.batches(job.name, job.stream.record_type, runs)

    loaded = await asyncio.gather(*(load(job) for job, _ in inputs))
    batches: dict[type[Record], list[Batch]] = defaultdict(list)
    for (job, _), each in zip(inputs, loaded, strict=True):
        batches[job.stream.record_type] += each
    return Snapshot(workspace, as_of, batches, tuple(each for _, each in inputs))


def _judge(card: Card, snapshot: Snapshot) -> reading.Answer:
    """Ask a card, unless it lacks a connection or one of its inputs cannot be trusted."""
    inputs = list(snapshot.inputs)
    settings = snapshot.workspace.card(card.id)
    window = rolling(snapshot.workspace, snapshot.as_of, card.window_days_in(settings))
    used = needed(card, inputs)
    if not is_configured(card, inputs):
        return reading.Answer(window, used, None, "not_configured")
    waiting_for = tuple(each.problem for each in used if each.problem)
    if waiting_for:
        return reading.Answer(window, used, None, "held", waiting_for)
    try:
        return reading.Answer(window, used, card.judge(snapshot, window, settings))
    except ConfigurationError as error:
        return reading.Answer(window, used, None, "held", (str(error),))
    except Exception as error:  # noqa: BLE001 - the boundary of one card: the others are judged
        log.failure("judge", error, workspace=snapshot.workspace.id, card=card.id)
        why = f"this card could not be judged ({type(error).__name__}): the log of the app says where"
        return reading.Answer(window, used, None, "held", (why,))
