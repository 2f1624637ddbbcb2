"""Which cards people have worked on, so that nobody looks for their work on the others.

Beside the exceptions. PartitionKey: workspace. RowKey: `cards`: of each card whether people ever changed an
exception of it. That is noted before the first one is changed and never taken back: who finds a card that is
not worked on misses nothing. Of a card that is not named, it is not known.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from shared.store.exception_entities import CardName
from shared.store.tables import Conflict, Table, key

NOTES = "cards"
"""The row of what is noted."""


class WorkedCards:
    """The cards of all workspaces, by whether people have worked on them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._worked: set[CardName] = set()
        """Those that are noted as worked on: so they stay."""
        self._named: set[CardName] = set()
        """Those of which something is noted."""

    async def among(self, workspace: str, cards: Collection[str]) -> set[str]:
        """Give those of these cards that people may have worked on."""
        names = {CardName(workspace, card) for card in cards}
        if not names <= self._worked:
            noted = noted_in(await self._table.get(key(workspace), NOTES))
            self._worked |= {name for name in names if noted.get(name.card)}
            names = {name for name in names if noted.get(name.card, True)}
        return {name.card for name in names}

    async def found(self, card: CardName, *, is_worked: bool) -> None:
        """Note what an evaluation found, unless this process has seen as much noted."""
        if card not in (self._worked if is_worked else self._named):
            await self.note(card, is_worked=is_worked)

    async def note(self, card: CardName, *, is_worked: bool) -> None:
        """Note that people work on a card; or that nobody has yet, where nothing is noted of it."""
        while True:
            there = await self._table.get(key(card.workspace), NOTES)
            noted = noted_in(there)
            if noted.get(card.card) or (card.card in noted and not is_worked):
                break
            entity = {"PartitionKey": key(card.workspace), "RowKey": NOTES}
            with suppress(Conflict):
                await self._table.replace(
                    entity | columns_of(noted | {card.card: is_worked}), there["etag"] if there else ""
                )
                break
        self._named.add(card)
        if is_worked:
            self._worked.add(card)


def noted_in(entity: Mapping[str, Any] | None) -> dict[str, bool]:
    """Read what is noted of the cards of a workspace."""
    noted: dict[str, bool] = json.loads(entity["cards"]) if entity else {}
    return noted


def columns_of(noted: Mapping[str, bool]) -> dict[str, str]:
    """Write what is noted of them, as `noted_in` reads it."""
    return {"cards": json.dumps(noted, sort_keys=True)}
