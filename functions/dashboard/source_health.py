"""The health of a connection in one word and one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_STATES = (
    ("failed", "Failed"),
    ("stale", "Late"),
    ("held", "Not read yet"),
    ("pulling", "Pulling"),
    ("off", "Switched off"),
    ("ok", "OK"),
)
_ORDER = {state: at for at, (state, _) in enumerate(_STATES)}
_WORDS = dict(_STATES)


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One connection as the overview lists it."""

    name: str
    title: str
    state: str
    problem: str
    """The first thing that is wrong, or "" for nothing."""
    read_at: str | None
    """Since when all of its streams are read; None while one never was."""
    records: int
    bad_records: int

    @property
    def word(self) -> str:
        """The state as people read it."""
        return _WORDS[self.state]


def source_lines(sources: Iterable[Mapping[str, Any]]) -> list[SourceLine]:
    """Give the lines of connections, what needs somebody first."""
    return sorted(map(_line, sources), key=lambda each: (_ORDER[each.state], each.name))


def _line(source: Mapping[str, Any]) -> SourceLine:
    streams = source["streams"]
    read = [each["last_success_at"] for each in streams]
    state, problem = _state(source)
    return SourceLine(
        name=source["name"],
        title=source["title"],
        state=state,
        problem=problem,
        read_at=min(read) if read and all(read) else None,
        records=sum(each["records_stored"] or 0 for each in streams),
        bad_records=sum(each["bad_records"] for each in streams),
    )


def _state(source: Mapping[str, Any]) -> tuple[str, str]:
    """Give the state, and what is wrong: a stream that fails comes before one that is late."""
    if not source["enabled"]:
        return "off", ""
    if source["problem"]:
        return "failed", source["problem"]
    if (wrong := fault_of_check(source)) is not None:
        return "failed", wrong
    troubled = [each for each in source["streams"] if each["problem"]]
    for state, found in (
        ("failed", [each for each in troubled if each["problem_at"] or each["missing"]]),
        ("stale", [each for each in troubled if each["last_success_at"]]),
        ("held", troubled),
    ):
        if found:
            return state, found[0]["problem"]
    return ("pulling" if any(each["is_pulling"] for each in source["streams"]) else "ok"), ""


def fault_of_check(source: Mapping[str, Any]) -> str | None:
    """Give why a connection's last check did not pass; None where it did, or there was none."""
    check = source["check"]
    if check is None or check["has_passed"]:
        return None
    findings = [f"{each['what']}: {each['message']}" for each in check["findings"] if each["is_fatal"]]
    return str(check["problem"] or next(iter(findings), "something is missing"))
