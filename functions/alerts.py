"""Alerts over HTTP: what is open, how bad it is, and who has taken it on."""

import hashlib
from typing import Any, Literal

import azure.functions as func
from pydantic import ConfigDict

from functions import problems
from functions.answers import entity_tag, json_answer, names, not_modified
from functions.blueprints import blueprint
from functions.bodies import body_of
from functions.http import BASE, Call, endpoint
from functions.people import shown_recipient
from functions.queries import Instant, Query, query_of
from shared.access import MAY_RUN, ROLES, may_see
from shared.alerting.decide import acknowledge, lapsed, snooze, unquiet
from shared.cards import card_of
from shared.domain.alerts import OPERATIONAL, UNDELIVERED, Alert, AlertKey, AlertState
from shared.domain.deferred import Deferred
from shared.domain.severity import SEVERITIES
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import quieting
from shared.pipeline.audit import Note
from shared.store.alerts import KeptAlert
from shared.store.tables import Conflict
from shared.workspaces import Fault

BLUEPRINT = blueprint()


class AlertsQuery(Query):
    """Which alerts."""

    state: AlertState | None = None
    card: str | None = None


class AlertChange(Deferred):
    """What a person does about an alert."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["acknowledge", "snooze", "reopen"]
    until: Instant | None = None


@endpoint(
    BLUEPRINT,
    "list_alerts",
    "GET",
    "workspaces/{workspace}/alerts",
    roles=ROLES,
    query=AlertsQuery,
    by_card=True,
)
async def list_alerts(call: Call) -> func.HttpResponse:
    """Give the alerts of the cards that the caller may see; those that recovered stand as quiet."""
    workspace = call.workspace
    query = query_of(call.request, AlertsQuery)
    shown = [
        _shown(call, workspace, kept.alert)
        for about, kept in sorted((await _visible(call, workspace)).items())
        if query.card in {None, about.card}
    ]
    alerts = [each for each in shown if query.state in {None, each["state"]}]
    return json_answer({"workspace": workspace.id, "alerts": alerts})


@endpoint(BLUEPRINT, "read_alert", "GET", "workspaces/{workspace}/alerts/{alert}", roles=ROLES, by_card=True)
async def read_alert(call: Call) -> func.HttpResponse:
    """Give one alert."""
    workspace = call.workspace
    query_of(call.request, Query)
    kept = await _found(call, workspace)
    tag = _tag(call, kept)
    answer = json_answer(_shown(call, workspace, kept.alert), headers={"ETag": tag})
    return not_modified(call.request, tag) or answer


@endpoint(
    BLUEPRINT,
    "change_alert",
    "PATCH",
    "workspaces/{workspace}/alerts/{alert}",
    roles=ROLES,
    body=AlertChange,
    by_card=True,
)
async def change_alert(call: Call) -> func.HttpResponse:
    """Acknowledge or snooze an open alert, or take that back; with If-Match, if it has not changed."""
    workspace = call.workspace
    query_of(call.request, Query)
    change = body_of(call, AlertChange)
    kept = await _found(call, workspace)
    wanted = call.request.headers.get("if-match", "")
    if wanted and not names(wanted, _tag(call, kept)):
        raise problems.changed()
    now = text(call.services.clock())
    before = lapsed(kept.alert, now)
    if not before.is_open:
        raise problems.conflict("This alert is not open: there is nothing to acknowledge or snooze.")
    try:
        after = _changed(before, change, call.caller.name, now)
    except ValueError as error:
        raise problems.invalid([Fault("until", str(error))]) from None
    what = Note("alert", alert_id(after.key), change.action, before.state, after.state)
    try:
        await quieting.change_alert(call.services, workspace.id, call.caller.name, (after, kept.etag), what)
    except Conflict:
        raise problems.changed() from None
    saved = await _found(call, workspace)
    return json_answer(_shown(call, workspace, saved.alert), headers={"ETag": _tag(call, saved)})


def alert_id(about: AlertKey) -> str:
    """Give the id by which an address names an alert: card, subset and entity; of a person nothing."""
    subset = about.subset
    if about.card == UNDELIVERED:
        subset = hashlib.sha256(subset.encode()).hexdigest()[:16]
    return f"{about.card}~{subset}~{about.entity}".rstrip("~")


def may_see_alert(call: Call, workspace: Workspace, card_id: str) -> bool:
    """Say whether the caller may see a card's alerts; those about Tieout itself are for who may run it."""
    if card_id in OPERATIONAL:
        return call.caller.has(*MAY_RUN)
    card = card_of(card_id)
    return card is not None and workspace.card(card_id).enabled and may_see(card, call.caller)


async def open_alerts(call: Call, workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Give the open alert of each card, by card; of several, for a subset say, the worst."""
    now = text(call.services.clock())
    found = [kept.alert for kept in (await _visible(call, workspace)).values()]
    by_weight = sorted(found, key=lambda each: (SEVERITIES.index(each.severity), not each.key.subset))
    return {each.key.card: _shown(call, workspace, each) for each in by_weight if lapsed(each, now).is_open}


async def _visible(call: Call, workspace: Workspace) -> dict[AlertKey, KeptAlert]:
    """Give the alerts that the caller may see and that were ever open."""
    found = await call.services.store.alerts.of(workspace.id)
    return {
        about: kept
        for about, kept in found.items()
        if kept.alert.opened_at and may_see_alert(call, workspace, about.card)
    }


async def _found(call: Call, workspace: Workspace) -> KeptAlert:
    wanted = call.part("alert")
    for about, kept in (await _visible(call, workspace)).items():
        if alert_id(about) == wanted:
            return kept
    raise problems.not_found("There is no alert of this id that your key opens.")


def _tag(call: Call, kept: KeptAlert) -> str:
    """Give the tag of an alert as it stands now: a snooze that is over changes it, too."""
    return entity_tag(kept.etag, lapsed(kept.alert, text(call.services.clock())).state)


def _changed(alert: Alert, change: AlertChange, who: str, now: str) -> Alert:
    if change.action == "acknowledge":
        return acknowledge(alert, who)
    if change.action == "reopen":
        return unquiet(alert)
    return snooze(alert, who, "" if change.until is None else text(change.until), now)


def _shown(call: Call, workspace: Workspace, kept: Alert) -> dict[str, Any]:
    alert = lapsed(kept, text(call.services.clock()))
    card, name = card_of(alert.key.card), alert_id(alert.key)
    return {
        "id": name,
        "card": alert.key.card,
        "subset": shown_recipient(call, alert.key.subset),
        "entity": alert.key.entity,
        "state": alert.state,
        "severity": alert.severity,
        "value": str(alert.value),
        "threshold": str(alert.threshold),
        "unit": card.threshold_unit if card else None,
        "waiting_for": list(alert.waits_for),
        "opened_at": alert.opened_at,
        "resolved_at": alert.resolved_at or None,
        "told": alert.told,
        "told_at": alert.told_at or None,
        "escalated_at": alert.escalated_at or None,
        "quietened_by": alert.quietened_by,
        "snoozed_until": alert.snoozed_until or None,
        "href": f"/{BASE}/workspaces/{workspace.id}/alerts/{name}",
    }
