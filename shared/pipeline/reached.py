"""How connections are reached, kept between the calls of one process: their tokens and their budgets.

Without it each message would ask for a token of its own, and spend a vendor's limit as if it were alone.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.domain.workspace import Connection
from shared.sources.http import Access
from shared.sources.pace import Pace


class Reached:
    """What each connection of each workspace is reached by, as long as its settings stay what they are."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, Access]] = {}

    def access(
        self,
        workspace_id: str,
        connection: Connection,
        secrets: Mapping[str, str],
        make: Callable[[], Access],
    ) -> Access:
        """Give the access of a connection with its budget; it is made anew where settings or secrets changed.

        The budget stays where the address and the limit do: a new secret does not refill the vendor's.
        """
        name, mark = (workspace_id, connection.name), _mark(connection, secrets)
        known, kept = self._kept.get(name, ("", None))
        if kept is not None and known == mark:
            return kept
        made = make()
        is_alike = kept is not None and (kept.base_url, kept.limit) == (made.base_url, made.limit)
        pace = kept.pace if kept is not None and is_alike else Pace(made.limit, name=connection.name)
        self._kept[name] = mark, replace(made, pace=pace)
        return self._kept[name][1]


def _mark(connection: Connection, secrets: Mapping[str, str]) -> str:
    settings = connection.model_dump(mode="json", include={"kind", "base_url", "token_url", "options"})
    return hashlib.sha256(json.dumps([settings, dict(secrets)], sort_keys=True).encode()).hexdigest()
