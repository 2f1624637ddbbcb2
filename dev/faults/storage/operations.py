"""What is asked of the storage, and where faults come in: before it is done, and after it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from types import coroutine
from typing import Protocol, Self, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request to the service."""

    verb: str
    """create_table, delete_table, get, query, create, update, upsert, delete, transaction;
    create_queue, delete_queue, send, receive, peek, renew, remove, clear, count."""
    on: str
    """The table or the queue."""
    partition: str = ""
    row: str = ""
    """The row, or the message's id."""

    @property
    def writes(self) -> bool:
        """Say whether something is changed."""
        return self.verb not in {"get", "query", "peek", "count"}


class Faults(Protocol):
    """What may go wrong: each may raise an error of the clients, or wait as long as it likes."""

    async def before(self, operation: Operation) -> None:
        """Come before an operation: what is raised here means that nothing was done."""

    async def after(self, operation: Operation) -> None:
        """Come after it: what is raised here loses the answer of what was done."""


class Again(Exception):
    """Raised after an operation: its answer is lost, and the client asks for the same once more."""


async def done(faults: Faults, asked: Operation, act: Callable[[], T]) -> T:
    """Do an operation in one step, with what goes wrong before and after it."""
    while True:
        await faults.before(asked)
        answer = act()
        try:
            await faults.after(asked)
        except Again:
            continue
        return answer


class Client:
    """What is opened and closed like a client of the service, and holds nothing open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close nothing."""


@coroutine
def breath() -> Generator[None, None, None]:
    """Let the others go on, once."""
    yield


class Calm:
    """Nothing goes wrong; the others go on once before each operation."""

    async def before(self, operation: Operation) -> None:  # noqa: ARG002 - the shape of faults
        """Let the others go on."""
        await breath()

    async def after(self, operation: Operation) -> None:
        """Do nothing."""
