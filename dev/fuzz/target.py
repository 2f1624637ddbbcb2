"""What is fuzzed: one parser or edge, where it begins from, and what must hold whatever it is given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

Seeds = Callable[[], Sequence[bytes]]


@dataclass(frozen=True)
class Target:
    """One parser or edge."""

    name: str
    about: str
    """What it holds, in a line."""
    run: Callable[[bytes], None]
    """Tries what some bytes mean; raises where a law is broken, or as the parser itself breaks."""
    seeds: Seeds = tuple
    """Bytes to begin from, that reach far into it."""
    examples: int = 300
    """How many inputs the tests draw; a search draws as many as it has time for."""


class Broken(Exception):
    """A law does not hold; the message says which."""


def hold(fact: object, law: str) -> None:
    """Raise Broken unless a fact holds."""
    if not fact:
        raise Broken(law)


def hold_refusal(status: int) -> None:
    """Raise Broken for a refusal that is not the caller's fault: none is a failure of ours."""
    hold(HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR, f"refused with {status}")
