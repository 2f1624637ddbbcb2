"""A store whose every step takes its time, so that several instances get in each other's way."""

import asyncio
from dataclasses import replace
from typing import Any, cast

from shared.store.alerts import Alerts
from shared.store.exceptions import Exceptions
from shared.store.store import Store
from shared.store.tables import Table


class _Dawdling:
    """A table behind which others get their turn."""

    def __init__(self, inner: Any, turns: int) -> None:
        self._inner, self._turns = inner, turns

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name == "between":
            return found

        async def call(*given: Any, **named: Any) -> Any:
            for _ in range(self._turns):
                await asyncio.sleep(0)
            return await found(*given, **named)

        return call


def dawdling(store: Store, turns: int) -> Store:
    """Give the store to an instance that lets so many turns pass before each step."""

    def table(inner: Any) -> Table:
        return cast("Table", _Dawdling(inner, turns))

    return replace(
        store,
        exceptions=Exceptions(table(store.exceptions._table)),
        alerts=Alerts(table(store.alerts._table)),
    )
