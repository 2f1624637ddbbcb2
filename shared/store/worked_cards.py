"""Which cards people have worked on, so that nobody looks for their work on the others.

Beside the exceptions. PartitionKey: workspace. RowKey: `cards`: of each card whether people ever changed an
exception of it. That is noted before the first one is changed and never taken back: who finds a card that is
not worked on misses nothing. Of a card that is not named, it is not known.
"""

import json
from collections.abc import Collection
from contextlib import suppress

from shared.store.exception_entities import CardName
from shared.store.tables import Conflict, Entity, Table, key

_ROW = "cards"


class WorkedCards:
    """The cards of all workspaces, by whether people have worked on them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: set[tuple[str, str]] = set()
        """Those that were found worked on: so they stay."""

    async def among(self, workspace: str, cards: Collection[str]) -> set[str]:
        """Give those of these cards that people may have worked on."""
        if all((workspace, card) in self._known for card in cards):
            return set(cards)
        is_worked = _noted(await self._table.get(key(workspace), _ROW))
        self._known |= {(workspace, card) for card in cards if is_worked.get(card)}
        return {card for card in cards if is_worked.get(card, True)}

    async def note(self, card: CardName, *, is_worked: bool) -> None:
        """Note that people work on a card; or that nobody has yet, where nothing is noted of it."""
        while True:
            there = await self._table.get(key(card.workspace), _ROW)
            noted = _noted(there)
            if noted.get(card.card) in {True, is_worked}:
                return
            entity = {"PartitionKey": key(card.workspace), "RowKey": _ROW}
            cards = json.dumps(noted | {card.card: is_worked}, sort_keys=True)
            with suppress(Conflict):
                await self._table.replace(entity | {"is_worked": cards}, there["etag"] if there else "")
                return


def _noted(entity: Entity | None) -> dict[str, bool]:
    noted: dict[str, bool] = json.loads(entity["is_worked"]) if entity else {}
    return noted
