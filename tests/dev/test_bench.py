"""`./run bench` runs, and fails where a target is missed."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from dev import azurite as emulator
from dev.__main__ import app
from dev.bench import limits, throughput
from dev.commands import bench

TINY = bench.Sizes(part=100, part_under_limits=50, records=1_000)


@contextmanager
def _no_azurite(**_: object) -> Iterator[SimpleNamespace]:
    yield SimpleNamespace(connection_string="")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure one stream and one vendor."""
    monkeypatch.setattr(throughput, "STREAMS", throughput.STREAMS[-1:])
    monkeypatch.setattr(limits, "PUBLISHED", {"sage_intacct": limits.PUBLISHED["sage_intacct"]})


@pytest.mark.usefixtures("few")
def test_pulls_are_measured(azurite: str) -> None:
    """Speed, closeness to the limit and memory are measured, shown and told with their targets."""
    shown = io.StringIO()
    found = bench.pulls(azurite, Console(file=shown, width=120), TINY)
    assert [each["records"] for each in found["throughput"]] == [100]
    assert found["throughput"][0]["per_second"] > 0
    assert [(each["calls"] > 0, each["refused"]) for each in found["limits"]] == [(True, 0)]
    assert found["memory"][0]["records"] == 1_000
    assert all("has_passed" in each for figures in found.values() for each in figures)
    assert all(word in shown.getvalue() for word in ("invoices", "100,000 calls a month", "1,000"))


@pytest.mark.parametrize(("target", "expected"), [(0, 0), (10**12, 1)])
def test_a_missed_target_fails(
    target: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command's status tells whether all targets are met, and its file tells which are not."""
    figure = throughput.Throughput("shop", "orders", 1_000, 0.1, 0.2, target)
    monkeypatch.setattr(bench, "pulls", lambda *_: {"throughput": throughput.as_json([figure])})
    monkeypatch.setattr(emulator, "running", _no_azurite)
    file = tmp_path / "bench.json"
    ended = CliRunner().invoke(app, ["bench", "--only", "pull", "--quick", "--json", str(file)])
    assert ended.exit_code == expected, ended.output
    assert json.loads(file.read_text())["throughput"][0]["has_passed"] is (expected == 0)
