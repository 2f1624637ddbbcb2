"""Whether the app works, for whoever watches it: counts only, since anyone may ask."""

import asyncio
from http import HTTPStatus
from typing import Any

import azure.functions as func
from azure.core.exceptions import AzureError

from functions import runtime
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.http import open_endpoint
from shared.errors import ConfigurationError
from shared.pipeline import log
from shared.pipeline.freshness import inputs_of
from shared.pipeline.services import Services

BLUEPRINT = blueprint()

PATIENCE_SECONDS = 20.0


@open_endpoint(BLUEPRINT, "health", "health")
async def health(_: func.HttpRequest) -> func.HttpResponse:
    """Say `ok`; `degraded` while an input is stale or a workspace cannot run; `down` without a store."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), runtime.services() as services:
            checks = await _checks(services)
    except (AzureError, ConfigurationError, TimeoutError) as error:
        log.problem("health", error=type(error).__name__)
        return _answer("down", {"store": "unreachable"}, HTTPStatus.SERVICE_UNAVAILABLE)
    is_well = not (checks["stale_streams"] or checks["misconfigured_workspaces"])
    return _answer("ok" if is_well else "degraded", {"store": "ok", **checks}, HTTPStatus.OK)


async def _checks(services: Services) -> dict[str, int]:
    workspaces = [each for each in await services.store.workspaces.all() if each.enabled]
    streams = stale = misconfigured = 0
    for workspace in workspaces:
        checkpoints = await services.store.checkpoints.of(workspace.id)
        try:
            inputs = inputs_of(workspace, checkpoints, workspace.now(services.clock()))
        except ConfigurationError:
            misconfigured += 1
            continue
        streams += len(inputs)
        stale += sum(bool(each.problem) for _, each in inputs)
    return {
        "workspaces": len(workspaces),
        "misconfigured_workspaces": misconfigured,
        "streams": streams,
        "stale_streams": stale,
    }


def _answer(status: str, checks: dict[str, Any], code: HTTPStatus) -> func.HttpResponse:
    return json_answer(
        {"status": status, "checks": checks}, status=code, headers={"Cache-Control": "no-store"}
    )
