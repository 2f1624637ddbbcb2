"""What each connection's last check found.

Table `checkpoints`. PartitionKey: workspace. RowKey: =check|connection.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.store.tables import Table, key

_MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The result of one check."""

    checked_at: datetime
    settings: str
    """The settings that were checked."""
    findings: tuple[Mapping[str, Any], ...] = ()
    """Each with `what`, `message` and `is_fatal`."""
    problem: str = ""
    """Why the check could not be made; "" where it was."""

    @property
    def fatal(self) -> tuple[str, ...]:
        """Give what is missing that no pull should begin without, with what to do."""
        return tuple(f"{each['what']}: {each['message']}" for each in self.findings if each["is_fatal"])


class Checks:
    """The checks of all connections."""

    def __init__(self, table: Table) -> None:
        self._table = table

    async def put(self, workspace: str, connection: str, check: Check) -> None:
        """Keep a check in place of the one before."""
        await self._table.put(
            {
                "PartitionKey": key(workspace),
                "RowKey": f"=check|{key(connection)}",
                "checked_at": check.checked_at,
                "settings": check.settings,
                "findings": json.dumps([dict(each) for each in check.findings[:_MOST_FINDINGS]]),
                "problem": check.problem[:2_000],
            }
        )

    async def get(self, workspace: str, connection: str) -> Check | None:
        """Give a connection's last check, if it was ever checked."""
        entity = await self._table.get(key(workspace), f"=check|{key(connection)}")
        if entity is None:
            return None
        return Check(
            checked_at=entity["checked_at"],
            settings=entity["settings"],
            findings=tuple(json.loads(entity["findings"])),
            problem=entity["problem"],
        )
