"""What commands say: one clear sentence where something went wrong, and no trace of the code."""

import os
from typing import NoReturn

import typer
from rich.console import Console

_WIDE = 150


def _console(*, stderr: bool = False) -> Console:
    console = Console(stderr=stderr, highlight=False)
    # A file or a pipe has no width of its own.
    return (
        console
        if console.is_terminal or "COLUMNS" in os.environ
        else Console(stderr=stderr, highlight=False, width=_WIDE)
    )


class Told:
    """Where commands write to: looked up when something is written, as a test's streams come and go."""

    @property
    def out(self) -> Console:
        """What was asked for: a table, a file."""
        return _console()

    @property
    def aside(self) -> Console:
        """What goes on meanwhile: bars, warnings, what was written where."""
        return _console(stderr=True)


TOLD = Told()


def stop(message: str) -> NoReturn:
    """End the command with 1, and say why and what to do."""
    typer.secho(message, fg="red", err=True)
    raise typer.Exit(1)
