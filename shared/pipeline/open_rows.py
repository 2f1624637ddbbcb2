"""The open rows of a reading, known by their ids: whole ones are read only as they are asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.pipeline.services import Services
from shared.store import open_ids
from shared.store.stored_rows import StoredRows

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenRows:
    """Which rows are open, and where each stands among those that are kept."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    """By row id."""
    stored: StoredRows | None = None

    async def of(self, ids: Collection[str]) -> dict[str, Row]:
        """Give the rows of these ids that are open, by id; none once they are not kept any more."""
        wanted = [each for each in ids if each in self.numbers]
        if self.stored is None or not wanted:
            return {}
        try:
            rows = await self.stored.at([self.numbers[each] for each in wanted])
        except LookupError:
            return {}
        return dict(zip(wanted, rows, strict=True))


async def open_among(services: Services, reading: Mapping[str, Any], ids: Collection[str]) -> set[str]:
    """Give those of these ids that open rows of a reading have; none once they are not kept any more."""
    if not ids or not _has_rows(reading):
        return set()
    try:
        return await open_ids.among(services.store.readings, reading, ids)
    except LookupError:
        return set()


async def open_rows_of(services: Services, reading: Mapping[str, Any] | None) -> OpenRows:
    """Give which rows of a reading are open; none once they are not kept any more."""
    if not reading or not _has_rows(reading):
        return OpenRows()
    name = (reading["workspace"], reading["card"], reading["rows_of"])
    stored = await services.store.readings.stored_rows(*name)
    try:
        columns = await stored.columns(["id", "is_settled"])
    except LookupError:
        return OpenRows()
    every = enumerate(zip(columns["id"], columns["is_settled"], strict=True))
    return OpenRows({row_id: number for number, (row_id, is_settled) in every if not is_settled}, stored)


def _has_rows(reading: Mapping[str, Any]) -> bool:
    return bool(reading.get("rows_of") and reading["row_count"])
