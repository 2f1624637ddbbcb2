"""A search is watched from outside: what it tried is counted, and what it found is printed to replay."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dev.commands.fuzz import fuzz
from dev.fuzz import hunt, targets
from dev.fuzz.target import Target, hold
from dev.processes import ProgramError

FIND = b"\x07bad"


def _run(data: bytes) -> None:
    hold(data != FIND, "nothing is bad")


TARGET = Target("tiny", "refuses one input", _run, lambda: [b"seed"])
APP = typer.Typer()
APP.command()(fuzz)


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a search say what libFuzzer says when it finds something."""

    def lines(command: tuple[str, ...]) -> Iterator[str]:
        corpus, finds = (
            command[-1],
            next(each for each in command if "artifact_prefix" in each).partition("=")[2],
        )
        assert [b"seed"] == [each.read_bytes() for each in Path(corpus).iterdir()]
        yield "INFO: Seed: 1\n"
        yield "#2\tINITED cov: 5 ft: 6 corp: 1/4b exec/s: 0 rss: 90Mb\n"
        yield "#64\tNEW    cov: 9 ft: 12 corp: 3/9b lim: 4 exec/s: 0 rss: 90Mb\n"
        Path(finds, "crash-1").write_bytes(FIND)
        yield "dev.fuzz.target.Broken: nothing is bad\n"
        yield "==1== ERROR: libFuzzer: fuzz target exited\n"

    monkeypatch.setattr(hunt, "_lines", lines)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(targets, "TARGETS", (TARGET,))


@pytest.mark.usefixtures("searches")
def test_a_find_is_printed_so_that_it_replays() -> None:
    """What broke a target stands in a command that breaks it again, beside how much was tried."""
    answer = CliRunner().invoke(APP, ["--seconds", "1"])
    assert answer.exit_code == 1
    assert "Broken: nothing is bad" in answer.stdout
    assert f"./run fuzz tiny --replay {FIND.hex()}" in answer.stdout
    assert "64 inputs, 1 of 1 targets broke." in answer.stdout
    again = CliRunner().invoke(APP, ["tiny", "--replay", FIND.hex()])
    assert "nothing is bad" in str(again.exception)
    assert "Nothing broke." in CliRunner().invoke(APP, ["tiny", "--replay", "00"]).stdout


@pytest.mark.usefixtures("searches")
def test_a_target_that_is_not_there_is_named() -> None:
    """Whoever misspells a target is told which there are."""
    answer = CliRunner().invoke(APP, ["tony"])
    assert answer.exit_code == 2


def test_without_the_library_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is no part of what developing needs: who searches is told what to install."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ProgramError, match=r"requirements-fuzz\.txt"):
        hunt.hunt(TARGET, 1, lambda *_: None)
