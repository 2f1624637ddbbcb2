"""Upkeep: what has come to its end and was kept long enough is dropped."""

from datetime import datetime, timedelta

from shared.cards import CARDS
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import log
from shared.pipeline.services import Services
from shared.store.exception_entities import CardName
from shared.store.segments import StreamName

DELIVERIES = timedelta(days=30)
"""How long what was told can be asked for, and a delivery that came to its end be sent again."""


async def drop_old(services: Services) -> int:
    """Drop what is older than it is kept; give how much. What fails for a workspace costs no other one."""
    count = 0
    for workspace in await services.store.workspaces.all():
        try:
            dropped = await _drop(services, workspace)
        except Exception as error:  # noqa: BLE001 - the boundary of one workspace: the others are looked after
            log.failure("drop_old", error, workspace=workspace.id)
            continue
        if any(dropped.values()):
            log.step("drop_old", workspace=workspace.id, **dropped)
        count += sum(dropped.values())
    return count


async def _drop(services: Services, workspace: Workspace) -> dict[str, int]:
    """Drop what one workspace does not keep any more; give how much of each kind.

    Readings that stand stay, however old, with their rows and the document that they were evaluated with.
    """
    store, now = services.store, services.clock()
    deliveries = await store.alerts.drop_deliveries(workspace.id, text(now - DELIVERIES))
    deliveries += await store.events.drop(workspace.id, text(now - DELIVERIES))
    # A card's clock may be pinned to the past, and with it the instants at which readings resolved.
    since = workspace.now(now) - timedelta(days=workspace.retention.readings)
    exceptions = readings = 0
    for card in CARDS:
        name = CardName(workspace.id, card.id)
        exceptions += await store.exceptions.drop_resolved(name, text(since))
        readings += await store.readings.drop_before(workspace.id, card.id, since)
    # What people changed is dated by the real clock, whatever a workspace's own says.
    kept_from = now - timedelta(days=workspace.retention.readings)
    return {
        "deliveries": deliveries,
        "exceptions": exceptions,
        "readings": readings,
        "versions": await _drop_versions(services, workspace) if readings else 0,
        "audit": await store.audit.drop(workspace.id, text(kept_from)),
        "leavings": await _drop_leavings(services, workspace, now),
    }


async def _drop_versions(services: Services, workspace: Workspace) -> int:
    """Drop the documents that no reading names any more: only where readings went, some may have none."""
    named = {await services.store.workspaces.keep_version(workspace)}
    for card in CARDS:
        named |= await services.store.readings.versions(workspace.id, card.id)
    return await services.store.workspaces.drop_versions(workspace.id, named)


async def _drop_leavings(services: Services, workspace: Workspace, now: datetime) -> int:
    """Drop what sweeps and uploads of each stream left behind, and bad records that nobody has seen again."""
    store, count = services.store, 0
    kept_from = now - timedelta(days=workspace.retention.records)
    for (connection, stream), checkpoint in (await store.checkpoints.of(workspace.id)).items():
        name = StreamName(workspace.id, connection, stream)
        # A sweep that begins while this goes on has a later name than any that the checkpoint knows.
        count += await store.sweeps.forget(name, up_to=checkpoint.sequence, but=checkpoint.sweep)
        count += await store.receipts.drop_keys(name, now)
        count += await store.bad_records.drop(name, kept_from)
    return count
