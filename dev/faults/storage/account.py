"""A storage account in memory, and the clients that reach it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, cast

from dev.faults.storage.errors import refusal
from dev.faults.storage.limits import PAGE
from dev.faults.storage.operations import Calm, Faults
from dev.faults.storage.queued import Queue
from dev.faults.storage.rows import Rows

if TYPE_CHECKING:
    from azure.data.tables.aio import TableServiceClient
    from azure.storage.queue.aio import QueueServiceClient

GOING = timedelta(seconds=40)
"""How long a table or queue that is deleted stands in the way of a new one."""
_TABLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{2,62}")
_QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")


class Account:
    """The tables and queues of one account, by the time that `clock` gives.

    `draw` shuffles what queues give out; without it, they give the oldest first. `page` says how many
    entities the next page of a query has at most: with 0 now and then, pages are empty and go on.
    """

    def __init__(
        self, clock: Callable[[], datetime], draw: Random | None = None, page: Callable[[], int] | None = None
    ) -> None:
        self.clock = clock
        self.draw = draw
        self.page = page or (lambda: PAGE)
        self._tables: dict[str, Rows] = {}
        self._queues: dict[str, Queue] = {}
        self._going: dict[str, datetime] = {}
        self._last = datetime.min.replace(tzinfo=UTC)

    def moment(self) -> datetime:
        """Give the instant of a change: now, and later than that of every change before."""
        self._last = max(self.clock().astimezone(UTC), self._last + timedelta(microseconds=1))
        return self._last

    def make_table(self, name: str) -> None:
        """Make a table; a name is the same in small and capital letters. Raises ValueError as the client."""
        if not _TABLE_NAME.fullmatch(name):
            raise ValueError("table names are alphanumeric, begin with a letter and have 3 to 63 characters")
        self._check_gone(f"table {name.lower()}", "TableBeingDeleted")
        if name.lower() in self._tables:
            raise refusal(409, "TableAlreadyExists")
        self._tables[name.lower()] = Rows()

    def drop_table(self, name: str) -> None:
        """Delete a table."""
        self.rows(name)
        del self._tables[name.lower()]
        self._going[f"table {name.lower()}"] = self.clock() + GOING

    def rows(self, table: str) -> Rows:
        """Give what a table has."""
        try:
            return self._tables[table.lower()]
        except KeyError:
            raise refusal(404, "TableNotFound") from None

    def make_queue(self, name: str) -> None:
        """Make a queue."""
        if not _QUEUE_NAME.fullmatch(name):
            raise refusal(400, "InvalidResourceName")
        self._check_gone(f"queue {name}", "QueueBeingDeleted")
        if name in self._queues:
            raise refusal(409, "QueueAlreadyExists")
        self._queues[name] = Queue(self.clock, self.draw)

    def drop_queue(self, name: str) -> None:
        """Delete a queue."""
        self.queue(name)
        del self._queues[name]
        self._going[f"queue {name}"] = self.clock() + GOING

    def queue(self, name: str) -> Queue:
        """Give what a queue has."""
        try:
            return self._queues[name]
        except KeyError:
            raise refusal(404, "QueueNotFound") from None

    def _check_gone(self, name: str, code: str) -> None:
        gone_at = self._going.get(name)
        if gone_at is not None and self.clock() < gone_at:
            raise refusal(409, code)


def connect(
    account: Account, faults: Faults | None = None
) -> "tuple[TableServiceClient, QueueServiceClient]":
    """Give clients of an account, in the place of the library's; what goes wrong is theirs alone."""
    from dev.faults.storage.queues import QueueService  # noqa: PLC0415 - it knows the account
    from dev.faults.storage.tables import TableService  # noqa: PLC0415 - it knows the account

    wrong = faults or Calm()
    return cast("TableServiceClient", TableService(account, wrong)), cast(
        "QueueServiceClient", QueueService(account, wrong)
    )
