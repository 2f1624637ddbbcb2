"""Exceptions: cases that stay from one reading to the next, and what people do about them.

A pure state machine. Readings make exceptions appear, go and come back; people acknowledge, assign, snooze,
ignore, resolve and reopen them. Each step is an entry of the audit log, and the entries alone give the state
again (`replay`). What merely lapses, a snooze or the expiry of an ignore, needs no step: `lapsed` says how
an exception stands at an instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

State = Literal["open", "acknowledged", "assigned", "snoozed", "ignored", "resolved", "reopened"]
STATES: tuple[State, ...] = get_args(State)
LIVE: frozenset[State] = frozenset({"open", "acknowledged", "assigned", "snoozed", "reopened"})
"""The states in which a case waits to be settled."""
QUIET: frozenset[State] = frozenset({"snoozed", "ignored"})
"""What leaves the alert count and stays visible, counted apart."""

TIEOUT = "tieout"
"""Who acts where no person does: the evaluation."""

Action = Literal[
    "appeared",
    "matched",
    "came_back",
    "acknowledge",
    "assign",
    "snooze",
    "ignore",
    "resolve",
    "reopen",
    "comment",
]

_ALLOWED: dict[Action, frozenset[State]] = {
    "acknowledge": frozenset({"open", "reopened", "assigned", "snoozed"}),
    "assign": LIVE,
    "snooze": LIVE,
    "ignore": LIVE,
    "resolve": LIVE,
    "reopen": frozenset({"resolved", "ignored", "snoozed"}),
    "comment": frozenset(STATES),
    "matched": frozenset({*LIVE, "ignored"}),
    "came_back": frozenset({"resolved"}),
}
_BECOMES: dict[Action, State] = {
    "appeared": "open",
    "acknowledge": "acknowledged",
    "snooze": "snoozed",
    "ignore": "ignored",
    "resolve": "resolved",
    "reopen": "reopened",
    "assign": "assigned",
    "matched": "resolved",
    "came_back": "reopened",
}
_UNDONE = {"resolved_at": "", "resolved_by": "", "ignored_because": "", "ignored_until": ""}
PEOPLES: tuple[Action, ...] = ("acknowledge", "assign", "snooze", "ignore", "resolve", "reopen", "comment")
"""What people may do."""


class NotAllowed(Exception):
    """The state that an exception is in does not allow this step; the message says what it would take."""


class Incomplete(Exception):
    """A step lacks something that it needs, a reason or a date in the future; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of an exception's life: an entry of the audit log. Instants are RFC 3339 text in UTC."""

    at: str
    who: str
    action: Action
    assignee: str = ""
    until: str = ""
    """Of a snooze; of an ignore, where it expires."""
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCase:
    """How an exception stands."""

    id: str
    """The id of its row: of card, entity and subject."""
    state: State = "open"
    before_snooze: State = "open"
    first_seen: str = ""
    changed_at: str = ""
    assignee: str = ""
    snoozed_until: str = ""
    ignored_because: str = ""
    ignored_until: str = ""
    resolved_at: str = ""
    resolved_by: str = ""
    reopened: int = 0
    comments: int = 0
    steps: int = 0
    """How many steps it has been through."""


def act(case: ExceptionCase | None, case_id: str, step: Step) -> ExceptionCase:
    """Take one step; None is a case that has not appeared yet.

    Raises NotAllowed where the state forbids it, and Incomplete where the step lacks something.
    """
    if case is None:
        if step.action != "appeared":
            raise NotAllowed("There is no such exception.")
        return ExceptionCase(id=case_id, first_seen=step.at, changed_at=step.at, steps=1)
    case = lapsed(case, step.at)
    if case.state not in _ALLOWED.get(step.action, frozenset()):
        raise NotAllowed(f"An exception that is {case.state} cannot be changed by: {step.action}.")
    _check(step)
    moved = replace(case, changed_at=step.at, steps=case.steps + 1, **_changes(case, step))
    return moved if step.action in {"snooze", "comment"} else replace(moved, snoozed_until="")


def _check(step: Step) -> None:
    if step.action == "snooze" and step.until <= step.at:
        raise Incomplete("until", "Say until when to snooze: an instant in the future.")
    if step.action == "ignore" and not step.reason.strip():
        raise Incomplete("reason", "Say why this can be ignored.")
    if step.action == "ignore" and step.until and step.until <= step.at:
        raise Incomplete("until", "The expiry must be in the future.")
    if step.action == "comment" and not step.comment.strip():
        raise Incomplete("comment", "A comment needs words.")


def _changes(case: ExceptionCase, step: Step) -> dict[str, Any]:
    becomes = {} if step.action == "comment" else {"state": _BECOMES[step.action]}
    particulars: dict[str, Any] = {}
    match step.action:
        case "comment":
            particulars = {"comments": case.comments + 1}
        case "assign":
            particulars = {"state": "assigned" if step.assignee else "open", "assignee": step.assignee}
        case "snooze":
            before = case.before_snooze if case.state == "snoozed" else case.state
            particulars = {"before_snooze": before, "snoozed_until": step.until}
        case "ignore":
            particulars = {"ignored_because": step.reason, "ignored_until": step.until}
        case "resolve" | "matched":
            particulars = {"resolved_at": step.at, "resolved_by": step.who}
        case "reopen" | "came_back":
            particulars = {**_UNDONE, "reopened": case.reopened + 1}
        case _:
            pass
    return becomes | particulars


def lapsed(case: ExceptionCase, now: str) -> ExceptionCase:
    """Give an exception as it stands at an instant: a snooze that is over, an ignore that has expired."""
    if case.state == "snoozed" and case.snoozed_until <= now:
        return replace(case, state=case.before_snooze, snoozed_until="")
    if case.state == "ignored" and case.ignored_until and case.ignored_until <= now:
        return replace(
            case, state="reopened", ignored_because="", ignored_until="", reopened=case.reopened + 1
        )
    return case


def replay(case_id: str, steps: Iterable[Step]) -> ExceptionCase | None:
    """Give the exception that these steps led to; None for no steps."""
    case: ExceptionCase | None = None
    for step in steps:
        case = act(case, case_id, step)
    return case


def next_step(case: ExceptionCase | None, *, is_open: bool, joined_at: str, as_of: str) -> Step | None:
    """Give what a reading does to an exception; None for nothing.

    A reading that still finds a case which a person called resolved reopens it only if its inputs are newer
    than that: until then it cannot know better. What a person ignores stays so until the match appears.
    """
    if is_open:
        if case is None:
            return Step(at=as_of, who=TIEOUT, action="appeared")
        is_news = case.state == "resolved" and (case.resolved_by == TIEOUT or joined_at > case.resolved_at)
        return Step(at=as_of, who=TIEOUT, action="came_back") if is_news else None
    if case is None or case.state == "resolved":
        return None
    return Step(at=as_of, who=TIEOUT, action="matched")
