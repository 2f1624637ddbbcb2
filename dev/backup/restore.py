"""Bringing a backup back, while the app runs: what is there wins, and nothing is told again.

- An entity that is missing is made; one that is there stays as it is.
- But an exception that nobody has touched since gives way to the backup's, where people had worked on it
  or it had been seen before: an evaluation after the loss took it for new.
- A message that waited to be sent comes back as failed: nobody knows whether it went out since.
- Keys come back only to a workspace that has none, so that none that was revoked opens anything again.
- Workspaces come last: the app does nothing for a merchant until everything else is in its place.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, UpdateMode

from dev.backup.file import entities
from dev.backup.tables import Entity, opened
from shared.store.account import StorageAccount
from shared.store.columns import pack, unpack
from shared.store.exception_entities import WORKED
from shared.store.worked_cards import NOTES, columns_of, noted_in

_UNSENT = frozenset({"waiting", "sending"})
_OUTCOME = "brought back from a backup: whether it went out since is not known"


@dataclass(frozen=True)
class Restored:
    """What became of a backup's entities, by table."""

    made: Counter[str] = field(default_factory=Counter)
    replaced: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    """There already, or not to come back."""


def restore(account: StorageAccount, path: Path) -> Restored:
    """Bring a backup back into an account, whose tables are made where they are missing.

    It can be run again at any time. Raises NoBackupError where the file is not whole, before it writes.
    """
    for _ in entities(path):
        pass
    found = Restored()
    exceptions: dict[str, set[str]] = defaultdict(set)
    """The partitions of what the backup has of exceptions, by what it is."""
    with opened(account) as service:
        tables: dict[str, TableClient] = {}
        has_keys: dict[str, bool] = defaultdict(bool)
        for name, entity in entities(path):
            if name not in tables:
                tables[name] = service.create_table_if_not_exists(f"{account.prefix}{name}")
            table, partition = tables[name], entity["PartitionKey"]
            if name == "exceptions":
                exceptions[entity["RowKey"].partition("|")[0]].add(partition)
            if name == "keys" and partition not in has_keys:
                has_keys[partition] = _has_any(table, partition)
            if name == "keys" and has_keys[partition]:
                found.left[name] += 1
            elif name == "exceptions" and entity["RowKey"] == "folded":
                (found.made if _made(table, entity | {"is_under_way": True}) else found.left)[name] += 1
            else:
                _bring_back(table, name, entity, found)
        if exceptions:
            _make_known(tables["exceptions"], exceptions)
    return found


def _bring_back(table: TableClient, name: str, entity: Entity, found: Restored) -> None:
    if name == "alerts" and entity["RowKey"].startswith("delivery|") and entity["state"] in _UNSENT:
        entity = _failed(entity)
    if _made(table, entity):
        found.made[name] += 1
    elif name == "exceptions" and _replaced(table, entity):
        found.replaced[name] += 1
    else:
        found.left[name] += 1


def _made(table: TableClient, entity: Entity) -> bool:
    try:
        table.create_entity(entity)
    except ResourceExistsError:
        return False
    return True


def _replaced(table: TableClient, entity: Entity) -> bool:
    """Put the backup's exception in the place of one that nobody has touched; say whether it was done."""
    if not entity["RowKey"].startswith("case|"):
        return False
    there = table.get_entity(entity["PartitionKey"], entity["RowKey"])
    if there["is_touched"] or not (entity["is_touched"] or entity["first_seen"] < there["first_seen"]):
        return False
    with suppress(ResourceModifiedError, ResourceNotFoundError):
        table.update_entity(
            entity,
            mode=UpdateMode.REPLACE,
            etag=there.metadata["etag"],
            match_condition=MatchConditions.IfNotModified,
        )
        return True
    return False


def _failed(entity: Entity) -> Entity:
    document = unpack(entity)
    document["attempts"].append({"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "outcome": _OUTCOME})
    return entity | {"state": "failed", "busy_until": ""} | (pack(document) or {})


def _has_any(table: TableClient, partition: str) -> bool:
    found = table.query_entities("PartitionKey eq @name", parameters={"name": partition}, results_per_page=1)
    return next(iter(found), None) is not None


def _make_known(table: TableClient, exceptions: Mapping[str, Collection[str]]) -> None:
    """Have the app notice the exceptions that came back."""
    for partition in exceptions.get("folded", ()):
        _doubt(table, partition)
    for partition in exceptions.get("touched", ()):
        _note_work(table, partition)
    for partition in set[str]().union(*exceptions.values()):
        _renew(table, partition)


def _doubt(table: TableClient, partition: str) -> None:
    """Have the next evaluation look at all exceptions of a card, rather than believe what it noted last."""
    pointer = {"PartitionKey": partition, "RowKey": "folded", "is_under_way": True}
    with suppress(ResourceNotFoundError):
        table.update_entity(pointer, mode=UpdateMode.MERGE)


def _note_work(table: TableClient, partition: str) -> None:
    """Note that people worked on a card, where the app has noted that nobody has."""
    workspace, _, card = partition.rpartition("|")
    while True:
        try:
            there = table.get_entity(workspace, NOTES)
        except ResourceNotFoundError:
            return  # it looks for work everywhere
        noted = noted_in(there)
        if noted.get(card, True):
            return
        with suppress(ResourceModifiedError):
            table.update_entity(
                {**there, **columns_of(noted | {card: True})},
                mode=UpdateMode.REPLACE,
                etag=there.metadata["etag"],
                match_condition=MatchConditions.IfNotModified,
            )
            return


def _renew(table: TableClient, partition: str) -> None:
    """Have the app read anew what people changed, rather than believe what it read before."""
    with suppress(ResourceNotFoundError):
        table.upsert_entity(table.get_entity(partition, WORKED), mode=UpdateMode.REPLACE)
