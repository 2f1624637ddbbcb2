"""`./run coverage`: what it measures, and how it ends."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dev.__main__ import app
from dev.commands import coverage, mutate
from dev.commands.coverage import Covered, share_of
from dev.host import ROOT

FILES = [
    Covered("shared/a.py", 30, 1, (7,)),
    Covered("shared/b.py", 10, 0, ()),
    Covered("shared/c.py", 0, 0, ()),
]


def test_branches_of_what_is_deployed_are_measured() -> None:
    """The settings ask for branches, of shared/ and of nothing else."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["coverage"]["run"]
    assert (settings["branch"], settings["source"]) == (True, ["shared"])
    assert ROOT / settings["data_file"] == coverage.DATA


def test_a_share_is_of_branches_not_of_files() -> None:
    """One of forty branches is two and a half per cent, however large the file; of nothing all is taken."""
    assert share_of(FILES) == pytest.approx(97.5)
    assert share_of([]) == 100


@pytest.mark.parametrize(
    ("options", "tests", "code"),
    [
        ([], 0, 0),
        (["--least", "97.5"], 0, 0),
        (["--least", "97.6"], 0, 1),
        ([], 1, 1),
        (["--report"], 1, 0),
    ],
    ids=["enough", "just enough", "too few", "tests failed", "nothing run"],
)
def test_it_ends_with_1_where_it_does_not_do(
    options: list[str], tests: int, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too few branches or a failed test end it with 1; the worst file is shown with its lines."""
    asked: list[Any] = []

    def run(arguments: list[str], _: int, **__: bool) -> int:
        asked.append(arguments)
        return tests

    monkeypatch.setattr(coverage, "_run", run)
    monkeypatch.setattr(coverage, "measured", lambda: [*FILES])
    result = CliRunner().invoke(app, ["coverage", *options, "tests/laws", "-k", "money"])
    assert result.exit_code == code, result.output
    assert "shared/a.py" in result.output
    assert bool(asked) != ("--report" in options)
    assert not asked or asked == [["tests/laws", "-k", "money"]]


def test_without_a_measurement_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for what was measured before anything was is told to measure, by both commands."""
    monkeypatch.setattr(coverage, "DATA", tmp_path / "data")
    monkeypatch.setattr(mutate, "FOLDER", tmp_path)
    asked = (("coverage", "--report"), ("mutate", "--measured", "--files", "shared/domain/arrays.py"))
    for arguments in asked:
        result = CliRunner().invoke(app, [*arguments])
        assert (result.exit_code, "Nothing has been measured yet" in result.stderr) == (1, True)


def test_nothing_to_change_is_no_score() -> None:
    """A name that is mistyped is told, and not taken for code whose every change is noticed."""
    result = CliRunner().invoke(app, ["mutate", "--files", "shared/nothing"])
    assert (result.exit_code, "nothing to change in shared/nothing" in result.stderr) == (1, True)
