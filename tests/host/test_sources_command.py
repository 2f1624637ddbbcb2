"""`./run sources`: what it prints, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from dev.commands import sources
from dev.partner import checking, place, watching
from shared.sources import sage_network
from shared.sources.source import Finding, Probe

RUN = CliRunner()
STREAM = {
    "stream": "orders",
    "last_success_at": None,
    "last_ended_at": None,
    "records": 0,
    "records_stored": 0,
    "bad_records": 0,
    "calls": 0,
    "progress": None,
    "sweep": None,
    "waiting_for": "",
    "problem": "",
}
UNDER_WAY = {
    "phase": "pull",
    "pages": 3,
    "records": 1_500,
    "remaining": 500,
    "estimated_end": "2026-04-14T12:00:00Z",
}


def _document(tmp_path: Path, **connection: Any) -> str:
    document = {
        "id": "acme",
        "name": "Acme",
        "time_zone": "Europe/London",
        "reporting_currency": "GBP",
        "connections": [{"name": "network", "kind": "sage_network", **connection}],
    }
    path = tmp_path / "workspace.json"
    path.write_text(json.dumps(document), "utf-8")
    return str(path)


def _finds(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    async def check(_: Probe) -> tuple[Finding, ...]:
        return findings

    monkeypatch.setenv("NETWORK_KEY", "invented")
    found = checking.examine.__globals__["possible_jobs_of"].__globals__
    changed = {name: getattr(sage_network.SOURCE, name) for name in sage_network.SOURCE.__dataclass_fields__}
    source = type(sage_network.SOURCE)(**(changed | {"check": check}))
    monkeypatch.setitem(found, "source_of", lambda _: source)


@pytest.mark.parametrize(
    ("findings", "code", "told"),
    [
        ((), 0, "ok"),
        ((Finding("field [note]", "is [/none]", is_fatal=False),), 0, "field [note]"),
        ((Finding("scope runs", "grant it"),), 1, "scope runs"),
        ((Finding("field note", "not read", is_fatal=False),), 0, "field note"),
    ],
    ids=["nothing", "markup", "fatal", "partial"],
)
def test_a_document_is_checked_before_it_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, findings: tuple[Finding, ...], code: int, told: str
) -> None:
    """Each thing that is missing has a line with its name; what is fatal ends the command with 1."""
    _finds(monkeypatch, *findings)
    file = _document(tmp_path, secrets={"api_key": "env:NETWORK_KEY"})
    result = RUN.invoke(sources.app, ["check", "--workspace", file])
    assert (result.exit_code, told in result.output) == (code, True)


def test_a_secret_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Without its secret a connection cannot be checked, and the secret's place is told."""
    file = _document(tmp_path, secrets={"api_key": "env:NOT_THERE"})
    result = RUN.invoke(sources.app, ["check", "--workspace", file])
    assert result.exit_code == 1
    assert "env:NOT_THERE" in result.output


def test_what_is_no_document_is_told(tmp_path: Path) -> None:
    """A file that is no workspace document ends with its faults and not with a trace."""
    path = tmp_path / "other.json"
    path.write_text("{}", "utf-8")
    result = RUN.invoke(sources.app, ["check", "--workspace", str(path)])
    assert (result.exit_code, "time_zone" in result.output) == (1, True)


def _app(monkeypatch: pytest.MonkeyPatch, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(place, "client", lambda *_: httpx.Client(base_url="http://app", transport=transport))
    monkeypatch.setattr(watching, "LOOK_EVERY_SECONDS", 0)


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        (("pull",), ""),
        (("pull", "--anew"), "?anew=true"),
        (("backfill", "--since", "2026-01-01"), "?since=2026-01-01T00%3A00%3A00%2B00%3A00"),
        (("backfill", "--since", "2026-01-01T06:00:00+02:00"), "?since=2026-01-01T06%3A00%3A00%2B02%3A00"),
    ],
    ids=["pull", "anew", "day", "instant"],
)
def test_a_pull_is_watched_until_it_ends(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], query: str
) -> None:
    """The command asks once, looks until each stream has ended since, and shows what came of it."""
    states = [
        STREAM,
        STREAM | {"progress": UNDER_WAY},
        STREAM | {"progress": UNDER_WAY},
        STREAM | {"last_ended_at": "2026-04-14T12:00:00Z", "records": 2_000, "records_stored": 2_000},
    ]
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            asked.append(str(request.url))
            return httpx.Response(202, json={"streams": ["orders"]})
        state = states.pop(0) if len(states) > 1 else states[0]
        return httpx.Response(200, json={"sources": [{"name": "shop", "problem": "", "streams": [state]}]})

    _app(monkeypatch, answer)
    result = RUN.invoke(sources.app, [*arguments, "--workspace", "acme", "--key", "k"])
    assert result.exit_code == 0, result.output
    assert asked == [f"http://app/workspaces/acme/sources/shop/pull{query}"]
    assert "2,000" in result.output


def test_status_shows_problems_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stream has a line with what is wrong and how far it is."""
    streams = [STREAM | {"problem": "out of [/order]"}, STREAM | {"stream": "refunds", "progress": UNDER_WAY}]
    body = {"sources": [{"name": "shop", "problem": "", "streams": streams}]}
    _app(monkeypatch, lambda _: httpx.Response(200, json=body))
    monkeypatch.setenv("COLUMNS", "200")
    result = RUN.invoke(sources.app, ["status", "--workspace", "acme", "--key", "k"])
    assert result.exit_code == 0
    assert "out of [/order]" in result.output
    assert "1,500 records" in result.output


@pytest.mark.parametrize("since", ["last year", "2026-13-01", "2026-01-01T06:00:00"])
def test_a_date_that_is_none_is_told_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch, since: str
) -> None:
    """What is no date, or an instant that could be two, pulls nothing."""
    asked: list[httpx.Request] = []
    _app(monkeypatch, lambda request: asked.append(request) or httpx.Response(500))  # type: ignore[func-returns-value]
    result = RUN.invoke(sources.app, ["backfill", "--since", since, "--workspace", "acme", "--key", "k"])
    assert (result.exit_code, "write 2026-01-01" in result.stderr, asked) == (1, True, [])


def test_what_cannot_be_pulled_is_told_and_the_others_are_pulled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to which records are sent is no reason not to pull the shop."""
    ended = STREAM | {"last_ended_at": "2026-04-14T12:00:00Z"}
    states = [STREAM, ended]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and "/log/" in request.url.path:
            return httpx.Response(409, json={"detail": "Records are sent to it."})
        if request.method == "POST":
            return httpx.Response(202, json={"streams": ["orders"]})
        state = states.pop(0) if len(states) > 1 else states[0]
        log = {"name": "log", "problem": "", "streams": []}
        return httpx.Response(
            200, json={"sources": [log, {"name": "shop", "problem": "", "streams": [state]}]}
        )

    _app(monkeypatch, answer)
    result = RUN.invoke(sources.app, ["pull", "--workspace", "acme", "--key", "k"])
    assert (result.exit_code, "Records are sent to it" in result.stderr) == (0, True), result.output


def test_a_refusal_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong key or address ends with what the app said."""
    _app(monkeypatch, lambda _: httpx.Response(401, json={"detail": "A key is needed"}))
    result = RUN.invoke(sources.app, ["status", "--workspace", "acme", "--key", "k"])
    assert (result.exit_code, "A key is needed" in result.output) == (1, True)
