"""Laws of exceptions: whatever readings show and people do, no work is lost and no state is unknown."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.exceptions import (
    LIVE,
    PEOPLES,
    STATES,
    Action,
    ExceptionCase,
    Incomplete,
    NotAllowed,
    Step,
    act,
    lapsed,
    next_step,
    replay,
)
from tests.builders import law

_MINUTES = st.integers(1, 90)


@st.composite
def _lives(draw: st.DrawFn) -> list[Step | tuple[bool, bool, str]]:
    """Draw a life: readings that find the case or not, and what people do in between."""
    events: list[Step | tuple[bool, bool, str]] = []
    minute = 0
    for _ in range(draw(st.integers(1, 12))):
        minute += draw(_MINUTES)
        now = _at(minute)
        if draw(st.booleans()):
            events.append((draw(st.booleans()), draw(st.booleans()), now))
        else:
            action: Action = draw(st.sampled_from(PEOPLES))
            until = _at(minute + draw(st.integers(-5, 200)))
            events.append(
                Step(
                    at=now,
                    who="ann",
                    action=action,
                    assignee=draw(st.sampled_from(["", "AR clerk"])),
                    until=draw(st.sampled_from(["", until])),
                    reason=draw(st.sampled_from(["", "a test order"])),
                    comment=draw(st.sampled_from(["", "rang them"])),
                )
            )
    return events


def _at(minute: int) -> str:
    return f"2026-04-{1 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"


def _live(events: list[Step | tuple[bool, bool, str]]) -> tuple[ExceptionCase | None, list[Step], str]:
    """Live through the events; give the case, the steps that were taken, and the last instant."""
    case: ExceptionCase | None = None
    taken: list[Step] = []
    now = ""
    for event in events:
        if isinstance(event, Step):
            step: Step | None = event
        else:
            is_open, is_newer, now = event
            step = next_step(case, is_open=is_open, joined_at=now if is_newer else "", as_of=now)
        if step is None:
            continue
        now = step.at
        try:
            case = act(case, "x", step)
        except (NotAllowed, Incomplete):
            continue
        taken.append(step)
    return case, taken, now


@law
@given(_lives())
def test_the_audit_log_replays_to_the_state(events: list[Step | tuple[bool, bool, str]]) -> None:
    """The steps that were taken, and nothing else, give the state again."""
    case, taken, _ = _live(events)
    assert case == replay("x", taken)
    assert case is None or len(taken) == case.steps


@law
@given(_lives())
def test_no_unknown_state_is_reached(events: list[Step | tuple[bool, bool, str]]) -> None:
    """Only the states that there are; each carries what belongs to it and nothing of another."""
    case, _, now = _live(events)
    if case is None:
        return
    shown = lapsed(case, now)
    assert shown.state in STATES
    assert bool(shown.snoozed_until) == (shown.state == "snoozed")
    assert bool(shown.resolved_at) == (shown.state == "resolved")
    assert bool(shown.ignored_because) == (shown.state == "ignored")


@law
@given(_lives())
def test_a_refresh_loses_no_work(events: list[Step | tuple[bool, bool, str]]) -> None:
    """A reading takes away no assignee, no comment and no date of first sight (DV-12)."""
    case, _, now = _live(events)
    if case is None:
        return
    for is_open in (True, False):
        step = next_step(case, is_open=is_open, joined_at=now, as_of=now)
        after = act(case, "x", step) if step else case
        kept = ("assignee", "comments", "first_seen")
        assert [getattr(case, name) for name in kept] == [getattr(after, name) for name in kept]


@law
@given(_lives())
def test_a_reading_settles_the_case(events: list[Step | tuple[bool, bool, str]]) -> None:
    """After a reading that does not find it a case is resolved; the same reading again does nothing more."""
    case, _, now = _live(events)
    if case is None:
        return
    for is_open in (True, False):
        step = next_step(case, is_open=is_open, joined_at="9999", as_of=now)
        after = act(case, "x", step) if step else case
        assert is_open == (after.state != "resolved")
        assert next_step(after, is_open=is_open, joined_at="9999", as_of=now) is None


OPEN = ExceptionCase(id="x", first_seen="2026-04-01T09:00:00Z")
NOW = "2026-04-02T09:00:00Z"
LATER = "2026-04-03T09:00:00Z"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", PEOPLES)
def test_a_transition_is_allowed_or_refused(state: str, action: Action) -> None:
    """Every step from every state is either taken or refused by name; none ends elsewhere."""
    case = replace(OPEN, state=state, snoozed_until=LATER if state == "snoozed" else "")
    step = Step(at=NOW, who="ann", action=action, until=LATER, reason="r", comment="c", assignee="AR clerk")
    allowed = {
        "acknowledge": state in LIVE - {"acknowledged"},
        "reopen": state in {"resolved", "ignored", "snoozed"},
        "comment": True,
    }.get(action, state in LIVE)
    if not allowed:
        with pytest.raises(NotAllowed, match=state):
            act(case, "x", step)
        return
    becomes = {
        "acknowledge": "acknowledged",
        "assign": "assigned",
        "snooze": "snoozed",
        "ignore": "ignored",
        "resolve": "resolved",
        "reopen": "reopened",
        "comment": state,
    }
    assert becomes[action] == act(case, "x", step).state


def test_a_snooze_ends_where_it_began() -> None:
    """When a snooze is over, the case stands as before it."""
    taken = act(OPEN, "x", Step(at=NOW, who="ann", action="assign", assignee="AR clerk"))
    asleep = act(taken, "x", Step(at=NOW, who="ann", action="snooze", until=LATER))
    assert ("snoozed", "assigned") == (lapsed(asleep, NOW).state, lapsed(asleep, LATER).state)


def test_an_ignore_that_expires_reopens() -> None:
    """An ignore with an expiry ends there, and the case counts again."""
    ignored = act(OPEN, "x", Step(at=NOW, who="ann", action="ignore", reason="seasonal", until=LATER))
    assert ("ignored", "reopened") == (lapsed(ignored, NOW).state, lapsed(ignored, LATER).state)


def test_older_data_do_not_overrule_a_person() -> None:
    """A reading from before a person called a case resolved does not reopen it; a newer one does."""
    resolved = act(OPEN, "x", Step(at=NOW, who="ann", action="resolve"))
    assert next_step(resolved, is_open=True, joined_at=NOW, as_of=LATER) is None
    again = next_step(resolved, is_open=True, joined_at=LATER, as_of=LATER)
    assert again is not None
    assert "reopened" == act(resolved, "x", again).state


@pytest.mark.parametrize(
    ("step", "field"),
    [
        (Step(at=NOW, who="ann", action="snooze"), "until"),
        (Step(at=NOW, who="ann", action="snooze", until=NOW), "until"),
        (Step(at=NOW, who="ann", action="ignore"), "reason"),
        (Step(at=NOW, who="ann", action="ignore", reason=" "), "reason"),
        (Step(at=NOW, who="ann", action="ignore", reason="r", until=NOW), "until"),
        (Step(at=NOW, who="ann", action="comment"), "comment"),
    ],
)
def test_what_a_step_lacks_is_named(step: Step, field: str) -> None:
    """A snooze needs a future, an ignore a reason, a comment words."""
    with pytest.raises(Incomplete) as raised:
        act(OPEN, "x", step)
    assert field == raised.value.field
