"""The flows that asked to be called, with their addresses, which are secrets.

Table `hooks`, which nothing else reads and no route lists in full. PartitionKey: workspace. RowKey: the
hook's id.
"""

from dataclasses import asdict

from shared.domain.hooks import Hook
from shared.store.tables import Entity, Table, key


class Hooks:
    """The hooks of all workspaces."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def add(self, workspace: str, hook: Hook) -> None:
        """Keep a new hook; raises Conflict where its id is taken."""
        columns = asdict(hook) | {"roles": ",".join(hook.roles)}
        del columns["id"]
        await self._table.replace({"PartitionKey": key(workspace), "RowKey": key(hook.id), **columns}, "")

    async def get(self, workspace: str, hook_id: str) -> Hook | None:
        """Give one hook, if there is one."""
        entity = await self._table.get(key(workspace), key(hook_id))
        return None if entity is None else _hook(entity)

    async def of(self, workspace: str) -> list[Hook]:
        """Give a workspace's hooks, the oldest first."""
        found = [_hook(entity) async for entity in self._table.between(key(workspace))]
        return sorted(found, key=lambda each: (each.made_at, each.id))

    async def delete(self, workspace: str, hook_id: str) -> None:
        """Remove a hook; one that is not there is fine."""
        await self._table.delete(key(workspace), key(hook_id))


def _hook(entity: Entity) -> Hook:
    return Hook(
        id=str(entity["RowKey"]),
        address=str(entity["address"]),
        card=str(entity["card"]),
        roles=tuple(each for each in str(entity["roles"]).split(",") if each),
        made_by=str(entity["made_by"]),
        made_at=str(entity["made_at"]),
    )
