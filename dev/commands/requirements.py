"""`./run requirements`: which test proves which requirement."""

import typer

from dev import requirements as page


def requirements() -> None:
    """Write tests/requirements.md anew from the tests' docstrings."""
    page.write()
    typer.echo(f"Wrote {page.FILE.relative_to(page.ROOT)}.")
