"""Tries one mutant: a process that imports the changed module in place of the file's, and runs tests.

As a program: `python -m dev.mutation.trial FILE NUMBER SECONDS TEST...`.
"""

import math
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Literal

from dev.mutation.mutants import Mutant, mutated

ROOT = Path(__file__).parents[2]
_WAITED = 20
"""How many times as long a process may take by the clock on the wall: it may wait for others, or for ever."""
Outcome = Literal["killed", "survived", "timed out", "untested"]


class _Finder(MetaPathFinder, Loader):
    """Gives the changed module; all others come as they always do."""

    def __init__(self, file: str, number: int) -> None:
        self._path = ROOT / file
        self._name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._number = number

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the place of the changed module."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname == self._name else None
        if spec is not None:
            spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed module."""
        tree = mutated(self._path.read_text("utf-8"), self._number)
        exec(compile(tree, str(self._path), "exec"), module.__dict__)  # noqa: S102 - our own file, changed


def tried(mutant: Mutant, tests: Sequence[str], seconds: float) -> Outcome:
    """Say what became of a mutant; its seconds are those of the processor, whatever else the machine does."""
    if not tests:
        return "untested"
    most = str(math.ceil(seconds))
    command = [sys.executable, "-m", "dev.mutation.trial", mutant.file, str(mutant.number), most, *tests]
    # Loading every plugin that is installed takes five times as long as the rest of the start.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    try:
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            timeout=_WAITED * seconds,
            check=False,
            capture_output=True,
        )
    except subprocess.TimeoutExpired:
        return "timed out"
    if ended.returncode == -signal.SIGXCPU:
        return "timed out"
    return "survived" if ended.returncode == 0 else "killed"


def main(file: str, number: str, seconds: str, *tests: str) -> int:
    """Run the tests over the changed module; 0 where none noticed."""
    import pytest  # noqa: PLC0415 - after the change is in place

    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
    sys.meta_path.insert(0, _Finder(file, int(number)))
    plugins = ["-p", "pytest_asyncio.plugin", "-p", "_hypothesis_pytestplugin", "-p", "no:cacheprovider"]
    options = ["-x", "-q", "--tb=no", "-c", str(ROOT / "pyproject.toml")]
    return int(pytest.main([*plugins, *options, *tests]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
