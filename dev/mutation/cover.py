"""Which tests come by which line of what is mutated, and how long each takes: measured once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

TIMES = "TIEOUT_MUTATION_TIMES"
READERS = ("tests/cards/test_columns.py", "tests/docs/test_reference.py")
"""Tests of what cards are made of: they come by no line of it, for it runs on import."""


@dataclass(frozen=True, slots=True)
class Cover:
    """The tests of each line of each file, and what each test takes in seconds."""

    lines: Mapping[str, Mapping[int, Sequence[str]]]
    seconds: Mapping[str, float]

    def tests_of(self, file: str, line: int, most_seconds: float) -> list[str]:
        """Give the tests that come by a line, the quickest first, as many as fit.

        Of a line that runs on import only, those that read what stands in tables, and those of the file.
        """
        lines = self.lines.get(file, {})
        found = set(lines.get(line, ()))
        chosen: list[str] = [] if found else [*READERS]
        found = found or {test for tests in lines.values() for test in tests}
        spent = 0.0
        for test in sorted(found, key=lambda each: (self.seconds.get(each, 0.0), each)):
            spent += self.seconds.get(test, 0.0)
            if chosen and spent > most_seconds:
                break
            chosen.append(test)
        return chosen


class TestsFailError(Exception):
    """The tests fail without any change, so that they would seem to notice each."""


def measure(root: Path, folder: Path, tests: Sequence[str]) -> Cover:
    """Run the tests once, noting by which lines each comes; raises TestsFailError where they fail."""
    folder.mkdir(parents=True, exist_ok=True)
    data, times = folder / "cover", folder / "times.json"
    data.unlink(missing_ok=True)
    settings = folder / "coverage.ini"
    settings.write_text(f"[run]\nsource = shared.domain, shared.cards\ndata_file = {data}\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "dev.mutation.cover", *tests]
    options = ["--cov", f"--cov-config={settings}", "--cov-context=test", "--cov-report="]
    ended = subprocess.run([*command, *options], cwd=root, env=_environment(times), check=False)
    if ended.returncode:
        raise TestsFailError
    return read(root, folder)


def is_measured(folder: Path) -> bool:
    """Say whether there is something to read."""
    return (folder / "times.json").exists()


def read(root: Path, folder: Path) -> Cover:
    """Read what was measured."""
    from coverage import CoverageData  # noqa: PLC0415 - only who mutates needs it

    data = CoverageData(str(folder / "cover"))
    data.read()
    lines = {}
    for path in data.measured_files():
        contexts = data.contexts_by_lineno(path)
        lines[Path(path).relative_to(root).as_posix()] = {
            line: [each.partition("|")[0] for each in named if each.endswith("|run")]
            for line, named in contexts.items()
        }
    return Cover(lines, json.loads((folder / "times.json").read_text("utf-8")))


def _environment(times: Path) -> dict[str, str]:
    return {**os.environ, TIMES: str(times)}


_seconds: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Note what a test takes of the processor."""
    before = time.process_time()
    yield
    _seconds[item.nodeid] = time.process_time() - before


def pytest_sessionfinish() -> None:
    """Write down what the tests took."""
    Path(os.environ[TIMES]).write_text(json.dumps(_seconds), "utf-8")
