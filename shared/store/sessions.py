"""Who has signed in to the dashboard: the hash of what the browser was given, never that itself.

Table `sessions`. PartitionKey: `session`. RowKey: the session's id.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime

from shared.store.tables import Conflict, Entity, Table, key

_PARTITION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser's session."""

    id: str
    """The SHA-256 of the token that the browser has."""
    workspace: str
    """Of the key that it was begun with; "" for the operator's."""
    key_id: str
    proof: str
    """Shows that the key is still the one that it was begun with."""
    made_at: datetime
    seen_at: datetime


class Sessions:
    """The sessions of all browsers."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def put(self, session: Session) -> None:
        """Keep a session, whatever was there."""
        columns = asdict(session)
        row = key(columns.pop("id"))
        await self._table.put({"PartitionKey": _PARTITION, "RowKey": row, **columns})

    async def get(self, session_id: str) -> Session | None:
        """Give one session, if there is one."""
        entity = await self._table.get(_PARTITION, key(session_id))
        return None if entity is None else _session(entity)

    async def note_use(self, session_id: str, seen_at: datetime) -> None:
        """Note when a session was used; one that somebody has ended meanwhile stays ended."""
        entity = await self._table.get(_PARTITION, key(session_id))
        if entity is None:
            return
        etag = entity.pop("etag")
        with suppress(Conflict):
            await self._table.replace({**entity, "seen_at": seen_at}, etag)

    async def delete(self, session_id: str) -> None:
        """End a session; one that is not there is fine."""
        await self._table.delete(_PARTITION, key(session_id))

    async def drop_made_before(self, instant: datetime) -> int:
        """Drop the sessions that were made before an instant; give how many."""
        made = [each async for each in self._table.between(_PARTITION, select=["RowKey", "made_at"])]
        old = [each["RowKey"] for each in made if each["made_at"] < instant]
        for row in old:
            await self._table.delete(_PARTITION, row)
        return len(old)


def _session(entity: Entity) -> Session:
    return Session(
        id=str(entity["RowKey"]),
        workspace=str(entity["workspace"]),
        key_id=str(entity["key_id"]),
        proof=str(entity["proof"]),
        made_at=entity["made_at"],
        seen_at=entity["seen_at"],
    )
