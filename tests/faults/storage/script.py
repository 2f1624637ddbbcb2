"""Scripts of storage operations, and what an account lets one see of each: the same over any account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from azure.core import MatchConditions
from azure.core.exceptions import AzureError
from azure.data.tables import EntityProperty
from azure.data.tables.aio import TableClient

Asked = Literal["any", "current", "stale", "gone"]
"""What a change asks of the etag: nothing, the present one, the one before, that of another entity."""
NEVER = "W/\"datetime'2020-01-01T00%3A00%3A00.0000000Z'\""


@dataclass(frozen=True)
class Step:
    """One operation on a table."""

    verb: str
    entity: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "replace"
    asked: Asked = "any"
    query: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    select: Sequence[str] | None = None
    most: int | None = None
    steps: Sequence["Step"] = ()
    """Those of a transaction."""


class Played:
    """A table on which steps are played, with the etags that it gave."""

    def __init__(self, client: TableClient) -> None:
        self._client = client
        self._etags: dict[tuple[str, str], list[str]] = {}

    async def outcomes(self, steps: Sequence[Step]) -> list[Any]:
        """Play steps, and give what is seen of each: what is read, or the error."""
        return [await self._outcome(step) for step in steps]

    async def _outcome(self, step: Step) -> Any:
        try:
            return await getattr(self, f"_{step.verb}")(step)
        except AzureError as error:
            # Only the decoded errors have a code; which of them are decoded is the library's matter.
            return type(error).__name__, getattr(error, "status_code", 0), getattr(error, "index", None)
        except (KeyError, TypeError, ValueError) as error:
            return type(error).__name__

    async def _create(self, step: Step) -> str:
        return self._note(step, await self._client.create_entity(step.entity))

    async def _upsert(self, step: Step) -> str:
        return self._note(step, await self._client.upsert_entity(step.entity, mode=step.mode))

    async def _update(self, step: Step) -> str:
        return self._note(
            step, await self._client.update_entity(step.entity, mode=step.mode, **self._condition(step))
        )

    async def _delete(self, step: Step) -> None:
        await self._client.delete_entity(step.entity, **self._condition(step))

    async def _get(self, step: Step) -> Mapping[str, Any]:
        partition, row = step.entity["PartitionKey"], step.entity["RowKey"]
        found = await self._client.get_entity(partition, row, select=step.select)
        if step.select is None:
            self._etags.setdefault((partition, row), []).append(found.metadata["etag"] or "")
        return seen(found)

    async def _query(self, step: Step) -> list[list[Mapping[str, Any]]]:
        options: Any = {"select": step.select, "results_per_page": step.most}
        found = (
            self._client.query_entities(step.query, parameters=dict(step.parameters), **options)
            if step.query
            else self._client.list_entities(**options)
        )
        return [[seen(entity) async for entity in page] async for page in found.by_page()]

    async def _transaction(self, step: Step) -> int:
        operations: Any = [
            (each.verb, each.entity, self._options(each)) if self._options(each) else (each.verb, each.entity)
            for each in step.steps
        ]
        answers = await self._client.submit_transaction(operations)
        for each, answer in zip(step.steps, answers, strict=True):
            if each.verb != "delete":
                self._note(each, answer)
        return len(answers)

    def _options(self, step: Step) -> dict[str, Any]:
        modes = {"mode": step.mode} if step.verb in {"update", "upsert"} else {}
        return modes | (self._condition(step) if step.verb in {"update", "delete"} else {})

    def _condition(self, step: Step) -> dict[str, Any]:
        if step.asked == "any":
            return {}
        known = self._etags.get((step.entity["PartitionKey"], step.entity["RowKey"]), [])
        places = {"current": -1, "stale": -2}
        place = places.get(step.asked, 0)
        etag = known[place] if place and len(known) >= -place else NEVER
        return {"etag": etag, "match_condition": MatchConditions.IfNotModified}

    def _note(self, step: Step, answer: Mapping[str, Any]) -> str:
        etags = self._etags.setdefault((step.entity["PartitionKey"], step.entity["RowKey"]), [])
        is_new = answer["etag"] not in etags
        etags.append(answer["etag"])
        return "a new etag" if is_new else "an old etag"


def seen(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Give an entity with the kinds of its values, so that 1, 1.0 and True are told apart."""
    return {name: (_kind(value), value) for name, value in entity.items()}


def _kind(value: Any) -> str:
    if isinstance(value, EntityProperty):
        return str(value.edm_type)
    return "datetime" if isinstance(value, datetime) else type(value).__name__
