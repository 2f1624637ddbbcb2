"""The pages of the documentation that are made from the code: `./run reference` writes them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dev.reference import cards, http

DOCS = Path(__file__).parents[2] / "docs"

PAGES: Mapping[str, Callable[[], str]] = {"cards.md": cards.page, "http-reference.md": http.page}
"""What makes each page, by its name."""


def write() -> list[Path]:
    """Write all pages anew, and give where they are."""
    written = []
    for name, page in PAGES.items():
        path = DOCS / name
        path.write_text(page(), encoding="utf-8")
        written.append(path)
    return written
