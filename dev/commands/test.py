"""`./run test`: every test, two at a time."""

import os
import sys
from typing import Annotated

import typer

from dev import azurite
from dev import browser as chromium
from dev.host import ROOT

Arguments = Annotated[
    list[str] | None, typer.Argument(help="What pytest is given, such as -k NAME or a path.")
]


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def run_tests(arguments: Arguments = None) -> None:
    """Run the tests; what follows is handed to pytest."""
    azurite.install(progress=_tell)
    chromium.install(progress=_tell)
    os.chdir(ROOT)
    # Some take a minute and most a moment: whoever is done takes half of what the other one has left.
    command = (sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *(arguments or ()))
    os.execv(sys.executable, command)  # noqa: S606 - pytest takes our place
