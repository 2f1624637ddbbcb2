"""A plant of the real app, whose leases are short: see dev/load/shortened."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dev.load.plant import Plant, planted, shortened
from dev.worlds.world import World

Planting = Callable[..., Plant]


@pytest.fixture
def planting(tmp_path: Path) -> Iterator[Planting]:
    """Give what starts a plant of some worlds, on a disk of its own, that ends with the test."""
    with ExitStack() as stack:

        def plant(worlds: Sequence[World], disk: str = "disk", **options: Any) -> Plant:
            (tmp_path / disk).mkdir()
            app = stack.enter_context(shortened())
            return stack.enter_context(planted(worlds, tmp_path / disk, app=app, **options))

        yield plant
