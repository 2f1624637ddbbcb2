"""The health of a connection: one word for all of its streams, and what is wrong first."""

from typing import Any

import pytest

from functions.dashboard.source_health import source_lines


def source(state: str = "ok", **changes: Any) -> dict[str, Any]:
    """Give a connection as the interface tells of it."""
    stream = {
        "stream": "orders",
        "problem": "orders of shop is 2 h old" if state in {"stale", "held"} else "",
        "problem_at": None,
        "missing": None,
        "last_success_at": None if state == "held" else "2026-04-12T08:00:00Z",
        "records_stored": 5,
        "bad_records": 0,
        "is_pulling": state == "pulling",
    }
    earlier = {"last_success_at": None if state == "held" else "2026-04-12T07:00:00Z"}
    return {
        "name": "shop",
        "title": "Shopify",
        "enabled": state != "off",
        "problem": "the secret env:X is not set" if state == "failed" else "",
        "check": None,
        "streams": [stream, stream | {"stream": "refunds"} | earlier],
        **changes,
    }


@pytest.mark.parametrize("state", ["ok", "stale", "pulling", "off", "failed"])
def test_a_source_is_as_well_as_its_worst(state: str) -> None:
    """One word for all streams of a connection, with the first thing that is wrong, as of the oldest."""
    (line,) = source_lines([source(state)])
    assert state == line.state
    assert bool(line.problem) == (state in {"stale", "failed"})
    assert ("2026-04-12T07:00:00Z", 10) == (line.read_at, line.records)


TROUBLES: list[tuple[dict[str, Any], str]] = [
    ({"problem_at": "2026-04-12T08:30:00Z"}, "failed"),
    ({"missing": {"expected": 9, "records": 1}}, "failed"),
    ({"last_success_at": None}, "held"),
    ({}, "stale"),
]


@pytest.mark.parametrize(("changes", "state"), TROUBLES)
def test_a_stream_that_failed_is_not_merely_late(changes: dict[str, Any], state: str) -> None:
    """The overview says of a source what the page of sources says of its worst stream."""
    given = source("stale")
    given["streams"][1] |= {"problem": "refunds of shop are wrong"} | changes
    wanted = "stale" if state == "held" else state
    assert wanted == source_lines([given])[0].state
    given["streams"] = given["streams"][1:]
    (line,) = source_lines([given])
    assert (state, "refunds of shop are wrong") == (line.state, line.problem)


def test_a_check_that_did_not_pass_is_a_failure() -> None:
    """What stops reading counts, though the vendor answered; what reading goes on without does not."""
    findings = [
        {"what": name, "message": "is not granted", "is_fatal": is_fatal}
        for name, is_fatal in (("read_tags", False), ("read_orders", True))
    ]
    check = {"checked_at": "2026-04-12T08:00:00Z", "has_passed": False, "problem": "", "findings": findings}
    (line,) = source_lines([source(check=check)])
    assert ("failed", "read_orders: is not granted") == (line.state, line.problem)
    passed = check | {"has_passed": True, "findings": findings[:1]}
    assert "ok" == source_lines([source(check=passed)])[0].state


def test_a_source_with_a_stream_that_was_never_read_is_not_read() -> None:
    """No time is made up for what never happened."""
    given = source()
    given["streams"][0]["last_success_at"] = None
    assert source_lines([given])[0].read_at is None


def test_what_needs_somebody_comes_first() -> None:
    """Failed, late, pulling, switched off, fine."""
    lines = source_lines([source(state, name=state) for state in ("ok", "off", "pulling", "stale", "failed")])
    assert ["failed", "stale", "pulling", "off", "ok"] == [each.state for each in lines]
