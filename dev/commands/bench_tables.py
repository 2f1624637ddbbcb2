"""Tables of figures, with what missed its target in red."""

from rich.table import Table


def table(title: str, words: tuple[str, ...], figures: tuple[str, ...]) -> Table:
    """Give a table with these headings, words to the left and figures to the right."""
    made = Table(title=title, title_justify="left")
    for heading in words:
        made.add_column(heading)
    for heading in figures:
        made.add_column(heading, justify="right")
    return made


def style(has_passed: bool) -> str:  # noqa: FBT001 - the one thing it is about
    """Give the style of a row."""
    return "" if has_passed else "red"
