"""`./run bench` measures evaluations, and the engines beside them do the same job."""

import io
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import pytest
from rich.console import Console

from dev import azurite as emulator
from dev.bench import quiet_rounds, yardstick
from dev.bench.evaluation import stored, whole
from dev.bench.evaluation.measured import measure
from dev.bench.evaluation.merchant import merchant
from dev.bench.evaluation.targets import targets
from dev.bench.evaluation.whole import ENGINES, Size
from dev.commands import evaluations
from dev.host import ROOT
from shared.store.account import StorageAccount
from shared.store.store import open_store

ORDERS = 2_000


async def test_an_evaluation_is_measured(emulated: StorageAccount) -> None:
    """The stages are timed, and what is published has defects of every kind; again, nothing is written."""
    async with open_store(emulated) as store:
        records = await stored.store(store, merchant(ORDERS)[2])
        found = await measure(store)
    assert records > 3 * ORDERS
    first, unchanged = found["first"], found["unchanged"]
    assert {"read", "publish", "exceptions", "alerts"} < first["seconds"].keys()
    assert sum(name.startswith("judge ") for name in first["seconds"]) == 5
    assert {each["status"] for each in found["readings"].values()} <= {"ok", "attention", "alert"}
    assert sum(each["row_count"] for each in found["readings"].values()) > ORDERS // 200
    assert unchanged["writes"] < first["writes"]
    assert unchanged["published_seconds"] > 0
    assert all(each["taken"] is None or 0 <= each["taken"] <= 1 for each in (first, unchanged))


def _figures() -> dict[str, Any]:
    evaluated = {
        "seconds": {"read": 0.1, "judge gap": 0.2},
        "cpu_seconds": {"read": 0.1, "judge gap": 0.2},
        "wall_seconds": 0.4,
        "total_cpu_seconds": 0.3,
        "published_seconds": 0.3,
        "taken": 0.15,
        "requests": 1_000,
        "writes": 4,
        "entities": 10,
        "bytes": 10,
        "peak_megabytes": 100,
    }
    judged: dict[str, Any] = {"seconds": 1.0, "cpu_seconds": 1.0, "peak_megabytes": 100}
    judged["to_rows"] = {"seconds": 2.0, "cpu_seconds": 2.0}
    return {
        "orders": 100,
        "machine": {
            "nothing": {"step": 0.5, "look_up": 10.0},
            "judged": {"step": 0.25, "look_up": 20.0},
        },
        "stored": {"records": 300},
        "evaluated": {"first": evaluated, "unchanged": evaluated},
        "judged": dict.fromkeys(("tieout", *ENGINES), judged),
        "answers": {name: {"p95": 0.01} for name in ("cards", "card", "rows", "search", "worked")},
        "import_seconds": 0.5,
    }


def test_figures_are_shown_and_held_against_targets(azurite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages, engines and targets are shown; a missed target is told from one that is met."""

    class Running:
        connection_string = azurite

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(evaluations, "measure", lambda *_: _figures())
    monkeypatch.setattr(evaluations, "_install", lambda _: None)
    monkeypatch.setattr(emulator, "running", lambda **_: Running())
    monkeypatch.setattr(quiet_rounds, "KINDS", quiet_rounds.KINDS[-1:])
    shown = io.StringIO()
    sizes = [Size(100, seconds=0.2, megabytes=700), Size(1_000, seconds=1, megabytes=700)]
    found = evaluations.evaluations(Console(file=shown, width=140), lambda _: None, sizes)
    missed = [each["what"] for each in found["targets"] if not each["has_passed"]]
    assert missed == ["100 evaluated and published"]
    assert [each["kind"] for each in found["quiet_rounds"]] == [quiet_rounds.KINDS[0].kind]
    for word in ("duckdb", "judge gap", "growth", "dollars a month", "Transactions", "15%"):
        assert word in shown.getvalue()
    machine = [line.strip("│ ").split("│") for line in shown.getvalue().splitlines() if " ns " in line]
    assert [[cell.strip() for cell in line] for line in machine] == 2 * [
        ["nothing", "0.50 µs", "10.0 ns"],
        ["judged", "0.25 µs", "20.0 ns"],
    ]
    assert json.loads(json.dumps(found)) == found


def test_the_machine_is_measured_by_the_best_of_five() -> None:
    """A step of Python is told in microseconds and a look-up in nanoseconds, of the quickest time each."""
    seconds = iter((0.9, 0.5, 0.7, 0.6, 0.8, 4.0, 3.0, 2.0, 5.0, 6.0))
    ticks = (tick for each in seconds for tick in (0.0, each))
    found = yardstick.measure(clock=lambda: next(ticks))
    assert found == yardstick.Yardstick(step=pytest.approx(10.0), look_up=pytest.approx(2e9 / 2**20))


def test_what_others_took_is_counted_as_the_system_tells(tmp_path: Path) -> None:
    """Of what this machine wanted the host gave a part to others; where that is not counted, it says so."""
    stat = tmp_path / "stat"
    stat.write_text("cpu  100 10 10 9000 90 10 10 7 50 5\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    before = yardstick.ticks(stat)
    stat.write_text("cpu  116 12 14 9500 190 14 14 17 58 9\ncpu0 1 1 1 1 1 1 1 1 0 0\n")
    since = yardstick.ticks(stat) - before
    assert (since, since.taken) == (yardstick.Ticks(used=30, stolen=10), 0.25)
    stat.write_text("cpu  16 2 4 500 100 4 4\ncpu0 1 1 1 1 1 1 1\n")
    assert yardstick.ticks(stat) == yardstick.Ticks(used=30)
    assert yardstick.ticks(tmp_path / "no such").taken is None


def test_growth_is_from_the_smallest_to_the_largest() -> None:
    """What ten times the orders take is held against the growth that is allowed."""
    small, large = _figures(), _figures()
    large["evaluated"] = {
        name: {**each, "published_seconds": 9.0} for name, each in large["evaluated"].items()
    }
    held = targets([Size(100, 1, 700), Size(1_000, 10, 700)], [small, large])
    growth = next(each for each in held if each.what.startswith("growth"))
    assert (round(growth.figure, 6), growth.has_passed) == (30, False)


def test_a_part_that_fails_says_why() -> None:
    """A measurement that breaks ends the whole with its own words."""
    with pytest.raises(RuntimeError, match="judged failed"):
        whole._run("judged", "no connection string", "")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_engines_agree(engine: str, tmp_path: Path) -> None:
    """Each engine gives what another gives from the same files, as far as they are installed."""
    pytest.importorskip("pyarrow")
    pytest.importorskip(engine)
    from dev.bench.evaluation.peers.files import write_files  # noqa: PLC0415 - needs pyarrow

    write_files(merchant(ORDERS)[2], tmp_path)
    command = (sys.executable, "-m", "dev.bench.evaluation.peers", engine, str(tmp_path))
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    other = import_module(f"dev.bench.evaluation.peers.by_{next(e for e in ENGINES if e != engine)}")
    assert json.loads(ended.stdout)["outcome"] == other.run(tmp_path).as_json()
