"""The examination: each look by itself, so that what breaks one does not hide what the others see."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from azure.core.exceptions import AzureError

from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError
from shared.pipeline import log
from shared.pipeline.doctor import merchants
from shared.pipeline.doctor.environment import of_settings, of_sign_in
from shared.pipeline.doctor.packages import of_packages
from shared.pipeline.doctor.storage import of_account, unreached
from shared.pipeline.doctor.symptoms import AREAS, Area, Examination, Symptom
from shared.pipeline.services import Services, utc_now
from shared.store.account import StorageAccount
from shared.store.inspection import TABLES, inspect

_KEPT: frozenset[Area] = frozenset(
    {"workspaces", "secrets", "connections", "streams", "evaluations", "deliveries"}
)
"""What is told by what the store keeps."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an examination is made, and what it can see from there."""

    account: Callable[[], StorageAccount]
    """Raises ConfigurationError where no setting says where the store is."""
    services: Callable[[], AbstractAsyncContextManager[Services]]
    environment: Mapping[str, str] | None = None
    """The app's settings; None where the app is looked at from outside and they cannot be seen."""
    clock: Callable[[], datetime] = utc_now

    @property
    def is_inside(self) -> bool:
        """Say whether the app's own settings and secrets are seen."""
        return self.environment is not None


async def examine(place: Place) -> Examination:
    """Look at everything that could be wrong, by reading only; behind a closed door nothing is looked at."""
    found: list[Symptom] = []
    areas: frozenset[Area] = frozenset({"storage"})
    if place.environment is not None:
        found += [*of_settings(place.environment), *of_sign_in(place.environment), *of_packages()]
        areas |= {"settings", "sign-in", "packages"}
    try:
        account = await inspect(place.account())
    except (AzureError, ConfigurationError, ValueError) as error:
        return Examination(areas, (*found, unreached(error)))
    areas |= {"queues"}
    found += of_account(account, place.clock())
    if not place.is_inside and not account.tables >= {*TABLES}:
        return Examination(areas, tuple(found))  # to open the store would make what is missing
    try:
        async with place.services() as services:
            found += await _of_workspaces(services, is_inside=place.is_inside)
            areas = frozenset(AREAS) if place.is_inside else areas | _KEPT
    except (AzureError, ConfigurationError) as error:
        found.append(unreached(error))
    return Examination(areas, tuple(found))


async def _of_workspaces(services: Services, *, is_inside: bool) -> list[Symptom]:
    readable, unreadable = await services.store.workspaces.sorted_out()
    found = [
        Symptom(
            "workspaces",
            each,
            "this release cannot read its document",
            "save it anew, as the release wants it",
        )
        for each in unreadable
    ]
    if not readable and not unreadable:
        remedy = "make one: ./run workspace new, then ./run workspace apply"
        found.append(Symptom("workspaces", "none", "there is no workspace yet", remedy, is_wrong=False))
    for workspace in readable:
        found += merchants.of_document(workspace)
    looks = await asyncio.gather(
        *(_of_workspace(services, each, is_inside=is_inside) for each in readable if each.enabled)
    )
    return found + [each for look in looks for each in look]


async def _of_workspace(services: Services, workspace: Workspace, *, is_inside: bool) -> list[Symptom]:
    looks: dict[Area, Awaitable[list[Symptom]]] = {
        "secrets": merchants.of_secrets(services, workspace, is_inside=is_inside),
        "connections": merchants.of_connections(services, workspace, is_inside=is_inside),
        "streams": merchants.of_streams(services, workspace),
        "evaluations": merchants.of_evaluations(services, workspace),
        "deliveries": merchants.of_deliveries(services, workspace),
    }
    return [each for area, look in looks.items() for each in await _safely(area, workspace.id, look)]


async def _safely(area: Area, about: str, look: Awaitable[list[Symptom]]) -> list[Symptom]:
    try:
        return await look
    except Exception as error:  # noqa: BLE001 - the boundary of one look
        log.failure("doctor", error, area=area, workspace=about)
        told = f"cannot be looked at ({type(error).__name__})"
        return [Symptom(area, about, told, "the log has the places in the code")]
