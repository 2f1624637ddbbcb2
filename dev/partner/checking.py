"""Connections of a document, checked from this machine by reading only."""

import asyncio
from collections.abc import Sequence
from typing import cast

from shared.domain.workspace import Connection, Workspace
from shared.errors import ConfigurationError
from shared.pipeline.checks import examine
from shared.pipeline.services import Services
from shared.store.checks import Check
from shared.store.store import Store

Checked = list[tuple[Connection, Check]]


def check_all(document: Workspace, chosen: Sequence[Connection]) -> Checked:
    """Check connections of a document; their secrets come from the environment."""
    return asyncio.run(_examine(document, chosen))


def has_failed(found: Checked) -> bool:
    """Say whether a pull of any of them would fail."""
    return any(each.problem or each.fatal for _, each in found)


async def _examine(document: Workspace, chosen: Sequence[Connection]) -> Checked:
    # Before deployment there is no store, and a check needs none.
    services = Services(cast("Store", None), is_local=True)
    return [(each, await _one(services, document, each)) for each in chosen]


async def _one(services: Services, document: Workspace, connection: Connection) -> Check:
    try:
        return await examine(services, document, connection)
    except ConfigurationError as error:
        return Check(checked_at=services.clock(), settings="", problem=str(error))
