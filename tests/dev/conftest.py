"""What the tests of the commands share."""

from collections.abc import Iterator

import pytest

from tests.dev.app_at_hand import AtHand, at_hand


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtHand]:
    """Give a real app that the commands ask."""
    with at_hand(monkeypatch) as opened:
        yield opened
