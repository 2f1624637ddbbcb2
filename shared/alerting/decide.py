"""Decides what to tell: a pure fold over evaluations, one alert for each key.

An alert opens after some breaches in a row and recovers after some clear evaluations in a row. While it is
open, people are told again when its severity rises, when it gets worse by a set step, after a while, and
when nobody has taken it on. Who has acknowledged or snoozed it is left in peace, and told of the recovery.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.alerts import OPERATIONAL, Alert, AlertKey, Message, MessageKind, Observation, Policy
from shared.domain.severity import SEVERITIES, Severity

Decision = tuple[Alert, tuple[Message, ...]]


def decide(previous: Alert | None, key: AlertKey, seen: Observation, policy: Policy, now: str) -> Decision:
    """Give how the alert stands after an observation, and what to tell.

    One that is not newer than the last changes nothing, so an evaluation that is published again tells
    nothing again.
    """
    alert = lapsed(previous or Alert(key=key), now)
    if seen.as_of <= alert.as_of:
        return alert, ()
    alert = _counted(alert, seen, policy)
    if not alert.is_open:
        return _open(alert, now) if alert.breaches >= policy.opens_after else (alert, ())
    if alert.clears >= policy.resolves_after:
        closed, messages = _recover(alert, now)
        return closed, () if seen.is_gone else messages
    kind = _worth_telling(alert, policy, now) if alert.state == "open" and seen.is_breach else None
    return (alert, ()) if kind is None else _tell(alert, kind, now)


def lapsed(alert: Alert, now: str) -> Alert:
    """Give an alert as it stands at an instant: one whose snooze is over is open again."""
    if alert.state == "snoozed" and alert.snoozed_until <= now:
        return replace(alert, state="open", snoozed_until="", quietened_by="")
    return alert


def acknowledge(alert: Alert, who: str) -> Alert:
    """Take an open alert on: it stays quiet until it recovers. Raises ValueError where none is open."""
    _needs_open(alert)
    return replace(alert, state="acknowledged", quietened_by=who, snoozed_until="")


def snooze(alert: Alert, who: str, until: str, now: str) -> Alert:
    """Keep an open alert quiet until an instant. Raises ValueError where none is open, or for the past."""
    _needs_open(alert)
    if until <= now:
        msg = "say until when to snooze: an instant in the future"
        raise ValueError(msg)
    return replace(alert, state="snoozed", quietened_by=who, snoozed_until=until)


def unquiet(alert: Alert) -> Alert:
    """Take back an acknowledgement or a snooze. Raises ValueError where none is open."""
    _needs_open(alert)
    return replace(alert, state="open", quietened_by="", snoozed_until="")


def severity_of(seen: Observation, policy: Policy) -> Severity:
    """Say how bad a breach is: by how many thresholds it is past, one step more where a row is old."""
    base = seen.threshold or Decimal(1)
    rank = 1 + (seen.value >= base * policy.high_at) + (seen.value >= base * policy.critical_at)
    rank += seen.oldest_days >= policy.old_days
    return SEVERITIES[min(rank, len(SEVERITIES) - 1)]


def merge_storms(messages: Sequence[Message]) -> list[tuple[Message, ...]]:
    """Group messages that go out as one: those about Tieout itself, by what happened; others alone."""
    storms: dict[tuple[str, MessageKind], list[Message]] = {}
    grouped: list[tuple[Message, ...]] = []
    for message in messages:
        if message.alert.key.card in OPERATIONAL:
            storms.setdefault((message.alert.key.card, message.kind), []).append(message)
        else:
            grouped.append((message,))
    return [*(tuple(each) for each in storms.values()), *grouped]


def _needs_open(alert: Alert) -> None:
    if not alert.is_open:
        msg = "this alert is not open"
        raise ValueError(msg)


def _counted(alert: Alert, seen: Observation, policy: Policy) -> Alert:
    return replace(
        alert,
        as_of=seen.as_of,
        breaches=alert.breaches + 1 if seen.is_breach else 0,
        clears=0 if seen.is_breach else alert.clears + 1,
        value=seen.value,
        threshold=seen.threshold,
        waits_for=seen.waits_for or alert.waits_for,
        severity=severity_of(seen, policy) if seen.is_breach else alert.severity,
    )


def _open(alert: Alert, now: str) -> Decision:
    fresh = replace(alert, state="open", opened_at=now, told=0, escalated_at="", resolved_at="")
    return _tell(fresh, "opened", now)


def _recover(alert: Alert, now: str) -> Decision:
    lasted = _seconds(alert.opened_at, now)
    closed, messages = _tell(alert, "recovered", now, lasted)
    quiet = replace(
        closed, state="quiet", breaches=0, resolved_at=now, snoozed_until="", quietened_by="", waits_for=()
    )
    return quiet, messages


def _worth_telling(alert: Alert, policy: Policy, now: str) -> MessageKind | None:
    """Give the weightiest reason to tell of an open alert again; None for none."""
    told = alert.told_value
    step = abs(told) * policy.worsens_by_percent / 100
    if SEVERITIES.index(alert.severity) > SEVERITIES.index(alert.told_severity):
        return "severity_rose"
    if not alert.escalated_at and _is_past(alert.opened_at, policy.escalate_after, now):
        return "escalated"
    if policy.worsens_by_percent and alert.value > told and alert.value - told >= step:
        return "worsened"
    return "reminder" if _is_past(alert.told_at, policy.remind_after, now) else None


def _tell(alert: Alert, kind: MessageKind, now: str, lasted: int = 0) -> Decision:
    before = alert.told_value
    told = replace(
        alert,
        told=alert.told + 1,
        told_at=now,
        told_value=alert.value,
        told_severity=alert.severity if kind == "opened" else _worse(alert.severity, alert.told_severity),
        escalated_at=now if kind == "escalated" else alert.escalated_at,
    )
    message = Message(kind=kind, alert=told, number=told.told, lasted_seconds=lasted, before=before)
    return told, (message,)


def _worse(one: Severity, other: Severity) -> Severity:
    return max(one, other, key=SEVERITIES.index)


def _is_past(since: str, wait: timedelta | None, now: str) -> bool:
    return wait is not None and _seconds(since, now) >= wait.total_seconds()


def _seconds(start: str, end: str) -> int:
    return int((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
