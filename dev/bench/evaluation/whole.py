"""The whole measurement of one size: stored, evaluated, judged beside the other engines, and asked for."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dev import azurite
from dev.bench import yardstick
from dev.bench.evaluation.merchant import merchant
from dev.bench.evaluation.peers.files import write_files
from dev.host import ROOT

ENGINES = ("pandas", "polars", "duckdb")
TIMES = 3
"""The engines and our own judging take turns so often; the median counts."""
SHORT = 200_000
"""Up to so many orders an evaluation takes a second or two, in which chance weighs much: that many stores are
evaluated as well, and the median counts."""
_KEY = "an invented operator's key"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How many orders, and what evaluating them may take at most."""

    orders: int
    seconds: float
    megabytes: int


def measure(size: Size, log: Callable[[str], None]) -> Figures:
    """Measure one size; every part of ours runs in a process of its own, one after another."""
    with azurite.running(progress=log) as storage, TemporaryDirectory() as folder:
        where = (storage.connection_string, "")
        runs, machine = [], {"nothing": yardstick.measure().as_json()}
        for turn in range(TIMES if size.orders <= SHORT else 1):
            prefix = f"again{turn}" if turn else ""
            log(f"Storing {size.orders:,} orders ...")
            stored = _run("stored", where[0], prefix, str(size.orders))
            log("Evaluating ...")
            runs.append(_run("measured", where[0], prefix))
        evaluated = _middle(runs, lambda each: float(each["first"]["published_seconds"]))
        machine["evaluated"] = yardstick.measure().as_json()
        log("Judging beside the other engines ...")
        write_files(merchant(size.orders)[2], Path(folder))
        judged: dict[str, list[Figures]] = {}
        for _ in range(TIMES):
            judged.setdefault("tieout", []).append(_run("judged", *where))
            for engine in ENGINES:
                judged.setdefault(engine, []).append(_run("peers", engine, folder))
        machine["judged"] = yardstick.measure().as_json()
        log("Asking over HTTP ...")
        answered = _run("answers", environment={"AzureWebJobsStorage": where[0], "TIEOUT_ADMIN_KEY": _KEY})
        machine["asked"] = yardstick.measure().as_json()
    return {
        "orders": size.orders,
        "machine": machine,
        "stored": stored,
        "evaluated": evaluated,
        "judged": {name: _middle(found, itemgetter("seconds")) for name, found in judged.items()},
        **answered,
    }


def _run(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Figures:
    command = (sys.executable, "-m", f"dev.bench.evaluation.{module}", *arguments)
    ended = subprocess.run(
        command,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )
    if ended.returncode:
        raise RuntimeError(f"{module} failed:\n{ended.stderr[-2000:]}")
    figures: Figures = json.loads(ended.stdout.splitlines()[-1])
    return figures


def _middle(found: list[Figures], seconds: Callable[[Figures], float]) -> Figures:
    """Give the run with the median time."""
    median = statistics.median_low(map(seconds, found))
    return next(each for each in found if seconds(each) == median)
