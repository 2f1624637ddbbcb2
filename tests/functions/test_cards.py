"""Cards over HTTP: the last reading, and what explains it."""

import pytest

from shared.access import CARD_ROLES
from shared.cards import CARDS
from shared.cards.card import Card
from shared.store.store import Store
from tests.functions.app import ABSENT, D365, GAP, OPERATOR_KEY, add_workspace, call, publish, reading
from tests.functions.conftest import KeyFor


async def test_cards_come_in_their_order_with_their_readings(store: Store, key_for: KeyFor) -> None:
    """A card that was never evaluated is listed as such, and never as nothing found."""
    await add_workspace(store)
    await publish(store, [])
    cards = (await call("GET", "/workspaces/acme/cards", await key_for("owner"))).json["cards"]
    assert [card.id for card in CARDS] == [each["card"] for each in cards]
    by_id = {each["card"]: each for each in cards}
    assert (by_id[GAP]["status"], by_id[GAP]["value"]) == ("alert", "680000.00")
    assert (by_id[ABSENT]["status"], by_id[ABSENT]["value"]) == ("not_evaluated", None)


async def test_a_card_that_is_off_is_not_there(store: Store) -> None:
    """What a workspace switched off is neither listed, nor read, nor linked."""
    await add_workspace(store, cards={D365: {"enabled": False}})
    listed = (await call("GET", "/workspaces/acme/cards", OPERATOR_KEY)).json["cards"]
    assert D365 not in [each["card"] for each in listed]
    assert (await call("GET", f"/workspaces/acme/cards/{D365}", OPERATOR_KEY)).status == 404
    siblings = (await call("GET", f"/workspaces/acme/cards/{GAP}", OPERATOR_KEY)).json["about"]["siblings"]
    assert D365 not in [each["card"] for each in siblings]


async def test_a_reading_is_given_as_it_was_published(store: Store, key_for: KeyFor) -> None:
    """Nothing of a reading is lost on the way, and its links lead to its rows."""
    await add_workspace(store)
    await publish(store, [], figures={"gap_percentage": "7.10"})
    given = (await call("GET", f"/workspaces/acme/cards/{GAP}", await key_for("finance"))).json
    expected = reading(figures={"gap_percentage": "7.10"})
    assert expected == {name: given[name] for name in expected}
    assert f"/api/v1/workspaces/acme/cards/{GAP}/rows.csv" == given["links"]["csv"]


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
async def test_a_card_explains_itself(store: Store, card: Card) -> None:
    """GEN-08, GEN-09, GEN-10: where to look, why a count may differ and which way, what to read beside it."""
    await add_workspace(store)
    about = (await call("GET", f"/workspaces/acme/cards/{card.id}", OPERATOR_KEY)).json["about"]
    assert list(card.where_to_look) == about["where_to_look"] != []
    assert [(each.reason, each.direction) for each in card.differences] == [
        (each["reason"], each["direction"]) for each in about["differences"]
    ]
    assert [(each.card, each.why) for each in card.siblings] == [
        (each["card"], each["why"]) for each in about["siblings"]
    ]
    assert all(each["href"] == f"/api/v1/workspaces/acme/cards/{each['card']}" for each in about["siblings"])
    assert card.about.strip() == about["text"]
    assert sorted(card.roles) == about["roles"]


@pytest.mark.parametrize("role", CARD_ROLES)
async def test_siblings_lead_to_cards_that_open(store: Store, key_for: KeyFor, role: str) -> None:
    """GEN-04, GEN-10: a caller is sent to no card that the roles hide."""
    await add_workspace(store)
    key = await key_for(role)
    listed = (await call("GET", "/workspaces/acme/cards", key)).json["cards"]
    seen = {each["card"] for each in listed}
    for each in seen:
        about = (await call("GET", f"/workspaces/acme/cards/{each}", key)).json["about"]
        assert {sibling["card"] for sibling in about["siblings"]} <= seen


@pytest.mark.parametrize("target", ["/workspaces/acme/cards", f"/workspaces/acme/cards/{GAP}"])
async def test_what_a_caller_has_is_not_sent_again(store: Store, key_for: KeyFor, target: str) -> None:
    """304 until a reading changes; then another tag."""
    await add_workspace(store)
    key = await key_for("owner")
    await publish(store, [])
    first = await call("GET", target, key)
    same = await call("GET", target, key, headers={"If-None-Match": f'W/{first.headers["ETag"]}, "x"'})
    assert (same.status, same.body) == (304, b"")
    await publish(store, [], number=2)
    after = await call("GET", target, key, headers={"If-None-Match": first.headers["ETag"]})
    assert after.status == 200
    assert first.headers["ETag"] != after.headers["ETag"]


@pytest.mark.parametrize("card", ["no_such_card", "revenue_gap", "..", GAP.upper()])
async def test_an_unknown_card_is_404(store: Store, card: str) -> None:
    """A card's id is exact."""
    await add_workspace(store)
    assert (await call("GET", f"/workspaces/acme/cards/{card}", OPERATOR_KEY)).status == 404


@pytest.mark.parametrize(("parameter", "says"), [("entity", "rows"), ("x", "unknown")])
async def test_a_parameter_that_does_nothing_is_refused(store: Store, parameter: str, says: str) -> None:
    """400 names the parameter, since an answer that ignores it would be taken for another."""
    await add_workspace(store)
    answer = await call("GET", f"/workspaces/acme/cards/{GAP}?{parameter}=1", OPERATOR_KEY)
    assert answer.status == 400
    assert [parameter] == [each["path"] for each in answer.json["errors"]]
    assert says in answer.json["detail"]
