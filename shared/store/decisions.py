"""What people decided about buyers and master records; kept for ever, so that any past reading can be had.

Table `decisions`. PartitionKey: workspace. RowKey: the decision's id.
"""

from dataclasses import asdict, replace

from shared.domain.decisions import Decision
from shared.store.tables import Entity, Table, key

_FIELDS = tuple(Decision.__dataclass_fields__)


class Decisions:
    """The decisions of all workspaces: added and reversed, never changed or deleted."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def add(self, workspace: str, decision: Decision) -> None:
        """Keep a new decision; raises Conflict where its id is taken."""
        await self._table.replace(_entity(workspace, decision), etag="")

    async def reverse(self, workspace: str, decision_id: str, reversed_at: str, reversed_by: str) -> bool:
        """Reverse a decision from an instant on, and say whether there is such a decision.

        One that is reversed already stays as it is. Raises Conflict where someone else does the same now.
        """
        entity = await self._table.get(key(workspace), key(decision_id))
        if entity is None:
            return False
        decision = _decision(entity)
        if not decision.reversed_at:
            undone = replace(decision, reversed_at=reversed_at, reversed_by=reversed_by)
            await self._table.replace(_entity(workspace, undone), entity["etag"])
        return True

    async def get(self, workspace: str, decision_id: str) -> Decision | None:
        """Give one decision, if there is one."""
        entity = await self._table.get(key(workspace), key(decision_id))
        return None if entity is None else _decision(entity)

    async def of(self, workspace: str) -> tuple[Decision, ...]:
        """Give all decisions of a workspace, reversed ones too, in the order of their ids."""
        return tuple([_decision(entity) async for entity in self._table.between(key(workspace))])


def _entity(workspace: str, decision: Decision) -> Entity:
    return {"PartitionKey": key(workspace), "RowKey": key(decision.id), **asdict(decision)}


def _decision(entity: Entity) -> Decision:
    return Decision(**{name: str(entity[name]) for name in _FIELDS})  # type: ignore[arg-type] # kinds are kept as they came
