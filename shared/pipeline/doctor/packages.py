"""What the app runs on: Python, and the packages against their pins."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from shared.pipeline.doctor.symptoms import Symptom

PINS = Path(__file__).parents[3] / "requirements.txt"
"""Deployed with the app."""
OLDEST, NEWEST = (3, 11), (3, 13)
"""What it is tested with."""
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def of_packages(pins: str | None = None, python: tuple[int, int] = sys.version_info[:2]) -> Iterator[Symptom]:
    """Find a Python that is not tried, and packages that are missing or not those that are pinned."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - heavy to load

    if not OLDEST <= python <= NEWEST:
        told = f"Python {python[0]}.{python[1]} is not tested with"
        remedy = f"set the app's Python to {NEWEST[0]}.{NEWEST[1]}"
        yield Symptom("packages", "Python", told, remedy, is_wrong=python < OLDEST)
    pinned: dict[str, list[str]] = {}
    for name, wanted in _PIN.findall(PINS.read_text(encoding="utf-8") if pins is None else pins):
        pinned.setdefault(name, []).append(wanted)  # one for each Python, where they differ
    for name, versions in pinned.items():
        try:
            there = version(name)
        except PackageNotFoundError:
            there = "none"
        if there not in versions:
            told = f"version {there} is installed, {' or '.join(versions)} is pinned"
            yield Symptom("packages", name, told, "deploy again with a build on the platform", is_wrong=False)
