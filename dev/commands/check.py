"""`./run check`: lint, format, types and import rules."""

import subprocess
import sys
from pathlib import Path
from time import monotonic

import typer

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


def check() -> None:
    """Check the code: lint, format, types and import rules; all run, whichever fails."""
    failed = [name for name, command in CHECKS.items() if not _passes(name, command)]
    if failed:
        typer.secho(f"Failed: {', '.join(failed)}", fg="red", err=True)
        raise typer.Exit(1)
    typer.secho(f"All {len(CHECKS)} checks passed.", fg="green")
