"""What people do about rows from a card's page: many at once, said row by row, and undone again."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from functions.dashboard.asking import ask
from functions.dashboard.card_views import View
from functions.dashboard.visit import Visit
from functions.exception_requests import MOST_AT_ONCE
from functions.problems import Problem
from shared.domain.windows import text

STEPS = ("acknowledge", "assign", "snooze", "ignore", "resolve", "reopen")
DONE = {
    "acknowledge": "Acknowledged",
    "assign": "Assigned",
    "snooze": "Snoozed",
    "ignore": "Ignored",
    "resolve": "Resolved",
    "reopen": "Reopened",
    "undo": "Undone for",
}
_MOST_STEPS_BACK = 3
_REOPENED = {"action": "reopen"}

Change = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """How a row stood before it was changed, and how it stands since: what it takes to undo that."""

    id: str
    name: str
    state: str
    assignee: str = ""
    until: str = ""
    """Of a snooze, or of an ignore that ends."""
    reason: str = ""
    """Of an ignore."""
    now: str = ""

    @property
    def written(self) -> str:
        """Write it as a form carries it: without a comma, which parts such fields from each other."""
        return urlencode(asdict(self))

    @staticmethod
    def read(given: str) -> "Before | None":
        """Read what a form brought back; None for anything else."""
        known = dict.fromkeys(Before.__dataclass_fields__, "")
        found = dict(parse_qsl(given))
        return Before(**(known | found)) if found.keys() <= known.keys() and found.get("id") else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a change: for people, and for undoing it."""

    done: str = ""
    changed: tuple[Before, ...] = ()
    refused: tuple[tuple[Before, str], ...] = ()
    """What could not be changed, and why."""
    problem: str = ""
    """Why nothing was tried at all."""
    is_undoable: bool = False


async def change(
    visit: Visit, view: View, rows: Sequence[Mapping[str, Any]], form: Mapping[str, str]
) -> Outcome:
    """Take a step for the rows that a form names, or for all that fit the view; `rows` are those listed."""
    action = form.get("action", "")
    wanted = {
        "action": action,
        "assignee": form.get("assignee", "").strip() if action == "assign" else "",
        "reason": form.get("reason", "").strip() if action == "ignore" else "",
    }
    until = form.get("until" if action == "snooze" else "ignore_until", "").strip()
    if until and action in {"snooze", "ignore"}:
        try:
            wanted["until"] = _start_of(until, visit)
        except ValueError:
            return Outcome(problem="Say the day as a date, such as 2026-04-20.")
    listed = await _all(visit, view) if form.get("all") else list(rows)
    ids = [each["id"] for each in listed] if form.get("all") else _ids(form)
    if not ids:
        return Outcome(problem="Choose at least one row first.")
    if len(ids) > MOST_AT_ONCE:
        return Outcome(problem=f"At most {MOST_AT_ONCE:,} rows change at once. Narrow the filters first.")
    before = await _before(visit, listed, ids)
    return await _sent(visit, before, wanted)


async def undo(visit: Visit, form: Mapping[str, str]) -> Outcome:
    """Bring rows back to how they stood before the change that a form carries.

    A row that somebody has changed since stays as it is: their work is not ours to undo.
    """
    given = [each for each in map(Before.read, form.get("before", "").split(",")) if each]
    back = {each.id: changes_back(each) for each in given}
    standing = await asyncio.gather(*[_detailed(visit, each.id, each.name) for each in given])
    refused = {
        each.id: (each, f"Somebody has changed it since: it is {now.state}.")
        for each, now in zip(given, standing, strict=True)
        if now.state != each.now
    }
    for stage in range(_MOST_STEPS_BACK):
        groups: dict[tuple[tuple[str, str], ...], list[Before]] = {}
        for each in given:
            if len(back[each.id]) > stage and each.id not in refused:
                groups.setdefault(tuple(sorted(back[each.id][stage].items())), []).append(each)
        for wanted, members in groups.items():
            outcome = await _sent(visit, members, dict(wanted))
            refused |= {each.id: (each, why) for each, why in outcome.refused}
    undone = tuple(each for each in given if each.id not in refused)
    return Outcome(DONE["undo"], undone, tuple(refused.values()))


