"""The audit log: who changed what, when, and from what to what."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import azure.functions as func
from pydantic import ConfigDict, Field

from functions import page_tokens
from functions.alerts import may_see_alert
from functions.answers import json_answer
from functions.blueprints import blueprint
from functions.exceptions import cards_of
from functions.http import Call, endpoint
from functions.queries import Instant, Query, query_of
from shared.access import MAY_READ_CONFIGURATION, ROLES
from shared.domain.deferred import Deferred
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import casework
from shared.store.audit import AuditEntry
from shared.store.exception_entities import Entry

BLUEPRINT = blueprint()

Shown = dict[str, Any]
Place = tuple[str, str]
"""An entry's instant and, among those of one instant, a name that stays."""

LOOK_BACK = timedelta(days=30)
"""How far back the log is read where nothing says since when."""


class AuditQuery(Query):
    """Which stretch of time, whose and what, and where the page begins."""

    since: Instant | None = None
    until: Instant | None = None
    who: str | None = Field(default=None, max_length=200)
    subject: str | None = Field(default=None, max_length=50)
    id: str | None = Field(default=None, max_length=200)
    page_size: int = Field(default=200, ge=1, le=1_000)
    page_token: str | None = Field(default=None, max_length=1_000)


class Before(Deferred):
    """Before which entry a page begins: entries that come meanwhile stand on the first page alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: str
    name: str


@endpoint(
    BLUEPRINT,
    "read_audit",
    "GET",
    "workspaces/{workspace}/audit",
    roles=ROLES,
    query=AuditQuery,
    by_card=True,
)
async def read_audit(call: Call) -> func.HttpResponse:
    """Give the entries that the caller may see, the newest first.

    Steps of exceptions and alerts go by the walls of their cards; what was changed besides, by those of
    the settings.
    """
    workspace = call.workspace
    query = query_of(call.request, AuditQuery)
    now = call.services.clock()
    # A pinned clock may be far behind: what evaluations do bears its time, what people do bears ours.
    since = text(query.since or min(now, workspace.now(now)) - LOOK_BACK)
    until = "~" if query.until is None else text(query.until)
    found = [each for each in await _entries(call, workspace, since, until) if _fits(each[1], query)]
    found.sort(key=lambda each: each[0], reverse=True)
    token = page_tokens.decoded(query.page_token, Before) if query.page_token else None
    rest = [each for each in found if token is None or each[0] < (token.at, token.name)]
    page = rest[: query.page_size]
    more = len(rest) > len(page)
    body = {
        "workspace": workspace.id,
        "since": since,
        "total": len(found),
        "entries": [entry for _, entry in page],
        "next_page_token": _token(page[-1][0]) if more else None,
    }
    return json_answer(body)


async def _entries(call: Call, workspace: Workspace, since: str, until: str) -> list[tuple[Place, Shown]]:
    """Give each entry with its place, which no later entry changes."""
    steps = await casework.log_of(call.services, workspace, cards_of(call, workspace), since, until)
    others = await call.services.store.audit.between(workspace.id, since, until)
    shown = [_step(each) for each in steps]
    shown += [_entry(each) for each in others if _may_read(call, workspace, each)]
    seen: Counter[tuple[str, str]] = Counter()
    placed = []
    for each in shown:
        about = f"{each['subject']} {each['id']}"
        seen[each["at"], about] += 1
        placed.append(((each["at"], f"{about} {seen[each['at'], about]:09}"), each))
    return placed


def _may_read(call: Call, workspace: Workspace, entry: AuditEntry) -> bool:
    if entry.subject == "alert":
        return may_see_alert(call, workspace, entry.id.partition("~")[0])
    return call.caller.has(*MAY_READ_CONFIGURATION)


def _fits(entry: Shown, query: AuditQuery) -> bool:
    asked = {"who": query.who, "subject": query.subject, "id": query.id}
    return all(value is None or entry[name] == value for name, value in asked.items())


def _token(place: Place) -> str:
    return page_tokens.written(Before(at=place[0], name=place[1]))


def _step(entry: Entry) -> Shown:
    step = asdict(entry.step)
    return {
        "at": step.pop("at"),
        "who": step.pop("who"),
        "subject": "exception",
        "card": entry.card,
        "id": entry.exception,
        "action": step.pop("action"),
        "before": entry.before,
        "after": entry.after,
        **{name: value for name, value in step.items() if value},
    }


def _entry(entry: AuditEntry) -> Shown:
    return {name: value for name, value in asdict(entry).items() if value or name in {"before", "after"}}
