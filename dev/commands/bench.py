"""`./run bench`: what pulling and evaluating cost, as tables and as JSON."""

import asyncio
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table

from dev import azurite
from dev.bench import limits, memory, throughput
from dev.bench.evaluation import targets
from dev.commands.bench_tables import style, table
from dev.commands.evaluations import evaluations
from dev.host import ROOT

Only = Annotated[Literal["pull", "evaluate"] | None, typer.Option(help="Measure only this.")]
Json = Annotated[Path | None, typer.Option("--json", help="A file for the figures.", dir_okay=False)]
Quick = Annotated[bool, typer.Option("--quick", help="Measure less, in under a minute.")]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured."""

    part: int
    """One such part of each stream's rows."""
    part_under_limits: int
    records: int
    """How many records are pulled while memory is watched."""
    leniency: int = 1
    """What the targets of speed are divided by: a short pull is mostly its beginning."""


WHOLE = Sizes(part=1, part_under_limits=1, records=1_000_000)
QUICK = Sizes(part=10, part_under_limits=1, records=100_000, leniency=2)


def bench(
    only: Only = None,
    file: Json = None,
    quick: Quick = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Measure pulling (speed, limits, memory) and evaluating (stages, memory, other engines beside it).

    Ends with status 1 where a target is missed.
    """
    console, found = Console(), dict[str, list[dict[str, Any]]]()
    if only != "evaluate":
        with azurite.running(progress=_log) as storage:
            found |= pulls(storage.connection_string, console, QUICK if quick else WHOLE)
    if only != "pull":
        found |= evaluations(console, _log, targets.SIZES[:1] if quick else targets.SIZES)
    if file is not None:
        file.write_text(json.dumps(found, indent=2), encoding="utf-8")
    held = [each for figures in found.values() for each in figures if "has_passed" in each]
    missed = [each for each in held if not each["has_passed"]]
    if missed:
        console.print(f"{len(missed)} of {len(held)} targets are missed.")
        raise typer.Exit(1)


def _log(line: str) -> None:
    typer.echo(line, err=True)


def pulls(storage: str, console: Console, sizes: Sizes) -> dict[str, list[dict[str, Any]]]:
    """Measure pulls, show them, and give all figures by what they tell."""
    throughputs = [
        asyncio.run(throughput.measure(storage, each, each.rows // sizes.part, each.target // sizes.leniency))
        for each in throughput.STREAMS
    ]
    console.print(_throughputs(throughputs))
    ratios = [limits.measure(kind, sizes.part_under_limits) for kind in limits.PUBLISHED]
    console.print(_ratios(ratios))
    command = (sys.executable, "-m", "dev.bench.memory", storage, str(sizes.records))
    ended = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    peak: dict[str, Any] = json.loads(ended.stdout)
    console.print(_memory(peak))
    return {
        "throughput": throughput.as_json(throughputs),
        "limits": limits.as_json(ratios),
        "memory": [peak],
    }


def _throughputs(found: list[throughput.Throughput]) -> Table:
    """Show records a second of processor time of this process: parsing, building, compressing, sending."""
    title = "Into the store on Azurite: records a second of our own processor time"
    figures = ("Records", "A second", "Target", "Processor", "Clock")
    shown = table(title, ("Source", "Stream"), figures)
    for each in found:
        speeds = (f"{each.records:,}", f"{each.per_second:,.0f}", f"{each.target:,}")
        times = (f"{each.cpu_seconds:.2f} s", f"{each.seconds:.2f} s")
        shown.add_row(each.kind, each.stream, *speeds, *times, style=style(each.has_passed))
    total = sum(each.records for each in found) / sum(each.cpu_seconds for each in found)
    shown.add_row("all", "", "", f"{total:,.0f}", "", "", "")
    return shown


def _ratios(found: list[limits.Ratio]) -> Table:
    title = (
        f"Duration of a pull over the shortest that the limit allows (target {limits.TARGET}, none refused)"
    )
    shown = table(title, ("Source", "Limit"), ("Calls", "Simulated", "Shortest", "Ratio", "Refused"))
    for each in found:
        times = (f"{each.seconds:,.0f} s", f"{each.shortest:,.0f} s", f"{each.ratio:.3f}")
        cells = (each.kind, each.limit, f"{each.calls:,}", *times, str(each.refused))
        shown.add_row(*cells, style=style(each.has_passed))
    return shown


def _memory(peak: dict[str, Any]) -> Table:
    shown = table(
        f"Most memory of a process that pulls (target under {memory.TARGET} MB)",
        ("On the way, in MB",),
        ("Records", "Peak", "Clock"),
    )
    on_the_way = " ".join(map(str, peak["samples"]))
    cells = (on_the_way, f"{peak['records']:,}", f"{peak['peak_megabytes']} MB", f"{peak['seconds']:,.0f} s")
    shown.add_row(*cells, style=style(peak["has_passed"]))
    return shown
