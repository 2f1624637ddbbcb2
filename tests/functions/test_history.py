"""A card's history over HTTP."""

import pytest

from shared.store.store import Store
from tests.functions.app import ABSENT, GAP, add_workspace, call, publish
from tests.functions.conftest import KeyFor


async def test_a_card_gives_its_value_week_by_week(store: Store, key_for: KeyFor) -> None:
    """Up to the last reading, the oldest first; a week without a reading has null (SAGE-ABS-22)."""
    await add_workspace(store)
    await publish(store, [], value="500.00", as_of="2026-04-05T01:00:00Z", evaluation="20260405T010000Z")
    await publish(store, [], value="680.00")
    answer = await call("GET", f"/workspaces/acme/cards/{GAP}/history?weeks=3", await key_for("finance"))
    assert (answer.status, answer.json["unit"], answer.json["currency"]) == (200, "money", "USD")
    weeks = answer.json["weeks"]
    assert [each["value"] for each in weeks] == [None, "500.00", "680.00"]
    assert [each["change"] for each in weeks] == [None, None, "180.00"]
    card = (await call("GET", f"/workspaces/acme/cards/{GAP}", await key_for("finance"))).json
    assert card["links"]["history"].endswith(f"{GAP}/history")


async def test_a_card_without_a_reading_has_no_history(store: Store, key_for: KeyFor) -> None:
    """Nothing was evaluated yet: no weeks, and the status says so."""
    await add_workspace(store)
    body = (await call("GET", f"/workspaces/acme/cards/{ABSENT}/history", await key_for("finance"))).json
    assert (body["status"], body["weeks"]) == ("not_evaluated", [])


@pytest.mark.parametrize(
    ("query", "status"), [("weeks=1", 200), ("weeks=0", 400), ("weeks=105", 400), ("x=1", 400)]
)
async def test_weeks_are_checked(store: Store, key_for: KeyFor, query: str, status: int) -> None:
    """A history of no weeks, or of more than two years, is refused."""
    await add_workspace(store)
    answer = await call("GET", f"/workspaces/acme/cards/{GAP}/history?{query}", await key_for("owner"))
    assert answer.status == status


async def test_history_is_for_the_cards_roles(store: Store, key_for: KeyFor) -> None:
    """Who may not see a card may not see its history (GEN-04)."""
    await add_workspace(store)
    answer = await call("GET", f"/workspaces/acme/cards/{GAP}/history", await key_for("marketing"))
    assert answer.status == 404
