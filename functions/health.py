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
    """Say `ok`; `degraded` while a stream is stale or a workspace unreadable; `down` without a store."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), runtime.services() as services:
            checks = await _checks(services)
    except (AzureError, ConfigurationError, TimeoutError) as error:
        log.problem("health", error=type(error).__name__)
        return _answer("down", {"store": "unreachable"}, HTTPStatus.SERVICE_UNAVAILABLE)
    is_degraded = checks["stale_streams"] or checks["unreadable_workspaces"]
    return _answer("degraded" if is_degraded else "ok", {"store": "ok", **checks}, HTTPStatus.OK)


async def _checks(services: Services) -> dict[str, int]:
    readable, unreadable = await services.store.workspaces.sorted_out()
    workspaces = [each for each in readable if each.enabled]
    streams = stale = bad = 0
    for workspace in workspaces:
        checkpoints = await services.store.checkpoints.of(workspace.id)
        inputs = inputs_of(workspace, checkpoints, workspace.now(services.clock()))
        streams += len(inputs)
        stale += sum(bool(each.problem) for _, each in inputs)
        bad += sum(each.bad_records for _, each in inputs)
    return {
        "workspaces": len(workspaces),
        "unreadable_workspaces": len(unreadable),
        "streams": streams,
        "stale_streams": stale,
        "bad_records": bad,
    }


def _answer(status: str, checks: dict[str, Any], code: HTTPStatus) -> func.HttpResponse:
    return json_answer(
        {"status": status, "checks": checks}, status=code, headers={"Cache-Control": "no-store"}
    )
