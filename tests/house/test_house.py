"""House rules that a machine can hold."""

import re
import sys
from pathlib import Path
from statistics import median
from subprocess import run

import pytest

from dev import requirements
from shared.cards import CARDS
from shared.sources import POLLED, SENT, SOURCES

ROOT = Path(__file__).parents[2]
FOLDERS = ("shared", "functions", "dev")
CODE = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


LONGEST = 300
MEDIAN = 100


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_file_is_long() -> None:
    """No file is over 300 lines, tests included: split it by meaning."""
    files = CODE + sorted((ROOT / "tests").rglob("*.py"))
    assert [] == [f"{path.relative_to(ROOT)}: {_lines(path)}" for path in files if _lines(path) > LONGEST]


def test_most_files_are_small() -> None:
    """Half of the files have at most 100 lines."""
    assert median(_lines(path) for path in CODE) <= MEDIAN


def test_the_requirements_page_is_current() -> None:
    """The page of requirements says what the tests' docstrings say; `./run requirements` writes it."""
    assert requirements.page() == requirements.FILE.read_text(encoding="utf-8")


def test_no_file_speaks_of_unfinished_work() -> None:
    """What is not done stands in the changelog or in an issue, not in the code."""
    word = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    found = [path for path in CODE if word.search(path.read_text(encoding="utf-8"))]
    assert [] == found


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_a_card_is_one_file(card: object) -> None:
    """A card's id is its file's name, so that one finds it."""
    assert (ROOT / "shared" / "cards" / f"{card.id}.py").exists()  # type: ignore[attr-defined]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.kind)
def test_a_source_is_found_by_its_kind(source: object) -> None:
    """A source's kind is its file's name; if it is pulled, a simulated vendor of that name speaks for it."""
    kind, is_pulled = source.kind, source.form is None  # type: ignore[attr-defined]
    assert (ROOT / "shared" / "sources" / f"{kind}.py").exists()
    assert (ROOT / "dev" / "vendors" / f"{kind}.py").exists() == is_pulled


def test_the_environment_is_read_in_one_place() -> None:
    """Only the settings and the timers' schedules read the environment."""
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in CODE
        if path.is_relative_to(ROOT / "shared") and "os.environ" in path.read_text(encoding="utf-8")
    ]
    assert ["shared/settings.py"] == readers


def test_a_source_is_listed_as_what_it_is() -> None:
    """Who has a timer is pulled, and what is sent to us has a form; each is found by its own kind."""
    assert [*POLLED] == [source.kind for source in SOURCES if source.form is None]
    assert [*SENT] == [source.kind for source in SOURCES if source.form is not None]


def _after_loading(*lines: str) -> list[str]:
    """Give the words that these lines print in a process of its own that has loaded the app before."""
    command = [sys.executable, "-c", "\n".join(("import function_app", *lines))]
    ended = run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return ended.stdout.split()


def test_the_app_loads_without_its_sources() -> None:
    """Sources are loaded when they are asked for: together they are a quarter of a cold start."""
    loaded = _after_loading("import sys", "print(*sys.modules)")
    assert set() == {f"shared.sources.{kind}" for kind in (*POLLED, *SENT)} & set(loaded)
    assert set() == {"numpy", "phonenumbers", "jinja2"} & set(loaded)


def test_the_app_loads_without_building_a_model() -> None:
    """Models are built when they are first used: the first one built looks through all packages, besides."""
    count, *built = _after_loading(
        "from shared.domain.deferred import Deferred",
        "kinds = [Deferred.__base__]",
        "for kind in kinds: kinds += kind.__subclasses__()",
        "print(len(kinds), *(each.__name__ for each in kinds[1:] if each.__pydantic_complete__))",
    )
    assert int(count) > 50
    assert built == []
