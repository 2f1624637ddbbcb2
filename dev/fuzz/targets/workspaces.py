"""Workspace documents: what is taken can be run, shown, stored, and read again as it was."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from dev.fuzz.choices import Choices
from dev.fuzz.spoiling import spoiled_bytes, spoiled_json, written
from dev.fuzz.target import Target, hold, hold_refusal
from dev.worlds.distribution_bc import distribution_bc
from dev.worlds.gifts_sage import gifts_sage
from functions import bodies
from functions.problems import Problem
from shared.cards import CARDS
from shared.domain.notifications import hours
from shared.domain.workspace import Workspace
from shared.store.columns import pack, unpack
from shared.workspaces import faults, reaches_out


def _documents() -> list[dict[str, Any]]:
    if not _KNOWN:
        _KNOWN.extend(build().document for build in (distribution_bc, gifts_sage))
        _KNOWN.extend(
            document
            | {
                "notifications": {
                    "dashboard_url": "https://tieout.example",
                    "hook_secret": "env:HOOK",
                    "quiet_hours": {"start": "18:00", "end": "08:00"},
                },
                "recipients": {"owner": {"email": ["a@b.example"], "cards": [CARDS[0].id]}},
            }
            for document in tuple(_KNOWN)
        )
    return _KNOWN


NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
_KNOWN: list[dict[str, Any]] = []


def _run(data: bytes) -> None:
    choices = Choices(data)
    document = choices.pick(_documents())
    body = written(document if choices.chance(8) else spoiled_json(choices, document))
    if choices.chance(6):
        body = spoiled_bytes(choices, body)
    try:
        workspace = bodies.read(body, Workspace)
    except Problem as problem:
        hold_refusal(problem.status)
        return
    _hold(workspace)


def _hold(workspace: Workspace) -> None:
    shown = workspace.model_dump(mode="json")
    json.dumps(shown).encode()
    hold(workspace == Workspace.model_validate_json(json.dumps(shown)), "it is shown as another")
    if packed := pack(shown):
        hold(workspace == Workspace.model_validate(unpack(packed)), "it is stored as another")
    for fault in faults(workspace):
        hold(fault.message, "fault.message")
    hold(not reaches_out(workspace, workspace), "it reaches out beyond itself")
    now = workspace.now(NOW).astimezone(workspace.zone)
    for back in (workspace.retention.records, workspace.retention.readings):
        hold(now - timedelta(days=back) < now, "it keeps nothing")
    hold(now - timedelta(minutes=workspace.grace_minutes) <= now, "its grace lies behind it")
    for card in CARDS:
        alert = workspace.card(card.id).alert
        for wait in (alert.remind_after_hours, alert.escalate_after_hours):
            _ = now + (hours(wait) or timedelta())


WORKSPACES = Target(
    "workspaces",
    "a workspace document is refused by field, or comes back as it was given",
    _run,
    lambda: [bytes([which, 0, at]) for which in range(4) for at in range(0, 60, 6)],
)
