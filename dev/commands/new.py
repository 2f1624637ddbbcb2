"""`./run new-card` and `./run new-source`: make the places that a card or a source stands in."""

import keyword
import re
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from dev.host import ROOT
from dev.partner.told import TOLD, stop

TEMPLATES = Path(__file__).parents[1] / "templates"
_TITLE = re.compile(r"[\w &'(),./:-]{1,60}", re.ASCII)
"""What may stand in code, in prose and in a table alike."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

Name = Annotated[str, typer.Argument(help="Its id, in snake case: open_orders.")]
Title = Annotated[str, typer.Option("--title", help="What people read; from the name if nothing is said.")]


@dataclass(frozen=True)
class Places:
    """What a new part is made of: files that are new, and lines in files that are there."""

    root: Path
    files: dict[str, str] = field(default_factory=dict)
    """The template of each new file, by its path."""
    lines: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """For each file that is there: the line that begins a list, and what is added at that list's end."""

    def make(self, name: str, title: str) -> None:
        """Make all of it, or nothing: ends the command where a name does not do, or something is there."""
        if not _NAME.fullmatch(name) or keyword.iskeyword(name):
            stop(f"{name} is no name: write it in small letters with _ between words, open_orders.")
        if not _TITLE.fullmatch(title):
            stop(f"{title} is no title: at most 60 letters, digits, blanks and &'(),./:- stand in one.")
        words = {
            "name": name,
            "title": title,
            "model": "".join(each.capitalize() for each in name.split("_")),
        }
        made = {
            self.root / path.format(name=name): Template(_template(template)).substitute(words)
            for path, template in self.files.items()
        }
        there = [path.relative_to(self.root) for path in made if path.exists()]
        if there:
            stop(f"{there[0]} is there already: choose another name.")
        changed = {
            self.root / path: _with_lines(self.root / path, each, words) for path, each in self.lines.items()
        }
        for path, text in (made | changed).items():
            path.write_text(text, encoding="utf-8")
            verb = "made" if path in made else "one line in"
            TOLD.out.print(f"  {verb} {path.relative_to(self.root)}", markup=False)


def new_card(name: Name, title: Title = "") -> None:
    """Make a new card's file, its line in the list and its cases: it says that it is not written yet."""
    Places(
        ROOT,
        {"shared/cards/{name}.py": "card", "tests/cards/test_{name}.py": "card_test"},
        {
            "shared/cards/__init__.py": (
                ("from shared.cards import (", "    $name,"),
                ("CARDS = (", "    $name.CARD,"),
            )
        },
    ).make(name, title or _title(name))
    TOLD.out.print(
        f"\nNext: write the text and the judge in shared/cards/{name}.py, and its cases in "
        f"tests/cards/test_{name}.py.\nUntil `unready` is taken away it says that it is not written yet.\n"
        f"Try it: ./run check && ./run test tests/cards tests/house -k '{name} or catalogue or house'",
        markup=False,
    )


def new_source(name: Name, title: Title = "") -> None:
    """Make a new source's file, its line in the list, its cases, its simulated vendor and its page."""
    Places(
        ROOT,
        {
            "shared/sources/{name}.py": "source",
            "tests/sources/test_{name}.py": "source_test",
            "dev/vendors/{name}.py": "source_vendor",
            "docs/sources/{name}.md": "source_page",
        },
        {
            "shared/sources/__init__.py": (("POLLED = {", '    "$name": QUARTER_HOURLY,'),),
            "tests/sources/suite.py": (
                ("SETTINGS: dict[str, Setting] = {", '    "$name": Setting(bad={}),'),
            ),
            "docs/sources.md": (
                (
                    "| kind | yields | read |",
                    "| [`$name`](sources/$name.md) | nothing yet | not written yet |",
                ),
            ),
        },
    ).make(name, title or _title(name))
    TOLD.out.print(
        f"\nNext: write the simulated vendor in dev/vendors/{name}.py and name it in dev/vendors/server.py,\n"
        f"then the streams in shared/sources/{name}.py, each with its line in tests/sources/suite.py and\n"
        f"dev/bench/setups.py, and what people must know in docs/sources/{name}.md.\n"
        f"Try it: ./run check && ./run test tests/sources tests/house -k '{name} or table or house'",
        markup=False,
    )


def _title(name: str) -> str:
    return " ".join(each.capitalize() for each in name.split("_"))


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")


def _with_lines(path: Path, lines: tuple[tuple[str, str], ...], words: dict[str, str]) -> str:
    """Give a file's text with a line at the end of each list; names of an import stay in their order."""
    text = path.read_text(encoding="utf-8")
    for start, template in lines:
        head, found, rest = text.partition(f"{start}\n")
        if not found:
            line = Template(template).substitute(words).strip()
            stop(f"{path.name} has no line {start}: nothing is made. Add {line} by hand where it belongs.")
        entries, end = _entries(rest)
        added = [*entries, Template(template).substitute(words)]
        if "import" in start:
            added.sort()
        text = "\n".join((f"{head}{start}", *added, rest[end:]))
    return text


def _entries(rest: str) -> tuple[list[str], int]:
    """Give the lines of a list up to its end, and where that is: at the first line of another kind."""
    entries: list[str] = []
    end = 0
    for line in rest.splitlines(keepends=True):
        if not line.startswith(("    ", "|")):
            break
        entries.append(line.rstrip("\n"))
        end += len(line)
    return entries, end
