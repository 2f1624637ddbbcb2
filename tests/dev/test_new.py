"""`./run new-card` and `./run new-source`: in a copy of the tree, what they make passes at once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dev.__main__ import app as commands
from dev.commands import new

ROOT = Path(__file__).parents[2]
PARTS = ("shared", "functions", "dev", "tests", "docs", "pyproject.toml", "requirements.txt")
CARD, SOURCE = "overdue_invoices", "magento_one"
NEW_FILES = (
    f"shared/cards/{CARD}.py",
    f"tests/cards/test_{CARD}.py",
    f"shared/sources/{SOURCE}.py",
    f"tests/sources/test_{SOURCE}.py",
    f"dev/vendors/{SOURCE}.py",
    "shared/cards/__init__.py",
    "shared/sources/__init__.py",
    "tests/sources/suite.py",
)
HELD_TO = (
    f"tests/cards/test_{CARD}.py",
    "tests/cards/test_catalogue.py",
    f"tests/sources/test_{SOURCE}.py",
    "tests/sources/test_contract_suite.py::test_every_source_stands_in_the_table",
    "tests/house/test_house.py::test_a_card_is_one_file",
    "tests/house/test_house.py::test_a_source_is_found_by_its_kind",
    "tests/house/test_source_pages.py",
    "tests/pipeline/test_held.py",
    "tests/worlds/test_worlds.py::test_worlds_come_in_the_order_of_the_cards",
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a copy of the tree with a card and a source that were begun, where the commands work as well."""
    folder = tmp_path_factory.mktemp("tree")
    for name in PARTS:
        part = ROOT / name
        if part.is_dir():
            # With its bytecode, which is as good here: times are copied, too.
            shutil.copytree(part, folder / name, ignore=shutil.ignore_patterns("*.png", "static"))
        else:
            shutil.copy(part, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new, "ROOT", folder)
        for made in (run("new-card", CARD), run("new-source", SOURCE, "--title", "Magento 1")):
            assert (made.exit_code, "Next:" in made.output) == (0, True), made.output
        yield folder


def run(*arguments: str) -> Result:
    """Run a command as `./run` does."""
    return CliRunner().invoke(commands, [*arguments])


def _held(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(  # noqa: S603 - our own tools
        (sys.executable, "-m", *command),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_begun_passes_its_tests_and_those_of_the_house(tree: Path) -> None:
    """A new card is not configured and says why, a new source is not to be connected; nothing breaks."""
    done = _held(tree, "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", *HELD_TO)
    assert done.returncode == 0, done.stdout[-4_000:]


def test_what_is_begun_passes_the_checks(tree: Path) -> None:
    """The lines are where they belong, in their order, formatted as all others are."""
    for action in (("check", "--no-cache"), ("format", "--no-cache", "--check")):
        done = _held(tree, "ruff", *action, *NEW_FILES)
        assert done.returncode == 0, done.stdout


def test_each_place_says_what_comes_next(tree: Path) -> None:
    """Whoever opens a file that was made finds what to do there; none of it looks done."""
    for name in NEW_FILES[:5]:
        text = (tree / name).read_text("utf-8")
        assert "Next: " in text or "not written yet" in text, name
    assert "not written yet" in (tree / "docs" / "sources" / f"{SOURCE}.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("command", "name", "told"),
    [
        ("new-card", "Overdue Invoices", "is no name"),
        ("new-card", "class", "is no name"),
        ("new-card", CARD, "is there already"),
        ("new-source", SOURCE, "is there already"),
    ],
)
def test_a_name_that_does_not_do_makes_nothing(tree: Path, command: str, name: str, told: str) -> None:
    """No file is made and no line is added where the command is refused."""
    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*.py")}
    refused = run(command, name)
    assert (refused.exit_code, told in refused.stderr) == (1, True), refused.output
    assert before == {path: path.stat().st_mtime_ns for path in tree.rglob("*.py")}


@pytest.mark.parametrize("title", ['The "best" card', "two\nlines", "a | b", "a\\b", "long " * 20])
def test_a_title_that_would_break_the_code_makes_nothing(tree: Path, title: str) -> None:
    """What is written into code, prose and tables alike has no letter that means something in them."""
    refused = run("new-card", "odd_title", "--title", title)
    assert (refused.exit_code, "is no title" in refused.stderr) == (1, True), refused.output
    assert not (tree / "shared" / "cards" / "odd_title.py").exists()
