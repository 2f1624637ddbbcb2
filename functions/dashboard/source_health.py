"""The health of a connection in one word and one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_STATES = (
    ("failed", "Failed"),
    ("stale", "Late"),
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
    problems = [f"{each['stream']}: {each['problem']}" for each in streams if each["problem"]]
    read = [each["last_success_at"] for each in streams]
    state, problem = _state(source, problems)
    return SourceLine(
        name=source["name"],
        title=source["title"],
        state=state,
        problem=problem,
        read_at=min(read) if read and all(read) else None,
        records=sum(each["records_stored"] or 0 for each in streams),
        bad_records=sum(each["bad_records"] for each in streams),
    )


def _state(source: Mapping[str, Any], problems: list[str]) -> tuple[str, str]:
    if not source["enabled"]:
        return "off", ""
    if source["problem"]:
        return "failed", source["problem"]
    check = source["check"]
    if check is not None and check["problem"]:
        return "failed", check["problem"]
    if problems:
        return "stale", problems[0]
    return ("pulling" if any(each["is_pulling"] for each in source["streams"]) else "ok"), ""