def changes_back(before: Before) -> list[Change]:
    """Give the steps that lead back to how a row stood.

    One that was reopened cannot be made so by going on working at it: it comes back as open, or assigned.
    """
    if before.state == before.now and before.state != "assigned":
        steps: list[Change] = []
    else:
        is_shut = before.now in {"resolved", "ignored"}
        steps = [_REOPENED] if is_shut or (before.now, before.state) == ("snoozed", "reopened") else []
    assigned = {"action": "assign", "assignee": before.assignee}
    match before.state:
        case "open" | "assigned":
            return [*steps, assigned]
        case "acknowledged":
            return [*steps, assigned, {"action": "acknowledge"}]
        case "snoozed":
            return [*steps, assigned, {"action": "snooze", "until": before.until}]
        case "ignored":
            ended = {"until": before.until} if before.until else {}
            return [{"action": "ignore", "reason": before.reason, **ended}]
        case "resolved":
            return [{"action": "resolve"}]
        case _:
            return steps if before.now in {"resolved", "ignored", "snoozed"} else [assigned]


async def _sent(visit: Visit, before: Sequence[Before], wanted: Change) -> Outcome:
    body = {
        "ids": [each.id for each in before],
        "change": {name: value for name, value in wanted.items() if value or name == "assignee"},
    }
    target = f"/workspaces/{quote(visit.workspace.id)}/exceptions/bulk"
    results = (await ask(visit, "POST", target, body))["results"]
    known = {each.id: each for each in before}
    changed = [replace(known[each["id"]], now=each["state"]) for each in results if not each.get("problem")]
    refused = [(known[each["id"]], each["message"]) for each in results if each.get("problem")]
    return Outcome(DONE[wanted["action"]], tuple(changed), tuple(refused), is_undoable=bool(changed))


async def _before(visit: Visit, listed: Iterable[Mapping[str, Any]], ids: Sequence[str]) -> list[Before]:
    """Give how rows stand; what the list does not tell, an end or a reason, is asked one by one."""
    known = {each["id"]: each for each in listed}

    async def of(row_id: str) -> Before:
        row = known.get(row_id)
        if row is not None and row["state"] not in {"snoozed", "ignored"}:
            return Before(id=row_id, name=name_of(row), state=row["state"], assignee=row["assignee"])
        return await _detailed(visit, row_id, name_of(row) if row else "")

    return list(await asyncio.gather(*map(of, ids)))


async def _detailed(visit: Visit, row_id: str, name: str) -> Before:
    target = f"/workspaces/{quote(visit.workspace.id)}/exceptions/{quote(row_id, safe='')}"
    try:
        case = await ask(visit, "GET", target)
    except Problem:  # the change says for itself that there is no such row
        return Before(id=row_id, name=name or row_id, state="open")
    return Before(
        id=row_id,
        name=name or case["name"] or case["summary"].get("order") or row_id,
        state=case["state"],
        assignee=case["assignee"],
        until=case["snoozed_until"] or case["ignored_until"] or "",
        reason=case["ignored_because"],
    )


async def _all(visit: Visit, view: View) -> list[dict[str, Any]]:
    """Give the rows that fit the view, one more than can be changed at once where there are more."""
    page = await ask(visit, "GET", view.rows(page_size=MOST_AT_ONCE))
    rows: list[dict[str, Any]] = [each for each in page["rows"] if not each["is_settled"]]
    if page["next_page_token"]:
        rest = await ask(visit, "GET", view.rows(page_size=1, page_token=page["next_page_token"]))
        rows += rest["rows"]
    return rows


def name_of(row: Mapping[str, Any]) -> str:
    """Name a row as people know it: an order by its number, a customer by name."""
    return str(row.get("order") or row["name"] or row.get("email") or row["id"])


def _ids(form: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(each for each in form.get("ids", "").split(",") if each))


def _start_of(day: str, visit: Visit) -> str:
    return text(datetime.combine(date.fromisoformat(day), time(), tzinfo=visit.workspace.zone))
