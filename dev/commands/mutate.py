"""`./run mutate`: changes of what judges that no test notices."""

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from dev.host import ROOT
from dev.mutation import cover
from dev.mutation.mutants import UNCHANGED, Mutant, mutants_of
from dev.mutation.trial import Outcome, tried
from dev.partner.told import stop

FOLDER = ROOT / ".local" / "mutation"
TESTS = (
    "tests/laws",
    "tests/cards",
    "tests/alerting",
    "tests/docs/test_field_map.py",
    "tests/pipeline/test_erasing_persons.py",
)
"""What notices: the tests of what does no input and output, and of erasing, which touches it all."""
MOST_SECONDS = 30.0
"""How long the tests of one mutant take of a processor at most, by what they took when they were measured."""
PATIENCE = 4.0
"""How many times that a mutant may take: one that loops is noticed, too."""

console = Console()


def mutate(
    *,
    files: Annotated[
        list[str] | None, typer.Option(help="Files or folders; without it, shared/domain and shared/cards.")
    ] = None,
    sample: Annotated[int, typer.Option(help="How many changes to try; 0 for all.")] = 100,
    seed: Annotated[int, typer.Option(help="Which of them: the same seed draws the same.")] = 1,
    measured: Annotated[
        bool, typer.Option("--measured", help="Take which test comes by which line from the last time.")
    ] = False,
    processes: Annotated[int, typer.Option(help="How many changes are tried at a time.")] = 2,
) -> None:
    """Change the code a little, many times, and say which changes no test notices."""
    mutants = drawn(files or ["shared/domain", "shared/cards"], sample, seed)
    if not mutants:
        stop(f"There is nothing to change in {', '.join(files or ())}: name files or folders from here.")
    if measured and not cover.is_measured(FOLDER):
        stop("Nothing has been measured yet: leave --measured away.")
    console.print(f"{len(mutants):,} changes to try.")
    if not measured:
        console.print("Measuring which tests come by which lines ...")
    began = monotonic()
    try:
        known = cover.read(ROOT, FOLDER) if measured else cover.measure(ROOT, FOLDER, TESTS)
        outcomes = _tried(mutants, known, processes)
    except cover.TestsFailError:
        typer.secho("The tests fail without any change: mend that, and measure anew.", fg="red", err=True)
        raise typer.Exit(1) from None
    counts = Counter(outcomes.values())
    _write(outcomes)
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    console.print(f"{score(outcomes):.1f} % noticed: {told}; seed {seed}, {monotonic() - began:.0f} s.")


def drawn(files: list[str], sample: int, seed: int) -> list[Mutant]:
    """Draw changes of these files and folders, in the order of their places."""
    found: list[Mutant] = []
    for path in sorted({each for name in files for each in _files(ROOT / name)}):
        found += mutants_of(ROOT, path.relative_to(ROOT).as_posix())
    if sample and sample < len(found):
        found = random.Random(seed).sample(found, sample)
    return sorted(found)


def score(outcomes: dict[Mutant, Outcome]) -> float:
    """Give the share of changes that some test notices, in per cent."""
    noticed = sum(outcome in {"killed", "timed out"} for outcome in outcomes.values())
    return 100 * noticed / len(outcomes) if outcomes else 100.0


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _tried(mutants: list[Mutant], known: cover.Cover, processes: int) -> dict[Mutant, Outcome]:
    _control(mutants, known)
    outcomes: dict[Mutant, Outcome] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(processes) as pool:
        task = progress.add_task("Trying", total=len(mutants))
        for mutant, outcome in zip(mutants, pool.map(partial(_try, known), mutants), strict=True):
            outcomes[mutant] = outcome
            if outcome in {"survived", "untested"}:
                told = f"[yellow]{outcome}[/yellow]  {escape(str(mutant))}"
                progress.console.print(told, soft_wrap=True, highlight=False)
            progress.update(task, advance=1, description=f"Trying, {score(outcomes):.0f} % noticed")
    return outcomes


def _try(known: cover.Cover, mutant: Mutant) -> Outcome:
    tests = known.tests_of(mutant.file, mutant.line, MOST_SECONDS)
    return tried(mutant, tests, 30 + PATIENCE * sum(known.seconds.get(test, 0.0) for test in tests))


def _control(mutants: list[Mutant], known: cover.Cover) -> None:
    """See that the tests pass over what is not changed: otherwise each change would seem to be noticed."""
    for mutant in mutants[:1]:
        tests = known.tests_of(mutant.file, mutant.line, MOST_SECONDS)
        if tests and tried(replace(mutant, number=UNCHANGED), tests, 600) != "survived":
            raise cover.TestsFailError


def _write(outcomes: dict[Mutant, Outcome]) -> None:
    rows = [{**asdict(mutant), "outcome": outcome} for mutant, outcome in outcomes.items()]
    (FOLDER / "results.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
