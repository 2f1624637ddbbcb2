"""Under many callers no call fails, and what people write is there once."""

from starlette.applications import Starlette

from dev.host.__main__ import configured
from dev.load.callers import client_of
from dev.load.rush import Rush, rush
from dev.worlds.gifts_sage import gifts_sage


def test_readers_and_writers_at_once() -> None:
    """A small version of `./run load`: no error, no comment lost, none doubled; conflicts are tried again."""
    outcome = rush(Rush(readers=20, writers=4, seconds=5, pause=0.2, hosts=1, world=gifts_sage))
    assert {} == {name: dict(calls.errors) for name, calls in outcome.tally.routes.items() if calls.errors}
    assert (0, 0) == (outcome.lost, outcome.doubled)
    assert outcome.tally.written


def test_a_caller_gives_a_connection_up_before_the_host_does() -> None:
    """So no request is sent on a connection that the host closes at that moment."""
    pool = client_of("http://127.0.0.1")._transport._pool  # type: ignore[attr-defined]
    assert 2 * pool._keepalive_expiry < configured(Starlette()).timeout_keep_alive
