"""What many tests need: one Azurite for each process of tests, and names that no other test uses."""

import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from hypothesis import settings

from dev import azurite as emulator

# The same examples in every run, and no limit of time for one: a slow machine is no fault.
settings.register_profile("tieout", derandomize=True, deadline=None)
settings.load_profile("tieout")


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """Give the connection string of a running Azurite."""
    with emulator.running(progress=lambda line: sys.stderr.write(f"{line}\n")) as address:
        yield address.connection_string


@pytest.fixture
def storage_names() -> str:
    """Give a prefix for this test's tables and queues: lower-case letters and digits, a letter first."""
    return f"t{uuid4().hex[:12]}"
