"""`./run costs`: what a month on Azure costs."""

from typing import Annotated

import typer

from dev import costs as arithmetic

Write = Annotated[bool, typer.Option("--write", help="Write the tables into docs/costs.md.")]


def costs(write: Write = False) -> None:  # noqa: FBT002 - a flag of the command line
    """Say what a month on Azure costs for 10,000, 100,000 and a million orders."""
    tables = arithmetic.page()
    if not write:
        typer.echo(tables)
        return
    before = arithmetic.PAGE.read_text(encoding="utf-8")
    arithmetic.PAGE.write_text(arithmetic.written(before, tables), encoding="utf-8")
    typer.echo(f"Wrote {arithmetic.PAGE.relative_to(arithmetic.ROOT)}.")
