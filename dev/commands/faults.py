"""`./run faults`: the app under faults that seeds draw, as many as there is time for."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from dev.faults.simulation.mutations import MUTATIONS, first_found
from dev.faults.simulation.report import report
from dev.faults.simulation.run import Outcome, simulate
from dev.faults.simulation.schedule import drawn
from dev.faults.simulation.shrink import shrunk

_BATCH = 10

console = Console(highlight=False, soft_wrap=True)


def faults(  # noqa: PLR0913 - the options of the command line
    seeds: Annotated[int, typer.Option(min=1, help="How many simulations to run.")] = 300,
    first: Annotated[int, typer.Option("--from", min=0, help="The first seed.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="How many processes run them.")] = os.cpu_count() or 1,
    *,
    steps: Annotated[bool, typer.Option("--steps", help="Print every step of each.")] = False,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="Leave out what a failure does not need; takes its time.")
    ] = False,
    broken: Annotated[
        bool, typer.Option("--broken", help="Break the app on purpose; say which seed finds each way first.")
    ] = False,
) -> None:
    """Run simulations of the whole app under faults, and say which promises were not kept."""
    if broken:
        _break(range(first, first + seeds))
        return
    failed = 0
    for outcome in _stepped(first, seeds) if steps else _side_by_side(first, seeds, jobs):
        if outcome.failures:
            failed += 1
            found = simulate(shrunk(outcome.schedule)) if shrink else outcome
            console.print(f"\n{report(found)}", markup=False)
    console.print(f"{seeds} simulations, {failed} of them broke a promise.")
    if failed:
        raise typer.Exit(1)


def _break(seeds: range) -> None:
    """Break the app in each known way, and say which seed finds it; fails where none does."""
    missed = 0
    for name, mutation in MUTATIONS.items():
        found = first_found(mutation, map(drawn, seeds))
        missed += found is None
        where = "found by none" if found is None else f"found by seed {found.schedule.seed}"
        console.print(f"{name}: {where}", markup=False)
    if missed:
        raise typer.Exit(1)


def _stepped(first: int, seeds: int) -> Iterator[Outcome]:
    """Run one after the other, and print the steps."""
    for seed in range(first, first + seeds):
        outcome = simulate(drawn(seed), is_trace_kept=True)
        console.print(str(outcome.schedule), markup=False)
        console.print("\n".join(outcome.lines), markup=False)
        yield outcome


def _side_by_side(first: int, seeds: int, jobs: int) -> Iterator[Outcome]:
    """Run in so many processes; gives those that failed."""
    batches = [range(at, min(at + _BATCH, first + seeds)) for at in range(first, first + seeds, _BATCH)]
    columns = (
        TextColumn("Simulations"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed"),
    )
    shown = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)
    with shown as progress, ProcessPoolExecutor(jobs) as pool:
        bar = progress.add_task("", total=seeds, failed=0)
        failed = 0
        under_way = {pool.submit(_failing, each): len(each) for each in batches}
        for done in as_completed(under_way):
            found = done.result()
            failed += len(found)
            progress.update(bar, advance=under_way[done], failed=failed)
            yield from found


def _failing(seeds: range) -> list[Outcome]:
    """Give the outcomes of those seeds that break a promise."""
    outcomes = (simulate(drawn(seed)) for seed in seeds)
    return [each for each in outcomes if each.failures]
