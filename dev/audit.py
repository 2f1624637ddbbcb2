"""What we rest on: every requirement pinned, and no installed version with a hole that is known.

Known holes are asked of OSV (https://google.github.io/osv.dev/post-v1-querybatch/), which has those of the
Python Packaging Advisory Database and GitHub's. It is told names and versions of public packages only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import httpx

from dev.host import ROOT

OSV = "https://api.osv.dev/v1/querybatch"
FILES = ("requirements.txt", "requirements-dev.txt")
ACCEPTED: Mapping[str, str] = {}
"""Advisories that do not touch us, by id, with why."""

_PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==[0-9][A-Za-z0-9.!+]*( ; .+)?")
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class Unasked(Exception):
    """Nobody could be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A known hole of an installed package."""

    package: str
    version: str
    advisory: str

    @property
    def told(self) -> str:
        """Say it in a line."""
        return f"{self.package} {self.version}: https://osv.dev/vulnerability/{self.advisory}"


def loose(root: Path = ROOT) -> list[str]:
    """Give the requirements that are not pinned to one version, as `file: line`."""
    return [
        f"{name}: {line}"
        for name in FILES
        for line in map(str.strip, (root / name).read_text(encoding="utf-8").splitlines())
        if line and not line.startswith("#") and line not in {f"-r {each}" for each in FILES}
        if not _PINNED.fullmatch(line)
    ]


def installed() -> list[tuple[str, str]]:
    """Give name and version of every package of the environment, what others brought included."""
    return sorted({(each.metadata["Name"].lower(), each.version) for each in distributions()})


def holes(packages: Iterable[tuple[str, str]], transport: httpx.BaseTransport | None = None) -> list[Hole]:
    """Give the known holes of these packages; raises Unasked where nobody answers."""
    asked = [*packages]
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in asked
    ]
    try:
        with httpx.Client(transport=transport, timeout=_TIMEOUT) as http:
            answer = http.post(OSV, json={"queries": queries}).raise_for_status()
        results: list[dict[str, Any]] = answer.json()["results"]
        found = [
            Hole(name, version, each["id"])
            for (name, version), result in zip(asked, results, strict=True)
            for each in result.get("vulns", ())
        ]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unasked(f"OSV could not be asked ({type(error).__name__})") from None
    return [each for each in found if each.advisory not in ACCEPTED]
