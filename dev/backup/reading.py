"""What is read while the app writes, and in which order, so that it could have been there at one moment.

What the app writes later is read earlier. Exceptions and alerts are changed several entities at a time: a
partition of theirs is read until it is twice the same, and so was so at the instant between.
"""

from collections.abc import Callable, Iterable, Iterator

from azure.data.tables import TableClient

from dev.backup.streams import UnsteadyError, read_streams
from dev.backup.tables import RECORDS, Entity, tables_of

Tables = Callable[[str], TableClient]
Part = tuple[str, Iterable[Entity]]
"""The name of a table, and some of its entities."""

TRIES = 10
"""So often a partition is read that does not stand still."""
_CHANGED_TOGETHER = frozenset({"exceptions", "alerts"})


def parts_of(tables: Tables, *, is_everything: bool) -> Iterator[Part]:
    """Give what a backup holds, in parts, each to be read to its end before the next one is asked for.

    Raises UnsteadyError where something never stands still, or is not whole.
    """
    for name in tables_of(is_everything=is_everything):
        if name in _CHANGED_TOGETHER:
            yield name, _steady(tables(name), name)
        elif name == "readings":
            # How a card stands is written behind what its history has.
            yield name, tables(name).query_entities("RowKey ge 'l'")
            yield name, tables(name).query_entities("RowKey lt 'l'")
        elif name == RECORDS[0]:
            yield name, tables(name).list_entities()
            yield from read_streams(tables)
        elif name not in RECORDS:
            yield name, tables(name).list_entities()


def _steady(table: TableClient, name: str) -> Iterator[Entity]:
    """Give each partition of a table as it was at one instant."""
    partitions = {each["PartitionKey"] for each in table.list_entities(select=["PartitionKey"])}
    for partition in sorted(partitions):
        before: list[tuple[str, str | None]] | None = None
        for _ in range(TRIES):
            asked = {"partition": partition}
            found = [*table.query_entities("PartitionKey eq @partition", parameters=asked)]
            now = [(each["RowKey"], each.metadata["etag"]) for each in found]
            if now == before:
                yield from found
                break
            before = now
        else:
            raise UnsteadyError(f"{name} of {partition.replace('|', ' ')} change all the time: run it again")
