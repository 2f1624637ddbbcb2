"""Evaluating: all cards of a workspace from what the store holds, published as readings and rows."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared import telemetry
from shared.alerting.observe import Judged
from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.arrays import load
from shared.domain.exceptions import QUIET, lapsed
from shared.domain.snapshot import Input
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import log
from shared.pipeline.asking import Asked, Overtaken, check_turn, is_answered, put_off, request_evaluation
from shared.pipeline.collector import collector_at_rest, give_back
from shared.pipeline.follow import Found, follow
from shared.pipeline.freshness import Checkpoints, inputs_of, tell_lags, with_losses
from shared.pipeline.jobs import Job
from shared.pipeline.judging import judge
from shared.pipeline.publish import Evaluation, Published, publish
from shared.pipeline.pull import is_busy
from shared.pipeline.reading import Answer
from shared.pipeline.services import Services
from shared.pipeline.snapshots import arriving
from shared.pipeline.tell import tell
from shared.store.checkpoints import Evaluations
from shared.store.exception_entities import CardName
from shared.store.readings import Standing
from shared.store.segments import NOT_READ

LEASE = timedelta(minutes=10)
"""How long an evaluation has the workspace to itself, and longer where nobody else asks for it."""
WRONG_CLOCK = timedelta(minutes=5)
"""By so much the clocks of two machines may differ."""
OVERDUE = timedelta(minutes=45)
"""Without a reading for so long, the catch-up timer asks for one."""


async def catch_up(services: Services) -> int:
    """Ask for the evaluations that no finished round asked for; give how many.

    So a pull that nobody ended cannot keep a workspace from being judged and held.
    """
    count = 0
    for workspace in await services.store.workspaces.all():
        checkpoints = await services.store.checkpoints.of(workspace.id)
        now = services.clock()
        as_of = workspace.now(now)
        tell_lags(inputs_of(workspace, checkpoints, as_of), as_of)
        if is_busy(workspace, checkpoints, now):
            continue
        if workspace.enabled and await _is_overdue(services, workspace, now):
            await request_evaluation(services, workspace.id)
            count += 1
    return count


async def _is_overdue(services: Services, workspace: Workspace, now: datetime) -> bool:
    cards = [card.id for card in CARDS if workspace.card(card.id).enabled]
    found = await services.store.readings.latest_of(workspace.id, cards)
    return any(each is None or now - datetime.fromisoformat(each["evaluated_at"]) > OVERDUE for each in found)


async def evaluate(services: Services, workspace_id: str, asked: Asked | None = None) -> None:
    """Evaluate every enabled card of a workspace, and publish what came out.

    One instance at a time: a message that comes meanwhile is looked at again later. Where it is known when
    this was asked for, it is passed over if an evaluation that began since has ended well. One that was away
    for longer than its lease leaves the rest to whoever has taken it; its message, too, is looked at again.
    """
    if await is_answered(services, workspace_id, asked):
        return
    found = await services.store.workspaces.get(workspace_id)
    if found is None or not found[0].enabled:
        log.problem("evaluate", workspace=workspace_id, why="no such workspace, or it is off")
        return
    # Nobody waits for it: what needs it before it is there loads it, too.
    asyncio.get_running_loop().run_in_executor(None, load)
    now = services.clock()
    lease = await services.store.checkpoints.claim_evaluation(workspace_id, now, now + LEASE)
    if lease is None:
        await put_off(services, workspace_id, asked)
        return
    looked_at = ""
    try:
        # Read again: whoever asks before an evaluation begins counts on its seeing what they have set.
        found = await services.store.workspaces.get(workspace_id) or found
        with collector_at_rest():
            looked_at = await _evaluate(services, found[0], lease)
    except Overtaken:
        log.problem("evaluate", workspace=workspace_id, why="too late: another instance took over")
        await put_off(services, workspace_id, asked)
    finally:
        await services.store.checkpoints.release_evaluation(workspace_id, lease, services.clock(), looked_at)
    # Or the next one reads all records beside the room that these have left.
    give_back()


async def _evaluate(services: Services, workspace: Workspace, lease: Evaluations) -> str:
    """Evaluate, and give the instant that was looked from; "" where something is left to the next time.

    What follows from readings waits until all are published: it takes minutes where nothing was known
    before (docs/adr/0018).
    """
    evaluated_at = services.clock()
    checkpoints, before, version = await asyncio.gather(
        services.store.checkpoints.of(workspace.id),
        services.store.readings.standing(workspace.id),
        services.store.workspaces.keep_version(workspace),
    )
    as_of = _as_of(workspace, evaluated_at, checkpoints, before)
    inputs = inputs_of(workspace, checkpoints, as_of)
    tell_lags(inputs, as_of)
    evaluation = Evaluation(evaluated_at, version, before, lease)
    published: list[_PublishedCard] = []
    try:
        async for each in _published(services, workspace, inputs, as_of, evaluation):
            published.append(each)  # noqa: PERF401 - of a list that breaks off, nothing would be kept
    except Overtaken:
        # Whoever evaluates now follows its own readings; older ones would get in the way.
        raise
    except Exception:
        # What is there stands, whatever befell the cards behind it: its exceptions belong to it.
        await _follow_all(services, published)
        raise
    # Nobody reads the records any more, and there may be as many exceptions to write as there are rows.
    give_back()
    is_followed = await _follow_all(services, published)
    judged = [await _judged(services, workspace, each) for each in published]
    await check_turn(services, workspace.id, lease)
    await services.store.readings.stand(workspace.id, evaluation.standing)
    await tell(services, workspace, judged)
    log.step("evaluated", workspace=workspace.id, cards=len(judged), seconds=evaluation.seconds)
    return text(max(evaluated_at, as_of)) if is_followed else ""


@dataclass(frozen=True, slots=True)
class _PublishedCard:
    """A card whose reading is there, and what follows from it is still to come."""

    card: Card
    published: Published
    found: Found | None
    """What its exceptions are to be brought to; None where it was not judged."""


async def _published(
    services: Services,
    workspace: Workspace,
    inputs: Sequence[tuple[Job, Input]],
    as_of: datetime,
    evaluation: Evaluation,
) -> AsyncIterator[_PublishedCard]:
    """Judge one card after another from what is visible, and give each as soon as its reading is there."""
    cards = [card for card in CARDS if workspace.card(card.id).enabled]
    first = [need.record_type for card in cards for need in card.needs]
    async with arriving(services, workspace, inputs, as_of, first) as (visible, reading):
        # A loss is noted before its run can be seen: asked once more, no run is judged that came in between.
        checkpoints = await services.store.checkpoints.of(workspace.id)
        snapshot = replace(visible, inputs=with_losses(visible.inputs, workspace, checkpoints))
        for at, card in enumerate(cards):
            if at and cards[at - 1].unit != card.unit:
                snapshot.forget()
            with telemetry.span("judge", workspace=workspace.id, card=card.id):
                answer = await asyncio.to_thread(judge, card, snapshot, lets_through=NOT_READ)
                # Nothing is published before all is read: of what cannot be, nothing would be told either.
                await asyncio.gather(*reading.values())
                published = await publish(services, card, snapshot, answer, evaluation)
            _tell(workspace, card, published, evaluation.seconds)
            yield _PublishedCard(card, published, _found(answer, published))


def _tell(workspace: Workspace, card: Card, published: Published, seconds: float) -> None:
    """Say what became of a card: its open rows by why they are there, or what it waits for."""
    found = published.found
    is_held = found["status"] == "held"
    cases = Counter(
        row.get("reason") or row.get("cause") or row.get("cohort") or "" for row in published.rows
    )
    log.step(
        "evaluate",
        workspace=workspace.id,
        card=card.id,
        evaluation=found["evaluation"],
        is_new=published.is_new,
        status=found["status"],
        is_held=is_held,
        rows=found["row_count"],
        cases=dict(cases),
        seconds=seconds,
        **({"waiting_for": list(dict.fromkeys(found["waiting_for"]))} if is_held else {}),
    )


def _as_of(
    workspace: Workspace, evaluated_at: datetime, checkpoints: Checkpoints, before: Standing
) -> datetime:
    """Give the instant that an evaluation looks from: never before what was read, nor before the last one's.

    Machines' clocks differ. To one that is slow, what was read last would not be there yet, though it is
    counted as known.
    """
    now = workspace.now(evaluated_at).replace(microsecond=0)
    if workspace.as_of is not None:
        return now
    read = [each.last_success_at for each in checkpoints.values() if each.last_success_at is not None]
    told = [datetime.fromisoformat(each.asked["as_of"]) for each in before.marks.values()]
    return max([now, *(each for each in (*read, *told) if each <= now + WRONG_CLOCK)])


def _found(answer: Answer, published: Published) -> Found | None:
    """Give what a card found open."""
    if answer.judgement is None:
        return None
    older = answer.older.open if answer.older else {}
    looked = answer.older is not None and answer.older.document["count"] is not None
    since = answer.older.document["since"] if answer.older and looked else answer.window.start
    return Found(published.found, published.rows, older, since)


async def _follow_all(services: Services, published: Sequence[_PublishedCard]) -> bool:
    """Bring the exceptions of these cards to their readings.

    What fails here is made up for by the next evaluation: False, then.
    """
    is_followed = True
    for each in published:
        if each.found is None:
            continue
        where = {"workspace": each.published.found["workspace"], "card": each.card.id}
        try:
            with telemetry.span("follow", **where):
                await follow(services, each.card, each.found)
        except Exception as error:  # noqa: BLE001 - the boundary of one card: the others are followed
            log.failure("follow", error, **where)
            is_followed = False
    return is_followed


async def _judged(services: Services, workspace: Workspace, each: _PublishedCard) -> Judged:
    """Give a card's reading with what people have said of its cases by now.

    An alert goes by what they changed itself. Lists go by what is noted of where people work: nothing may
    be yet, or a release that notes nothing has run meanwhile.
    """
    card, published = each.card, each.published
    name = CardName(workspace.id, card.id)
    touched = await services.store.exceptions.touched(name)
    await services.store.exceptions.worked_cards.found(name, is_worked=bool(touched))
    now = text(services.clock())
    quiet = frozenset(case_id for case_id, case in touched.items() if lapsed(case, now).state in QUIET)
    return Judged(card, workspace.card(card.id), published.shown, published.rows, quiet)
