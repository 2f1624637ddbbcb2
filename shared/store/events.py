"""What alerts told, in the order of its numbers: for whoever asks what is new.

Table `alerts`. PartitionKey: workspace. RowKey: `event|{number, counted down}`, so that the newest stand
first. An event is written together with the alert that it tells of, and only where its number is free:
so an event is never seen before one that has a smaller number.
"""

from shared.domain.events import Event
from shared.store.columns import pack, unpack
from shared.store.tables import Entity, Table, key

_END = 10**12
_FIRST, _LAST = "event|", "event}"


class Events:
    """The events of all workspaces."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def last(self, workspace: str) -> int:
        """Give the number of the newest event, 0 where there is none."""
        async for entity in self._table.between(key(workspace), _FIRST, _LAST, select=["number"]):
            return int(entity["number"])
        return 0

    async def after(self, workspace: str, number: int) -> list[Event]:
        """Give the events that came after this one, the oldest first."""
        newer = self._table.between(key(workspace), _FIRST, _row(number))
        return [_event(entity) async for entity in newer][::-1]

    async def drop(self, workspace: str, before: str) -> int:
        """Drop events that were made before an instant, never the newest; give how many."""
        found = [each async for each in self._table.between(key(workspace), _FIRST, _LAST)]
        old = [each for each in found[1:] if each["made_at"] < before]
        for each in old:
            await self._table.delete(key(workspace), each["RowKey"])
        return len(old)


def event_entity(workspace: str, event: Event) -> Entity:
    """Give an event as it is kept."""
    packed = pack({"cards": event.cards, "roles": event.roles, "message": event.message})
    if packed is None:
        raise ValueError("an event is larger than an entity")
    own = {"number": event.number, "made_at": event.made_at}
    return {"PartitionKey": key(workspace), "RowKey": _row(event.number), **own, **packed}


def _row(number: int) -> str:
    return f"event|{_END - number:013}"


def _event(entity: Entity) -> Event:
    document = unpack(entity)
    return Event(
        number=entity["number"],
        made_at=entity["made_at"],
        cards=tuple(document["cards"]),
        roles=tuple(document["roles"]),
        message=document["message"],
    )
