"""A store of a process that dies at a chosen write, before it or right after it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from shared.store.alerts import Alerts
from shared.store.bad_records import BadRecords
from shared.store.checkpoints import Checkpoints
from shared.store.checks import Checks
from shared.store.erasures import Erasures
from shared.store.exceptions import Exceptions
from shared.store.receipts import Receipts
from shared.store.recipients import Recipients
from shared.store.segments import Segments
from shared.store.store import Store
from shared.store.sweeps import Sweeps
from shared.store.tables import Table

WRITES = frozenset({"put", "put_all", "replace", "change_together", "delete", "send"})


class Death(BaseException):
    """The process is gone: whatever it still tries fails too."""


class Life:
    """Counts writes up to the last one."""

    def __init__(self, writes: int, *, is_last_one_done: bool) -> None:
        self.left = writes
        self.is_last_one_done = is_last_one_done

    async def write(self, call: Callable[[], Any]) -> Any:
        """Write, or die."""
        self.live()
        self.left -= 1
        if self.left:
            return await call()
        if self.is_last_one_done:
            await call()
        raise Death

    def live(self) -> None:
        """Go on, or stay dead."""
        if self.left <= 0:
            raise Death


class Mortal:
    """What belongs to a process that dies."""

    def __init__(self, inner: Any, life: Life) -> None:
        self._inner, self._life = inner, life

    def __getattr__(self, name: str) -> Any:
        self._life.live()
        found = getattr(self._inner, name)
        if name not in WRITES:
            return found
        return lambda *given, **named: self._life.write(lambda: found(*given, **named))


def mortal(store: Store, life: Life) -> Store:
    """Give the same store to a process that dies."""

    def table(inner: Any) -> Table:
        return cast("Table", Mortal(inner, life))

    return replace(
        store,
        segments=Segments(table(store.segments._table)),
        checkpoints=Checkpoints(table(store.checkpoints._table)),
        checks=Checks(table(store.checks._table)),
        sweeps=Sweeps(table(store.sweeps._table)),
        bad_records=BadRecords(table(store.bad_records._table)),
        receipts=Receipts(table(store.receipts._table)),
        exceptions=Exceptions(table(store.exceptions._table)),
        alerts=Alerts(table(store.alerts._table)),
        recipients=Recipients(table(store.recipients._table)),
        erasures=Erasures(*map(table, store.erasures.tables)),
        queues=Mortal(store.queues, life),
    )
