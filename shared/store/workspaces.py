"""Workspace documents and the API keys of each workspace.

Table `workspaces`. PartitionKey: `workspace`. RowKey: the workspace's id. PartitionKey:
`version|{workspace}`, RowKey: the name of a document that readings were evaluated with.
Table `keys`. PartitionKey: workspace. RowKey: the key's id, which is also the key's beginning.
"""

import hashlib
import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from shared.domain.workspace import Workspace
from shared.store.columns import pack, unpack
from shared.store.tables import Conflict, Entity, Table, key


class Workspaces:
    """The workspace documents."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def get(self, workspace: str) -> tuple[Workspace, str] | None:
        """Give a workspace and its etag, if there is one."""
        entity = await self._table.get("workspace", key(workspace))
        return None if entity is None else (Workspace.model_validate(unpack(entity)), entity["etag"])

    async def put(self, workspace: Workspace, etag: str | None = None) -> str:
        """Save a workspace and give its new etag.

        With an etag, only if it has not changed since ("" means that it is new); raises Conflict.
        """
        packed = pack(workspace.model_dump(mode="json"))
        if packed is None:
            raise ValueError("a workspace document is larger than an entity")
        entity = {
            "PartitionKey": "workspace",
            "RowKey": key(workspace.id),
            "name": workspace.name,
            "enabled": workspace.enabled,
            **packed,
        }
        if etag is None:
            found = await self._table.get("workspace", key(workspace.id))
            etag = str(found["etag"]) if found else ""
        return await self._table.replace(entity, etag)

    async def keep_version(self, workspace: Workspace) -> str:
        """Keep a document as it is now, once, so that its readings can be worked out again; give its name."""
        document = workspace.model_dump(mode="json")
        written = json.dumps(document, sort_keys=True)
        name = hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        partition = key("version", workspace.id)
        if await self._table.get(partition, name) is None:
            packed = pack(document)
            if packed is None:
                raise ValueError("a workspace document is larger than an entity")
            await self._table.put({"PartitionKey": partition, "RowKey": name, **packed})
        return name

    async def version(self, workspace: str, name: str) -> Workspace | None:
        """Give a document that readings were evaluated with; None also where this release cannot read it."""
        entity = await self._table.get(key("version", workspace), key(name))
        with suppress(ValidationError):
            return None if entity is None else Workspace.model_validate(unpack(entity))
        return None

    async def drop_versions(self, workspace: str, kept: Collection[str]) -> int:
        """Drop the documents that no reading names any more; give how many."""
        partition = key("version", workspace)
        names = [entity["RowKey"] async for entity in self._table.between(partition, select=["RowKey"])]
        gone = [name for name in names if name not in kept]
        for name in gone:
            await self._table.delete(partition, name)
        return len(gone)

    async def all(self) -> list[Workspace]:
        """Give all workspaces that can be read, in the order of their ids."""
        return (await self.sorted_out())[0]

    async def sorted_out(self) -> tuple[list[Workspace], list[str]]:
        """Give the workspaces, and the ids of those whose document this release cannot read.

        One that cannot be read costs the others nothing.
        """
        readable: list[Workspace] = []
        unreadable: list[str] = []
        async for entity in self._table.between("workspace"):
            try:
                readable.append(Workspace.model_validate(unpack(entity)))
            except ValidationError:
                unreadable.append(entity["RowKey"])
        return readable, unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A workspace API key as it is kept: its hash, never itself."""

    id: str
    workspace: str
    name: str
    hash: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


class ApiKeys:
    """The API keys of all workspaces."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def put(self, api_key: ApiKey) -> None:
        """Save a key."""
        entity = {
            "PartitionKey": key(api_key.workspace),
            "RowKey": key(api_key.id),
            "name": api_key.name,
            "hash": api_key.hash,
            "roles": ",".join(api_key.roles),
            "created_at": api_key.created_at,
            "expires_at": api_key.expires_at,
            "last_used_at": api_key.last_used_at,
        }
        await self._table.put({name: value for name, value in entity.items() if value is not None})

    async def get(self, workspace: str, key_id: str) -> ApiKey | None:
        """Give one key, if there is one."""
        entity = await self._table.get(key(workspace), key(key_id))
        return None if entity is None else _api_key(workspace, entity)

    async def note_use(self, workspace: str, key_id: str, now: datetime) -> None:
        """Note when a key was last used; one that is revoked meanwhile stays revoked."""
        entity = await self._table.get(key(workspace), key(key_id))
        if entity is not None:
            etag = entity.pop("etag")
            with suppress(Conflict):
                await self._table.replace({**entity, "last_used_at": now}, etag)

    async def of(self, workspace: str) -> list[ApiKey]:
        """Give a workspace's keys."""
        return [_api_key(workspace, entity) async for entity in self._table.between(key(workspace))]

    async def delete(self, workspace: str, key_id: str) -> None:
        """Revoke a key; one that is not there is fine."""
        await self._table.delete(key(workspace), key(key_id))


def _api_key(workspace: str, entity: Entity) -> ApiKey:
    return ApiKey(
        id=str(entity["RowKey"]),
        workspace=workspace,
        name=str(entity["name"]),
        hash=str(entity["hash"]),
        roles=tuple(role for role in str(entity["roles"]).split(",") if role),
        created_at=entity["created_at"],
        expires_at=entity.get("expires_at"),
        last_used_at=entity.get("last_used_at"),
    )
