"""The vendors' own contracts: a folder beside this repository, which not every machine has.

A test that needs them bears the mark `needs_contracts`, by which it is skipped where the folder is
missing. With the environment variable TIEOUT_CONTRACTS=required it fails there instead, so that a
run that is meant to hold the simulations against the contracts cannot pass without them.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "shared" / "contracts"


def are_passed_over(folder: Path, environment: Mapping[str, str]) -> bool:
    """Say whether tests of the contracts are skipped: the folder is missing, and nobody requires it."""
    return not folder.is_dir() and environment.get("TIEOUT_CONTRACTS") != "required"


needs_contracts = pytest.mark.skipif(
    are_passed_over(FOLDER, os.environ),
    reason="the vendors' contracts are not beside this repository, in ../shared/contracts",
)


def read_contract(path: str, folder: Path = FOLDER) -> bytes:
    """Read a file of the contracts; fails the test where it is missing."""
    file = folder / path
    if not file.is_file():
        pytest.fail(f"there is no contract at {file}")
    return file.read_bytes()
