"""The page of the audit log: who changed what, when, and from what to what."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import azure.functions as func
from pydantic import Field

from functions import problems
from functions.blueprints import blueprint
from functions.dashboard.alerts import card_title
from functions.dashboard.asking import ask
from functions.dashboard.pages import page, shown
from functions.dashboard.visit import Visit
from functions.queries import Query, query_of
from shared.access import ROLES
from shared.domain.windows import text
from shared.workspaces import Fault

BLUEPRINT = blueprint()
_PAGE_SIZE = 100

SUBJECTS = {
    "exception": "Exceptions",
    "alert": "Alerts",
    "decision": "Decisions",
    "delivery": "Messages",
    "workspace": "Settings",
    "connection": "Sources",
    "key": "Keys",
    "hook": "Flows",
    "person": "Privacy",
}
_DID = {
    ("alert", "acknowledge"): "acknowledged the alert",
    ("alert", "snooze"): "snoozed the alert",
    ("alert", "reopen"): "reopened the alert",
    ("connection", "pull"): "asked for a pull",
    ("connection", "pull_anew"): "had everything read anew",
    ("connection", "pull_since"): "had what changed since a date read again",
    ("connection", "confirm"): "confirmed a smaller master",
    ("connection", "upload"): "sent records",
    ("decision", "alias"): "decided that they are the same",
    ("decision", "not_same"): "decided that they are not the same",
    ("decision", "reverse"): "took a decision back",
    ("delivery", "send_again"): "sent a message again",
    ("hook", "make"): "had a flow called",
    ("hook", "remove"): "had a flow called no longer",
    ("key", "make"): "made a key",
    ("key", "revoke"): "revoked a key",
    ("person", "erase"): "had a person erased",
    ("person", "export"): "exported what is stored of a person",
    ("workspace", "make"): "made the workspace",
    ("workspace", "save"): "changed settings",
}


class AuditPageQuery(Query):
    """Which entries are shown: of which days in the workspace's time zone, whose, and of what."""

    since: str = ""
    until: str = ""
    who: str = Field(default="", max_length=200)
    subject: str = ""
    id: str = Field(default="", max_length=200)
    page_token: str = Field(default="", max_length=1_000)


@page(BLUEPRINT, "show_audit", "{workspace}/audit", roles=ROLES, query=AuditPageQuery)
async def show_audit(visit: Visit) -> func.HttpResponse:
    """Show the entries of the log that the visitor may see, the newest first."""
    query = query_of(visit.request, AuditPageQuery)
    asked = {name: value for name, value in query.model_dump().items() if value} | {"page_size": _PAGE_SIZE}
    for name, days in (("since", 0), ("until", 1)):
        if name in asked:
            asked[name] = _midnight(visit, name, str(asked[name]), days)
    found = await ask(visit, "GET", f"/workspaces/{visit.workspace.id}/audit?{urlencode(asked)}")
    return await shown(
        visit,
        "audit.html",
        title="Audit",
        query=query,
        found=found,
        entries=[{**each, **_words(each)} for each in found["entries"]],
        subjects=SUBJECTS,
    )


def _midnight(visit: Visit, name: str, day: str, days: int) -> str:
    """Give the instant at which a day of the workspace's begins, or the one `days` later."""
    try:
        found = date.fromisoformat(day) + timedelta(days=days)
        return text(datetime.combine(found, time(), visit.workspace.zone))
    except (ValueError, OverflowError):
        raise problems.bad_query([Fault(name, "not a day such as 2026-04-14")]) from None


def _words(entry: dict[str, Any]) -> dict[str, str]:
    """Give what was done in a sentence's words, and on what."""
    what = f"{entry['action'].replace('_', ' ')}: {SUBJECTS.get(entry['subject'], entry['subject']).lower()}"
    did = _DID.get((entry["subject"], entry["action"]), what)
    about = entry["id"]
    if entry["subject"] == "exception":
        did, about = _PAST.get(entry["action"], entry["action"]), card_title(entry["card"])
    elif entry["subject"] == "alert":
        card, _, rest = about.partition("~")
        about = ", ".join(each for each in (card_title(card), *rest.split("~")) if each)
    elif entry["subject"] == "workspace":
        about = ""
    optional = dict.fromkeys(("assignee", "until", "why", "reason", "comment"), "")
    return optional | {"did": did, "about": about} | {name: entry[name] for name in optional if name in entry}


_PAST = {
    "appeared": "appeared",
    "matched": "matched by a later reading",
    "came_back": "came back",
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "snooze": "snoozed",
    "ignore": "ignored",
    "resolve": "resolved",
    "reopen": "reopened",
    "comment": "commented",
}
