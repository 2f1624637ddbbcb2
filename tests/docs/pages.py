"""The pages of the documentation, and the blocks that stand in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        *(ROOT / "infra").glob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    ]
)
"""Every page that people read, the list of changes left out: it speaks of what was."""

_FENCE = re.compile(r"^( *)```([^\n`]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:(?<=\n\n)|\A)((?: {4}[^\n]*\n|\n(?= {4}))+)")


@dataclass(frozen=True)
class Block:
    """A block of a page: what it is said to be, and its text."""

    page: str
    line: int
    kind: str
    """What stands behind the opening fence: `json`, `sh`; `indented` for a block without a fence."""
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def name_of(page: Path) -> str:
    """Give a page's path within the project."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """Give the blocks of a page, fenced and indented."""
    text = page.read_text(encoding="utf-8")
    name = name_of(page)
    found = [
        Block(name, text.count("\n", 0, each.start()) + 1, each[2].strip(), each[3])
        for each in _FENCE.finditer(text)
    ]
    rest = _FENCE.sub(lambda each: "\n" * each[0].count("\n"), text)
    found += [
        Block(name, rest.count("\n", 0, each.start()) + 1, "indented", each[1])
        for each in _INDENTED.finditer(rest)
    ]
    return found


def prose_of(page: Path) -> str:
    """Give a page without its blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


BLOCKS = [block for page in PAGES if page.exists() for block in blocks_of(page)]
