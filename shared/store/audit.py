"""The audit log besides exceptions, which keep their own: entries are added, and never changed.

Table `audit`. PartitionKey: workspace. RowKey: `{instant}|{random}`.
"""

from dataclasses import asdict, dataclass
from uuid import uuid4

from shared.store.tables import Table, key


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Who did what to what, when, and from what to what."""

    at: str
    who: str
    subject: str
    id: str
    action: str
    before: str = ""
    after: str = ""
    why: str = ""


class Audit:
    """The audit log of all workspaces."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def add(self, workspace: str, entry: AuditEntry) -> None:
        """Add an entry."""
        row = f"{entry.at}|{uuid4().hex}"
        await self._table.replace({"PartitionKey": key(workspace), "RowKey": row, **asdict(entry)}, "")

    async def between(self, workspace: str, since: str = "", until: str = "~") -> list[AuditEntry]:
        """Give the entries between two instants, the oldest first."""
        names = AuditEntry.__dataclass_fields__
        return [
            AuditEntry(**{name: entity[name] for name in names})
            async for entity in self._table.between(key(workspace), since, until)
        ]

    async def drop(self, workspace: str, before: str) -> int:
        """Drop the entries from before an instant; give how many."""
        found = self._table.between(key(workspace), last=before, select=["RowKey"])
        rows = [entity["RowKey"] async for entity in found]
        for row in rows:
            await self._table.delete(key(workspace), row)
        return len(rows)
