"""`./run rows`: the rows of a card as CSV, into a file or on to the next program."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from dev.partner.app import App
from dev.partner.files import whole
from dev.partner.place import asking
from dev.partner.told import TOLD, stop

_NAMES = (
    "reason",
    "cohort",
    "cause",
    "entity",
    "company",
    "platform",
    "queue",
    "segment",
    "state",
    "assignee",
    "min_age_days",
    "max_age_days",
    "q",
    "sort",
    "include_matched",
    "as_of",
)
"""What rows are filtered by; docs/http.md says what each means."""


@asking
def rows(
    app: App,
    card: Annotated[str, typer.Argument(help="The card's id.")],
    workspace: Annotated[str, typer.Option("--workspace", help="The workspace's id.")],
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter", help="NAME=VALUE, as often as you like: reason=unmapped_customer, sort=-gap."
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="The file; without one, to the screen.")] = None,
) -> None:
    """Write the rows of a card as CSV, all of them or those that fit the filters."""
    params = _filters(filters or ())
    with app.streamed(f"/workspaces/{workspace}/cards/{card}/rows.csv", params) as answer:
        if to is None:
            _show(answer.iter_bytes())
        else:
            with whole(to) as file:
                file.writelines(answer.iter_bytes())
    if to is not None:
        TOLD.aside.print(f"The rows of {card} are in {to}.", markup=False)


def _filters(given: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or name not in _NAMES:
            stop(f"--filter {each} is none: write NAME=VALUE, where NAME is one of {', '.join(_NAMES)}.")
        if name in found:
            stop(f"--filter {name} is given twice.")
        found[name] = value
    return found


def _show(pieces: Iterable[bytes]) -> None:
    try:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
    except BrokenPipeError:  # the next program has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
