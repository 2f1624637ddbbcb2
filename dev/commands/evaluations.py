"""What evaluating costs, as tables: stages, targets, and the other engines at the same join."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from rich.console import Console
from rich.table import Table

from dev import azurite
from dev.bench import quiet_rounds
from dev.bench.evaluation.targets import Target, targets
from dev.bench.evaluation.whole import Figures, Size, measure
from dev.commands.bench_tables import style, table
from dev.host import ROOT

EVALUATIONS = quiet_rounds.MONTH // timedelta(minutes=15)
"""A month, by the timer."""
_ENGINES = ("duckdb", "pandas", "polars", "pyarrow")


def evaluations(
    console: Console, log: Callable[[str], None], sizes: Sequence[Size]
) -> dict[str, list[dict[str, Any]]]:
    """Measure evaluations of these sizes, show them, and give all figures by what they tell."""
    _install(log)
    with azurite.running(progress=log) as storage:
        rounds = [
            asyncio.run(quiet_rounds.measure(storage.connection_string, each)) for each in quiet_rounds.KINDS
        ]
    console.print(_rounds(rounds))
    found = [measure(size, log) for size in sizes]
    for figures in found:
        console.print(_machine(figures))
        console.print(_stages(figures))
        console.print(_engines(figures))
    held = targets(sizes, found)
    console.print(_targets(held))
    return {
        "quiet_rounds": [each.as_json() for each in rounds],
        "evaluation": found,
        "targets": [each.as_json() for each in held],
    }


def _install(log: Callable[[str], None]) -> None:
    """Install the engines that are compared with, where one is missing; nothing else needs them."""
    if all(find_spec(engine) for engine in _ENGINES):
        return
    log("Installing the engines to compare with (once, about a minute) ...")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run((*pip, "-r", str(ROOT / "requirements-bench.txt")), check=True)


def _rounds(found: Sequence[quiet_rounds.QuietRound]) -> Table:
    title = f"Transactions of a round in which nothing changed (target under {quiet_rounds.TARGET})"
    figures = ("Streams", "Messages", "Transactions", "Rounds a month", "Dollars a month")
    shown = table(title, ("Source",), figures)
    for each in found:
        counts = (each.streams, each.messages, each.all_transactions, each.rounds)
        cells = (each.kind, *(f"{count:,}" for count in counts), f"{each.dollars:.2f}")
        shown.add_row(*cells, style=style(each.has_passed))
    return shown


def _machine(figures: Figures) -> Table:
    title = f"The machine while {figures['orders']:,} orders were measured"
    shown = table(title, ("After",), ("A step of Python", "A look-up in 8 MB"))
    for when, each in figures["machine"].items():
        shown.add_row(when, f"{each['step']:.2f} µs", f"{each['look_up']:.1f} ns")
    return shown


def _stages(figures: Figures) -> Table:
    title = f"Evaluating {figures['orders']:,} orders, from the store to published readings"
    shown = table(title, ("Stage",), ("First", "Processor", "Unchanged", "Processor"))
    first, again = (figures["evaluated"][name] for name in ("first", "unchanged"))
    for stage in first["seconds"]:
        times = (each[kind].get(stage, 0) for each in (first, again) for kind in ("seconds", "cpu_seconds"))
        shown.add_row(stage, *(f"{seconds:.2f} s" for seconds in times))
    totals = (each[name] for each in (first, again) for name in ("wall_seconds", "total_cpu_seconds"))
    shown.add_row("all", *(f"{seconds:.2f} s" for seconds in totals))
    _untimed(shown, "taken by other machines", map(_share, (first["taken"], again["taken"])))
    for what in ("requests", "writes", "entities", "bytes", "peak_megabytes"):
        _untimed(shown, what.replace("_", " "), (f"{each[what]:,}" for each in (first, again)))
    dollars = (each["requests"] * quiet_rounds.PRICE * EVALUATIONS for each in (first, again))
    _untimed(shown, "dollars a month, every 15 minutes", (f"{each:.2f}" for each in dollars))
    return shown


def _untimed(shown: Table, what: str, cells: Iterable[str]) -> None:
    """Show what has no processor time beside it, of the first evaluation and of the one after it."""
    first, again = cells
    shown.add_row(what, first, "", again, "")


def _share(taken: float | None) -> str:
    return "not counted" if taken is None else f"{taken:.0%}"


def _engines(figures: Figures) -> Table:
    judged = figures["judged"]
    title = f"Joining {figures['orders']:,} orders with customers and invoices: from columns to reasons"
    shown = table(title, ("Engine",), ("Clock", "Processor", "Peak", "Ours beside it"))
    for name, each in judged.items():
        ratio = f"{judged['tieout']['seconds'] / each['seconds']:.2f}"
        times = (f"{each['seconds']:.2f} s", f"{each['cpu_seconds']:.2f} s")
        shown.add_row(name, *times, f"{each['peak_megabytes']} MB", ratio)
    rows = judged["tieout"]["to_rows"]
    shown.add_row("tieout, to rows", *(f"{rows[each]:.2f} s" for each in ("seconds", "cpu_seconds")), "", "")
    return shown


def _targets(held: Sequence[Target]) -> Table:
    shown = table("Targets", ("What",), ("Figure", "At most"))
    for each in held:
        figure = f"{each.figure:,.3g}" if each.unit != "MB" else f"{each.figure:,.0f}"
        most = "shown only" if each.most is None else f"{each.most:,g} {each.unit}"
        shown.add_row(each.what, f"{figure} {each.unit}", most, style=style(each.has_passed))
    return shown
