"""The ids that a key sweep has listed so far, kept until it ends.

Table `sweeps`. PartitionKey: workspace|connection|stream. RowKey: run|{number of the page}|{part}.
"""

from collections.abc import Sequence

from shared.store.columns import halves, pack, unpack
from shared.store.segments import StreamName
from shared.store.tables import Conflict, Entity, Table


class Sweeps:
    """What the sweeps of all streams have listed."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def write(self, stream: StreamName, run: str, page: int, ids: Sequence[str], claim: int) -> None:
        """Keep a page's ids; the same page again overwrites itself.

        Raises Conflict where an instance that claimed the stream later has written the page.
        """
        pending, number = [ids], 0
        while pending:
            part = pending.pop(0)
            packed = pack(list(part))
            if packed is None:
                pending[:0] = halves(part)
                continue
            row = f"{run}|{page:06}|{number:03}"
            await self._write(
                {"PartitionKey": stream.partition, "RowKey": row, "claim": claim, "is_last": False, **packed},
                is_last=not pending,
            )
            number += 1

    async def _write(self, entity: Entity, *, is_last: bool) -> None:
        there = await self._table.get(entity["PartitionKey"], entity["RowKey"])
        if there is not None and there["claim"] > entity["claim"]:
            raise Conflict
        etag = "" if there is None else there["etag"]
        await self._table.replace({**entity, "is_last": is_last}, etag)

    async def listed(self, stream: StreamName, run: str, pages: int) -> set[str]:
        """Give the ids of a sweep's first pages; raises LookupError where one of them is missing."""
        found: set[str] = set()
        whole: set[str] = set()
        ended = ""
        async for entity in self._table.between(stream.partition, f"{run}|", f"{run}|{pages:06}"):
            page = entity["RowKey"].split("|")[1]
            if page == ended:
                continue  # left over from a page that took more parts before
            found.update(unpack(entity))
            if entity["is_last"]:
                whole.add(page)
                ended = page
        if len(whole) != pages:
            raise LookupError(f"{pages - len(whole)} pages of the sweep {run} are missing")
        return found

    async def forget(self, stream: StreamName, *, up_to: int | None = None, but: str = "") -> int:
        """Remove what is kept of a stream's sweeps, of those that never ended too; give how much.

        With `up_to` only of the runs up to that number, and of none that is called `but`.
        """
        last = "" if up_to is None else f"{up_to + 1:08}"
        found = self._table.between(stream.partition, last=last, select=["RowKey"])
        rows = [row async for entity in found if (row := entity["RowKey"]).split("|")[0] != but]
        for row in rows:
            await self._table.delete(stream.partition, row)
        return len(rows)
