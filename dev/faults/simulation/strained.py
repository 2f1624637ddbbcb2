"""Storage as an instance meets it: each operation takes its time, may fail, or be the last one."""

import asyncio

from dev.faults.simulation import clock
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.instance import CRASHES, Death, Instance
from dev.faults.storage import errors
from dev.faults.storage.operations import Again, Operation

_BEFORE = CRASHES | {"storage_busy", "storage_unsent"}
_WRITES = frozenset({"storage_lost", "storage_again"})


class Strained:
    """What goes wrong between one instance and storage."""

    def __init__(self, ground: Ground, instance: Instance) -> None:
        self._ground = ground
        self._instance = instance
        self._struck: dict[int, str] = {}
        """What comes after an operation that is under way."""

    async def before(self, operation: Operation) -> None:
        """Take some time; then fail, die, or let it be done."""
        ground, instance = self._ground, self._instance
        instance.check()
        await asyncio.sleep(ground.storage_seconds(is_write=operation.writes))
        instance.check()
        self._struck.pop(id(operation), None)
        about = _aim(operation)
        met = ground.armed.met(_BEFORE, about)
        if operation.writes:
            met += ground.armed.met(_WRITES, about)
        for each in met:
            self._trace(operation, each.kind)
            match each.kind:
                case "crash_before":
                    instance.die()
                    raise Death
                case "storage_busy":
                    self._fail(operation)
                    raise errors.busy()
                case "storage_unsent":
                    self._fail(operation)
                    raise errors.unsent()
                case after:
                    self._struck[id(operation)] = after

    async def after(self, operation: Operation) -> None:
        """Note what was done; then answer, lose the answer, or die."""
        self._trace(operation)
        if operation.writes:
            self._note(operation)
        match self._struck.pop(id(operation), ""):
            case "crash_after":
                self._instance.die()
                raise Death
            case "storage_lost":
                self._fail(operation)
                raise errors.lost()
            case "storage_again":
                raise Again
            case _:
                pass

    def _trace(self, operation: Operation, *words: str) -> None:
        where = (operation.on, operation.partition, operation.row)
        self._ground.trace.add(f"i{self._instance.number}", operation.verb, *where, *words)

    def _fail(self, operation: Operation) -> None:
        self._ground.journal.failed.append((clock.seconds(), self._instance.number, operation.row))

    def _note(self, operation: Operation) -> None:
        journal, storage = self._ground.journal, self._ground.storage
        if operation.verb == "send":
            self._ground.noticed()
        elif operation.on == "segments" and operation.row.startswith("run|"):
            run = (operation.partition, operation.row.partition("|")[2])
            journal.committed.setdefault(run, clock.seconds())
        elif operation.on == "readings":
            journal.readings_changed(storage, clock.seconds(), operation.partition, operation.row)
        elif operation.on == "alerts" and operation.row.startswith("delivery|"):
            journal.delivery_changed(
                storage, clock.seconds(), operation.partition, operation.row, self._instance.number
            )


def _aim(operation: Operation) -> str:
    """Give what an entry is aimed at that strikes this: a write to a table, to the outbox among alerts."""
    if not operation.writes or not operation.row:  # that the table is made is no promise
        return ""
    return "deliveries" if operation.row.startswith("delivery|") else operation.on
