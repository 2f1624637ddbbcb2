"""Alerts, and the deliveries that their messages became.

Table `alerts`. PartitionKey: workspace. RowKey: `alert|{card}|{subset}|{entity}` how an alert stands;
`delivery|{id}` one message to one recipient; `event|{number}` what was told (events.py). What a decision
changes and what it tells are written in one transaction, so that no alert opens untold and nothing is told
twice.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from shared.domain.alerts import Alert, AlertKey
from shared.domain.deliveries import Attempt, Delivery
from shared.domain.events import Event
from shared.store.columns import pack, unpack
from shared.store.events import event_entity
from shared.store.tables import BATCH, Conflict, Entity, Table, key

_DECIMALS = ("value", "threshold", "told_value")


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert as it is kept."""

    alert: Alert
    etag: str


class Alerts:
    """The alerts and deliveries of all workspaces."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def of(self, workspace: str) -> dict[AlertKey, KeptAlert]:
        """Give the alerts of a workspace by what they are about."""
        found = {}
        async for entity in self._table.between(key(workspace), "alert|", "alert}"):
            kept = KeptAlert(_alert(entity), entity["etag"])
            found[kept.alert.key] = kept
        return found

    async def get(self, workspace: str, about: AlertKey) -> KeptAlert | None:
        """Give one alert, if there is one."""
        entity = await self._table.get(key(workspace), _row(about))
        return None if entity is None else KeptAlert(_alert(entity), entity["etag"])

    async def save(
        self,
        workspace: str,
        alerts: Sequence[tuple[Alert, str]],
        deliveries: Sequence[Delivery] = (),
        event: Event | None = None,
    ) -> None:
        """Save alerts that nobody changed since their etags ("" for a new one), with what they tell.

        Raises Conflict, also where the event's number is taken: then nothing is saved and nothing told.
        """
        if len(alerts) + len(deliveries) + (event is not None) > BATCH:
            raise ValueError(f"alerts and what they tell are at most {BATCH} together")
        changes: list[tuple[Entity, str | None]] = [
            ({"PartitionKey": key(workspace), "RowKey": _row(alert.key), **_columns(alert)}, etag)
            for alert, etag in alerts
        ]
        if event is not None:
            changes.append((event_entity(workspace, event), ""))
        await self._table.change_together(
            [*changes, *((_delivery_entity(workspace, each), None) for each in deliveries)]
        )

    async def add_deliveries(self, workspace: str, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Note deliveries that no alert stands behind, a digest's say; give those that were not there yet."""
        added = []
        for each in deliveries:
            with suppress(Conflict):
                await self._table.replace(_delivery_entity(workspace, each), "")
                added.append(each)
        return added

    async def drop_deliveries(self, workspace: str, before: str) -> int:
        """Drop the deliveries that were made before an instant and have come to their end; give how many."""
        old = [
            each
            for each in await self.deliveries(workspace)
            if each.made_at < before and each.state in {"sent", "failed"}
        ]
        for each in old:
            await self._table.delete(key(workspace), f"delivery|{key(each.id)}")
        return len(old)

    async def delivery(self, workspace: str, delivery_id: str) -> tuple[Delivery, str] | None:
        """Give a delivery and its etag, if there is one."""
        entity = await self._table.get(key(workspace), f"delivery|{key(delivery_id)}")
        return None if entity is None else (_delivery(entity), entity["etag"])

    async def deliveries(self, workspace: str) -> list[Delivery]:
        """Give all deliveries that are kept, the oldest first."""
        found = self._table.between(key(workspace), "delivery|", "delivery}")
        return sorted([_delivery(entity) async for entity in found], key=lambda each: (each.made_at, each.id))

    async def save_delivery(self, workspace: str, delivery: Delivery, etag: str) -> str:
        """Save a delivery that nobody changed since `etag`; gives its new etag. Raises Conflict."""
        return await self._table.replace(_delivery_entity(workspace, delivery), etag)


def _row(about: AlertKey) -> str:
    return f"alert|{key(about.card, about.subset, about.entity)}"


def _columns(alert: Alert) -> dict[str, Any]:
    columns = {name: value for name, value in asdict(alert).items() if name not in {"key", "waits_for"}}
    columns |= {name: str(columns[name]) for name in _DECIMALS}
    packed = pack(list(alert.waits_for)) or {}
    return {
        **columns,
        "card": alert.key.card,
        "subset": alert.key.subset,
        "entity": alert.key.entity,
        **packed,
    }


def _alert(entity: Entity) -> Alert:
    known = {name: entity[name] for name in Alert.__dataclass_fields__ if name in entity}
    known |= {name: Decimal(entity[name]) for name in _DECIMALS}
    about = AlertKey(entity["card"], entity["subset"], entity["entity"])
    return Alert(**known | {"key": about, "waits_for": tuple(unpack(entity))})


def _delivery_entity(workspace: str, delivery: Delivery) -> Entity:
    columns = {name: value for name, value in asdict(delivery).items() if name not in {"message", "attempts"}}
    packed = pack({"message": delivery.message, "attempts": [asdict(each) for each in delivery.attempts]})
    if packed is None:
        raise ValueError("a delivery is larger than an entity")
    return {"PartitionKey": key(workspace), "RowKey": f"delivery|{key(delivery.id)}", **columns, **packed}


def _delivery(entity: Entity) -> Delivery:
    document = unpack(entity)
    attempts = tuple(Attempt(**each) for each in document["attempts"])
    known = {name: entity[name] for name in Delivery.__dataclass_fields__ if name in entity}
    return Delivery(**known | {"message": document["message"], "attempts": attempts})
