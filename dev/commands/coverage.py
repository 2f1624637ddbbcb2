"""`./run coverage`: which branches of shared/ no test takes."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dev import azurite
from dev import browser as chromium
from dev.host import ROOT
from dev.partner.told import stop

LEAST = 95.0
"""Per cent of the branches of shared/ that tests take at least."""
WORST = 20
"""How many files are shown, those first of which the most is missed."""
DATA = ROOT / ".local" / "coverage" / "data"

Arguments = Annotated[
    list[str] | None, typer.Argument(help="What pytest is given, such as a path; without it, every test.")
]
console = Console()


@dataclass(frozen=True, slots=True)
class Covered:
    """How many branches of a file there are, and which lines have one that was not taken."""

    file: str
    branches: int
    missed: int
    lines: tuple[int, ...]


def coverage(
    arguments: Arguments = None,
    *,
    least: Annotated[float, typer.Option(help="Fail below this, in per cent of branches.")] = LEAST,
    processes: Annotated[int, typer.Option(help="How many tests run at a time.")] = 2,
    append: Annotated[bool, typer.Option("--append", help="Add to what was measured before.")] = False,
    report_only: Annotated[
        bool, typer.Option("--report", help="Run nothing, show what was measured.")
    ] = False,
) -> None:
    """Run the tests and say which branches of shared/ they take; fails below 95 per cent."""
    failed = 0 if report_only else _run(arguments or [], processes, append=append)
    files = sorted(measured(), key=lambda each: (-each.missed, each.file))
    console.print(_table(files[:WORST]))
    share = share_of(files)
    console.print(f"{share:.2f} % of {sum(each.branches for each in files):,} branches of shared/ are taken.")
    if failed:
        typer.secho("Tests failed.", fg="red", err=True)
    if share < least:
        typer.secho(f"That is below {least:g} %.", fg="red", err=True)
    if failed or share < least:
        raise typer.Exit(1)


def share_of(files: list[Covered]) -> float:
    """Give the share of branches that are taken, in per cent; all, where there are none."""
    every = sum(each.branches for each in files)
    return 100 * (1 - sum(each.missed for each in files) / every) if every else 100.0


def measured() -> list[Covered]:
    """Give what was measured of each file; ends the command where nothing was."""
    if not DATA.exists():
        stop("Nothing has been measured yet: run it without --report.")
    from coverage import Coverage  # noqa: PLC0415 - a plugin of pytest has it loaded where it measures

    data = Coverage(data_file=DATA, config_file=str(ROOT / "pyproject.toml"))
    data.load()
    written = DATA.parent / "report.json"
    data.json_report(outfile=str(written))
    found = json.loads(written.read_text("utf-8"))["files"]
    return [
        Covered(
            name,
            each["summary"]["num_branches"],
            each["summary"]["missing_branches"],
            tuple(sorted({start for start, _ in each["missing_branches"]})),
        )
        for name, each in found.items()
    ]


def _run(arguments: list[str], processes: int, *, append: bool) -> int:
    azurite.install(progress=lambda line: typer.echo(line, err=True))
    chromium.install(progress=lambda line: typer.echo(line, err=True))
    DATA.parent.mkdir(parents=True, exist_ok=True)
    options = ["--cov", "--cov-report=", *(["--cov-append"] if append else [])]
    command = (sys.executable, "-m", "pytest", "-n", str(processes), *options, *arguments)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _table(files: list[Covered]) -> Table:
    table = Table(title="Branches that no test takes", title_justify="left")
    for heading in ("File", "Branches", "Missed", "At lines"):
        table.add_column(heading, overflow="fold")
    for each in files:
        if each.missed:
            lines = ", ".join(map(str, each.lines))
            table.add_row(each.file, str(each.branches), str(each.missed), lines)
    return table
