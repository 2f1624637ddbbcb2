"""`./run check`: lint, format, types, import rules, and the packages that we rest on."""

import subprocess
import sys
from pathlib import Path
from time import monotonic

import typer

from dev import audit
from dev.host import ROOT

TOOLS = Path(sys.executable).parent
CHECKS = {
    "lint": (str(TOOLS / "ruff"), "check", "."),
    "format": (str(TOOLS / "ruff"), "format", "--check", "."),
    "types": (str(TOOLS / "mypy"),),
    "imports": (str(TOOLS / "lint-imports"),),
}


def _passes(name: str, command: tuple[str, ...]) -> bool:
    typer.secho(f"{name}: {Path(command[0]).name} {' '.join(command[1:])}", bold=True)
    started = monotonic()
    has_passed = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    verdict = "passed" if has_passed else "FAILED"
    typer.echo(f"{name} {verdict} in {monotonic() - started:.1f} s\n")
    return has_passed


def _rests_well() -> bool:
    """Say whether all packages are pinned and none has a known hole; offline, only the first can be told."""
    typer.secho("packages: pinned, and without known holes", bold=True)
    loose = audit.loose()
    for line in loose:
        typer.secho(f"Not pinned: {line}", fg="red")
    try:
        holes = audit.holes(audit.installed())
    except audit.Unasked as why:
        typer.secho(
            f"NOT CHECKED for known holes: {why}. Run this where api.osv.dev can be reached.", fg="yellow"
        )
        holes = []
    for hole in holes:
        typer.secho(hole.told, fg="red")
    has_passed = not loose and not holes
    typer.echo(f"packages {'passed' if has_passed else 'FAILED'}\n")
    return has_passed


def check() -> None:
    """Check the code, and the packages that it rests on; all checks run, whichever fails."""
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if not _rests_well():
        failed.append("packages")
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}", fg="red", err=True)
        raise typer.Exit(1)
    typer.secho(f"All {len(CHECKS) + 1} checks passed.", fg="green")
