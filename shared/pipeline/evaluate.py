"""Evaluating: all cards of a workspace from what the store holds, published as readings and rows."""

import asyncio
import time
from datetime import datetime, timedelta

from shared.alerting.observe import Judged
from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.exceptions import QUIET
from shared.domain.snapshot import Snapshot
from shared.domain.workspace import Workspace
from shared.pipeline import history, log, reading
from shared.pipeline.casework import states_of
from shared.pipeline.follow import Found, follow
from shared.pipeline.freshness import inputs_of
from shared.pipeline.judging import judge
from shared.pipeline.pull import is_busy
from shared.pipeline.services import Services
from shared.pipeline.snapshots import snapshot_of
from shared.pipeline.tell import tell
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
    snapshot = await snapshot_of(services, workspace, inputs, as_of)
    judged = []
    for card in cards:
        answer = await asyncio.to_thread(judge, card, snapshot)
        each = await _publish(services, card, snapshot, answer, evaluated_at)
        judged.append(each)
        log.step(
            "evaluate",
            workspace=workspace.id,
            card=card.id,
            evaluation=each.reading["evaluation"],
            status=each.reading["status"],
            rows=each.reading["row_count"],
            seconds=round(time.monotonic() - started, 3),
        )
    await tell(services, workspace, judged)


async def _follow(services: Services, card: Card, found: Found) -> None:
    """Bring a card's exceptions to its reading; what fails here is made up for by the next evaluation."""
    try:
        await follow(services, card, found)
    except Exception as error:  # noqa: BLE001 - the boundary of one card: the others are published
        log.failure("follow", error, workspace=found.reading["workspace"], card=card.id)


async def _publish(
    services: Services, card: Card, snapshot: Snapshot, answer: reading.Answer, evaluated_at: datetime
) -> Judged:
    """Publish a card's reading, and bring its exceptions to it: a reading is there before what follows."""
    workspace = snapshot.workspace
    previous = await services.store.readings.latest(workspace.id, card.id)
    document, rows = reading.document(card, snapshot, answer, previous, evaluated_at)
    if answer.judgement is not None:
        document["comparison"] = await history.comparison(services.store.readings, workspace, card, document)
    await services.store.readings.publish(document, rows)
    open_rows = [row for row in rows or () if not row["is_settled"]]
    if answer.judgement is not None:
        older = answer.older.open if answer.older else {}
        looked = answer.older is not None and answer.older.document["count"] is not None
        since = answer.older.document["since"] if answer.older and looked else answer.window.start
        await _follow(services, card, Found(document, open_rows, older, since))
    states = await states_of(services, workspace, card)
    quiet = frozenset(case_id for case_id, case in states.items() if case.state in QUIET)
    return Judged(card, workspace.card(card.id), document, open_rows, quiet)
