"""`./run reference`: the pages of the documentation that are made from the code."""

import typer


def reference() -> None:
    """Write docs/cards.md and docs/http-reference.md anew from the code."""
    from dev import reference as pages  # noqa: PLC0415 - loads the whole app, which other commands need not

    for path in pages.write():
        typer.echo(f"Wrote {path.relative_to(pages.DOCS.parent)}.")
