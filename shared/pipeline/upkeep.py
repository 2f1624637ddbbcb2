"""Upkeep: what has come to its end and was kept long enough is dropped."""

from datetime import timedelta

from shared.cards import CARDS
from shared.domain.windows import text
from shared.pipeline import log
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName

DELIVERIES = timedelta(days=30)
"""How long a delivery that was sent, or failed for good, can be looked up and sent again."""


async def drop_old(services: Services) -> int:
    """Drop old deliveries, and exceptions that were resolved longer ago than readings are kept."""
    count = 0
    for workspace in await services.store.workspaces.all():
        now = services.clock()
        deliveries = await services.store.alerts.drop_deliveries(workspace.id, text(now - DELIVERIES))
        # A card's clock may be pinned to the past, and with it the instants at which readings resolved.
        since = workspace.now(now) - timedelta(days=workspace.retention.readings)
        exceptions = 0
        for card in CARDS:
            name = CardName(workspace.id, card.id)
            exceptions += await services.store.exceptions.drop_resolved(name, text(since))
        if deliveries or exceptions:
            log.step("drop_old", workspace=workspace.id, deliveries=deliveries, exceptions=exceptions)
        count += deliveries + exceptions
    return count
