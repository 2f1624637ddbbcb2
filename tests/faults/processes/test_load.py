"""Under many callers no call fails, and what people write is there once."""

from dev.load.rush import Rush, rush
from dev.worlds.gifts_sage import gifts_sage


def test_readers_and_writers_at_once() -> None:
    """A small version of `./run load`: no error, no comment lost, none doubled; conflicts are tried again."""
    outcome = rush(Rush(readers=20, writers=4, seconds=5, pause=0.2, hosts=1, world=gifts_sage))
    assert {} == {name: dict(calls.errors) for name, calls in outcome.tally.routes.items() if calls.errors}
    assert (0, 0) == (outcome.lost, outcome.doubled)
    assert outcome.tally.written
