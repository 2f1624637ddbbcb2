"""Searches watched from outside: what they have tried, and what they have found."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dev.fuzz.target import Target
from dev.host import ROOT
from dev.processes import ProgramError

SECONDS_EACH = 20
"""An input that takes longer is a find: nobody waits so long for an answer."""
_TRIED = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+)")


@dataclass(frozen=True)
class Hunt:
    """What one search came to."""

    target: Target
    tried: int
    """How many inputs."""
    coverage: int
    """How many edges of the code they came by, by libFuzzer's count."""
    found: bytes | None = None
    """The input that broke it."""
    said: str = ""
    """What was said of it."""


def hunt(target: Target, seconds: int, tell: Callable[[int, int], None]) -> Hunt:
    """Search a target for so many seconds, or until something is found; `tell` what was tried meanwhile.

    Raises ProgramError where the library is missing.
    """
    if importlib.util.find_spec("atheris") is None:
        raise ProgramError("Fuzzing needs atheris: .venv/bin/pip install -r requirements-fuzz.txt")
    with TemporaryDirectory(prefix="tieout-fuzz-") as folder:
        corpus, finds = Path(folder, "corpus"), Path(folder, "finds")
        for place in (corpus, finds):
            place.mkdir()
        for number, seed in enumerate(target.seeds()):
            (corpus / f"seed-{number}").write_bytes(seed)
        options = (f"-max_total_time={seconds}", f"-timeout={SECONDS_EACH}", f"-artifact_prefix={finds}/")
        command = (sys.executable, "-m", "dev.fuzz.search", target.name, *options, str(corpus))
        tried = coverage = 0
        lines: list[str] = []
        for line in _lines(command):
            if read := _TRIED.match(line):
                tried, coverage = int(read[1]), int(read[2])
                tell(tried, coverage)
            else:
                lines.append(line)
        found = next((each.read_bytes() for each in sorted(finds.iterdir())), None)
        return Hunt(target, tried, coverage, found, "" if found is None else _said(lines))


def _lines(command: tuple[str, ...]) -> Iterator[str]:
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        try:
            yield from process.stdout or ()
        finally:
            process.terminate()


def _said(lines: list[str]) -> str:
    """Give the end of the traceback, without what libFuzzer says around it."""
    ours = [
        line.rstrip() for line in lines if not line.startswith(("==", "INFO", "#", "MS:", "0x", "artifact"))
    ]
    return "\n".join(ours[-12:])
