"""The page of alerts: what is open, how bad it is, who has taken it on, and what did not arrive."""

import json
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

import azure.functions as func

from functions import problems
from functions.blueprints import blueprint
from functions.dashboard.asking import answer_of, ask
from functions.dashboard.notices import done, notice
from functions.dashboard.pages import page, shown
from functions.dashboard.visit import Visit
from functions.problems import Problem
from functions.queries import Query, query_of
from shared.access import MAY_RUN, ROLES
from shared.cards import CARDS, card_of
from shared.domain.alerts import MISSING_DATA, UNDELIVERED
from shared.domain.severity import SEVERITIES
from shared.domain.windows import text
from shared.workspaces import Fault

BLUEPRINT = blueprint()

_TITLES = {MISSING_DATA: "Missing data", UNDELIVERED: "Undelivered messages"}
_MOST_DELIVERIES = 50
_MORNING = time(8)
_MONDAY = 0
Show = Literal["open", "acknowledged", "snoozed", "recovered", "all"]
_STATES = {"open": {"open"}, "acknowledged": {"acknowledged"}, "snoozed": {"snoozed"}, "recovered": {"quiet"}}


class AlertsPageQuery(Query):
    """Which alerts are shown; by default all that stand."""

    show: Show | None = None
    card: str = ""
    done: str = ""


@page(BLUEPRINT, "show_alerts", "{workspace}/alerts", roles=ROLES, query=AlertsPageQuery)
async def show_alerts(visit: Visit) -> func.HttpResponse:
    """Show the alerts of the cards that the visitor may see, the worst first."""
    return await _page(visit, query_of(visit.request, AlertsPageQuery))


@page(BLUEPRINT, "act_on_alert", "{workspace}/alerts/{alert}", roles=ROLES, method="POST", by_card=True)
async def act_on_alert(visit: Visit) -> func.HttpResponse:
    """Acknowledge, snooze or reopen an alert, if it still stands as its page showed it."""
    target = f"/workspaces/{visit.workspace.id}/alerts/{quote(visit.part('alert'), safe='')}"
    answer = await answer_of(visit, "GET", target)
    form = visit.form()
    change: dict[str, Any] = {"action": form.get("action", "")}
    try:
        if form.get("seen", "") != json.loads(answer.get_body())["state"]:
            raise problems.changed()
        if change["action"] == "snooze":
            change["until"] = _until(visit, form.get("until", ""), form.get("moment", ""))
        await ask(visit, "PATCH", target, change, {"if-match": answer.headers["ETag"]})
    except Problem as problem:
        return await _page(visit, AlertsPageQuery(), problem)
    return done(f"{visit.base}/alerts", change["action"])


@page(
    BLUEPRINT,
    "send_delivery_again",
    "{workspace}/deliveries/{delivery}/send",
    roles=MAY_RUN,
    method="POST",
    by_card=True,
)
async def send_delivery_again(visit: Visit) -> func.HttpResponse:
    """Send a message that did not arrive once more."""
    target = f"/workspaces/{visit.workspace.id}/deliveries/{quote(visit.part('delivery'), safe='')}/send"
    try:
        await ask(visit, "POST", target)
    except Problem as problem:
        if problem.status == HTTPStatus.NOT_FOUND:
            raise
        return await _page(visit, AlertsPageQuery(), problem)
    return done(f"{visit.base}/alerts", "send")


async def _page(visit: Visit, query: AlertsPageQuery, problem: Problem | None = None) -> func.HttpResponse:
    base = f"/workspaces/{visit.workspace.id}"
    found = (await ask(visit, "GET", f"{base}/alerts"))["alerts"]
    of_card = [each for each in found if query.card in {"", each["card"]}]
    counts = {name: sum(each["state"] in states for each in of_card) for name, states in _STATES.items()}
    may_run = visit.caller.has(*MAY_RUN)
    failed = (
        await ask(visit, "GET", f"{base}/deliveries?state=failed&limit={_MOST_DELIVERIES}")
        if may_run
        else None
    )
    now = visit.services.clock()
    return await shown(
        visit,
        "alerts.html",
        title="Alerts",
        notice=notice(visit),
        problem=problem,
        query=query,
        alerts=[
            {**each, "title": _title(each)} for each in sorted(of_card, key=_weight) if _fits(each, query)
        ],
        counts=counts | {"all": len(of_card)},
        has_any=bool(found),
        cards={each["card"]: card_title(each["card"]) for each in found},
        failed=failed,
        moments=_moments(visit, now),
        clock=now,
        soonest=_local(visit, now + timedelta(minutes=5)),
    )


def card_title(name: str) -> str:
    """Give the title of what an alert is about: a card, or Tieout itself."""
    card = card_of(name)
    return card.title if card else _TITLES.get(name, name)


def _title(alert: dict[str, Any]) -> str:
    part = "businesses" if alert["subset"] == "b2b" else alert["subset"]
    entity = "" if alert["card"] in _TITLES else alert["entity"]
    return ", ".join(each for each in (card_title(alert["card"]), part, entity) if each)


def _fits(alert: dict[str, Any], query: AlertsPageQuery) -> bool:
    if query.show == "all":
        return True
    return alert["state"] in _STATES[query.show] if query.show else alert["state"] != "quiet"


def _weight(alert: dict[str, Any]) -> tuple[Any, ...]:
    """Order what nobody has taken on first, then by how bad it is; what is over comes last."""
    states = ("open", "acknowledged", "snoozed", "quiet")
    order = [card.id for card in CARDS]
    place = order.index(alert["card"]) if alert["card"] in order else -1
    return states.index(alert["state"]), -SEVERITIES.index(alert["severity"]), place, alert["id"]


def _moments(visit: Visit, now: datetime) -> list[tuple[str, str]]:
    """Give the moments that people snooze to most, in words, and in UTC as the form sends them."""
    zone = visit.workspace.zone
    today = now.astimezone(zone).date()
    monday = today + timedelta(days=(_MONDAY - today.weekday()) % 7 or 7)
    days = ((1, "Tomorrow at 8:00"), ((monday - today).days, "Monday at 8:00"), (7, "In a week at 8:00"))
    moments = {
        text(datetime.combine(today + timedelta(days=each), _MORNING, zone)): words
        for each, words in reversed(days)
    }
    return sorted(moments.items())


def _local(visit: Visit, moment: datetime) -> str:
    return moment.astimezone(visit.workspace.zone).strftime("%Y-%m-%dT%H:%M")


def _until(visit: Visit, until: str, moment: str) -> str:
    """Give the instant that a snooze lasts to; raises Problem where none can be read."""
    if not moment:
        return until
    try:
        return text(datetime.fromisoformat(moment).replace(tzinfo=visit.workspace.zone))
    except (ValueError, OverflowError):  # the year 1 east of Greenwich begins before all years
        raise problems.invalid([Fault("until", "write a day and a time")]) from None
