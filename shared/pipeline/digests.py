"""Digests: made for each role when they are due, once, and delivered like any message."""

from datetime import datetime, timedelta
from decimal import Decimal

from shared.alerting.digest import CardSummary, document, last_due
from shared.alerting.route import addresses
from shared.cards import CARDS
from shared.cards.card import Card
from shared.domain.deliveries import Delivery, delivery_id
from shared.domain.exceptions import LIVE, lapsed
from shared.domain.notifications import Role
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import deliver, history, log
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName

WEEKS = 12
TOO_LATE = timedelta(hours=6)
"""A digest that could not be made for so long is left out: the next one says it all."""


async def make_due(services: Services) -> int:
    """Make the digests that are due and that nobody has made; give how many deliveries."""
    count = 0
    for workspace in await services.store.workspaces.all():
        now = services.clock()
        if not workspace.enabled:
            continue
        for role, digest in workspace.notifications.digest.items():
            due = last_due(digest, workspace.zone, now)
            if due is None or now - due > TOO_LATE:
                continue
            try:
                count += await _make(services, workspace, role, due)
            except Exception as error:  # noqa: BLE001 - the boundary of one digest: the others are made
                log.failure("digest", error, workspace=workspace.id, role=role)
    return count


async def _make(services: Services, workspace: Workspace, role: Role, due: datetime) -> int:
    """Make one role's digest; nothing where it is made already, or where no card was evaluated yet."""
    recipients = workspace.recipients.get(role)
    wanted = [
        (channel, address, delivery_id(workspace.id, "digest", role, text(due), channel, address))
        for channel, address in (addresses(recipients) if recipients else ())
    ]
    missing = [each for each in wanted if await services.store.alerts.delivery(workspace.id, each[2]) is None]
    if not missing:
        return 0
    seen = [
        await _summary(services, workspace, card, due)
        for card in CARDS
        if role in card.roles and workspace.card(card.id).enabled
    ]
    summaries = [each for each in seen if each is not None]
    if not summaries:
        return 0
    message = document(workspace.id, summaries, due, workspace.notifications.dashboard_url)
    made_at = text(services.clock())
    made = await services.store.alerts.add_deliveries(
        workspace.id,
        [
            Delivery(id=name, channel=channel, recipient=address, role=role, message=message, made_at=made_at)
            for channel, address, name in missing
        ],
    )
    await deliver.enqueue(services, workspace.id, made)
    log.step("digest", workspace=workspace.id, role=role, deliveries=len(made))
    return len(made)


async def _summary(services: Services, workspace: Workspace, card: Card, due: datetime) -> CardSummary | None:
    """Say how a card stands; None for one that was never evaluated."""
    readings = services.store.readings
    reading = await readings.latest(workspace.id, card.id)
    if reading is None:
        return None
    # The cards' own clock may be pinned; people's snoozes go by the real one.
    now, since = text(services.clock()), text(workspace.now(due) - timedelta(days=7))
    every = await services.store.exceptions.every(CardName(workspace.id, card.id))
    live = [each for each in every if lapsed(each.case, now).state in LIVE]
    weeks = await history.weekly(readings, workspace, card, datetime.fromisoformat(reading["as_of"]), WEEKS)
    base = workspace.notifications.dashboard_url.rstrip("/")
    return CardSummary(
        title=card.title,
        reading=reading,
        trend=[None if each["value"] is None else Decimal(each["value"]) for each in weeks],
        open=len(live),
        new=sum(each.case.first_seen >= since for each in live),
        resolved=sum(bool(each.case.resolved_at) and each.case.resolved_at >= since for each in every),
        older=sum(each.summary.get("occurred_at", "9") < reading["window_start"] for each in live),
        href=f"{base}/{workspace.id}/{card.id}" if base else "",
    )
