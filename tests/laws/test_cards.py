"""Laws of the customer cards' readings: cuts add up, siblings agree, and the window parts what is open."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cards import CARDS, card_of
from shared.cards.card import Judgement
from shared.domain.money import parse_money
from shared.domain.records import Record
from shared.domain.windows import Window, before, instant, local_date, rolling
from shared.domain.workspace import Workspace
from shared.pipeline.older import older_unresolved
from tests.builders import (
    AS_OF,
    company,
    crm_customer,
    customers,
    judged,
    law,
    order,
    snapshot,
    workspace,
)
from tests.laws.customer_scenes import WORKSPACES, Scene, draw_scene

D365, DV, SAGE, SAGE_B2B, *_ = (card.id for card in CARDS)
few = settings(law, max_examples=25)
"""Each example judges several cards: fewer of them keep the file quick."""
SCENES = st.integers(0, 10**9).map(draw_scene)
HERE = st.sampled_from(WORKSPACES)
SETTINGS = st.fixed_dictionaries(
    {
        "scope": st.sampled_from(["all", "b2b"]),
        "include_guests": st.booleans(),
        "exclude_suspected_duplicates": st.booleans(),
        "alert_basis": st.sampled_from(["all", "excluding_lag"]),
        "window_days": st.sampled_from([None, 3, 30]),
    }
)
FIRST_CUT = {D365: "cohort", SAGE: "cohort", SAGE_B2B: "cause", DV: "cause"}
each_card = pytest.mark.parametrize("card", list(FIRST_CUT))


def _with(here: Workspace, cards: dict[str, Any]) -> Workspace:
    return Workspace.model_validate(here.model_dump() | {"cards": cards})


def _cut(judgement: Judgement, dimension: str, figure: str = "customers") -> int:
    return sum(part.figures[figure] for part in judgement.breakdown if part.dimension == dimension)


@each_card
@few
@given(scene=SCENES, here=HERE, chosen=SETTINGS)
def test_the_cuts_add_up_under_any_settings(
    card: str, scene: Scene, here: Workspace, chosen: dict[str, Any]
) -> None:
    """Cohorts or causes, and entities, add up to the headline; the rest is cut apart (SAGE-ABS-18)."""
    judgement = judged(card, snapshot(_with(here, {card: chosen}), scene))
    rows = customers(judgement)
    counted = [row for row in rows if row.is_counted]
    assert judgement.value == len(counted)
    for dimension in {FIRST_CUT[card], "cause" if card == D365 else FIRST_CUT[card], "entity"}:
        assert _cut(judgement, dimension) == len(counted)
    if card in {D365, SAGE}:
        assert _cut(judgement, "not_counted") == len(rows) - len(counted)
    if card in {D365, DV}:
        assert _cut(judgement, "day") == len(counted)


@few
@given(scene=SCENES, here=HERE, wide=SETTINGS, narrow=SETTINGS)
def test_the_b2b_card_is_a_part_of_the_sage_card_under_any_settings(
    scene: Scene, here: Workspace, wide: dict[str, Any], narrow: dict[str, Any]
) -> None:
    """Over the same days each B2B row is on the wider card, counted there if it counts here (SAGE-CM-03)."""
    narrow = narrow | {"window_days": wide["window_days"]}
    seen = snapshot(_with(here, {SAGE: wide, SAGE_B2B: narrow}), scene)
    wider = {row.id: row for row in customers(judged(SAGE, seen))}
    for row in customers(judged(SAGE_B2B, seen)):
        (other,) = row.also_on
        same = wider[other["row"]]
        assert same.is_counted >= row.is_counted
        assert [each["row"] for each in same.also_on] == [row.id]
        assert {each["id"] for each in row.orders} <= {each["id"] for each in same.orders}
    assert judged(SAGE_B2B, seen).value <= judged(SAGE, seen).value


@few
@given(scene=SCENES, here=HERE)
def test_cross_references_go_both_ways(scene: Scene, here: Workspace) -> None:
    """Where a row names another card's row, that row is there and names it back (DV-15)."""
    seen = snapshot(here, scene)
    rows = {(card, row.id): row for card in FIRST_CUT for row in customers(judged(card, seen))}
    for (card, row_id), row in rows.items():
        for other in row.also_on:
            back = rows[other["card"], other["row"]].also_on
            assert (card, row_id) in [(each["card"], each["row"]) for each in back]


@few
@given(scene=SCENES, here=HERE)
def test_buyers_and_records_are_parted(scene: Scene, here: Workspace) -> None:
    """Buyers are the matched and the absent; expected records those found and those missing (D365-ABS-09)."""
    for card in (D365, SAGE):
        judgement = judged(card, snapshot(here, scene))
        figures: dict[str, Any] = dict(judgement.figures or {})
        assert figures["distinct_buyers"] == figures["matched_buyers"] + figures["absent_buyers"]
        missing = [row for row in customers(judgement) if row.cohort != "ambiguous"]
        assert figures["expected_records"] == figures["matched_records"] + len(missing)


@few
@given(scene=SCENES, here=HERE, chosen=SETTINGS)
def test_who_is_left_out_is_counted(scene: Scene, here: Workspace, chosen: dict[str, Any]) -> None:
    """Whatever the filters, those expected, left out and out of scope are all there are (SAGE-ABS-19)."""
    for card in (D365, SAGE):
        everyone = judged(
            card, snapshot(_with(here, {card: {"window_days": chosen["window_days"]}}), scene)
        ).figures
        figures = judged(card, snapshot(_with(here, {card: chosen}), scene)).figures
        assert figures
        assert everyone
        parts = [int(figures[name]) for name in ("expected_records", "guests_left_out", "out_of_scope")]
        assert everyone["expected_records"] == sum(parts)


@few
@given(scene=SCENES, here=HERE)
def test_stuck_created_promoted_and_pending_are_one_whole(scene: Scene, here: Workspace) -> None:
    """Created is promoted, stuck and pending; each day's created and stuck add up (decision 22)."""
    judgement = judged(DV, snapshot(here, scene))
    figures: dict[str, Any] = dict(judgement.figures or {})
    assert figures["created"] == figures["promoted"] + figures["stuck"] + figures["pending"]
    assert _cut(judgement, "day", "created") == figures["created"]
    assert figures["stuck"] == judgement.value


PEOPLE = st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 130), min_size=1, max_size=3)), max_size=8)


def _ordered(people: list[tuple[bool, list[int]]]) -> Scene:
    """Build buyers of their own who ordered so many days ago, and Dataverse records of the same days."""
    shop: list[Record] = []
    crm: list[Record] = []
    for number, (is_b2b, days) in enumerate(people):
        name = f"CO{number}" if is_b2b else ""
        shop += [company(name)] if is_b2b else []
        for turn, ago in enumerate(days):
            moment = f"{AS_OF.date().fromordinal(AS_OF.date().toordinal() - ago)}T12:00:00Z"
            fields: dict[str, Any] = {
                "email": f"b{number}@x.example",
                "placed_at": moment,
                "company_id": name,
            }
            shop.append(order(f"{number}-{turn}", **fields))
            crm.append(crm_customer(f"{number}-{turn}", created_at=moment))
    return {"shop": shop, "crm": crm}


@each_card
@few
@given(people=PEOPLE, older_days=st.sampled_from([1, 30, 90]))
def test_window_and_older_part_what_is_open(card: str, people: Any, older_days: int) -> None:
    """What is open in the window and what is older are, together, what is open over both (decision 2)."""
    here = workspace(cards={card: {"older_days": older_days}})
    seen = snapshot(here, _ordered(people))
    judge = card_of(card)
    assert judge is not None
    window = rolling(here, AS_OF, 7)
    earlier = before(here, window, older_days)
    both = Window(earlier.start, window.end, earlier.first_day, window.last_day)
    judgement = judge.judge(seen, window, here.card(card))
    older = older_unresolved(judge, seen, window, judgement).document
    everything = judge.judge(seen, both, here.card(card)).rows
    assert older["count"] + judgement.value == len(everything)
    ids = {row.id for row in judgement.rows}
    left = [row.occurred_at for row in everything if row.id not in ids]
    assert older["oldest_at"] == min(left, default=None)


@pytest.mark.parametrize("card", [D365, SAGE, SAGE_B2B])
@pytest.mark.parametrize("who", [{"customer_id": "7"}, {"company_id": "CO1"}])
def test_one_who_orders_under_a_new_email_is_not_older_besides(card: str, who: dict[str, str]) -> None:
    """A person with two emails, or a company with two clerks, stays one row: it is not counted twice."""
    shop: list[Record] = [
        company(),
        order("1", email="old@x.example", placed_at="2026-04-01T12:00:00Z", **who),
        order("2", email="new@x.example", **who),
    ]
    seen = snapshot(workspace(), {"shop": shop})
    judge = card_of(card)
    assert judge is not None
    window = rolling(seen.workspace, AS_OF, 7)
    judgement = judge.judge(seen, window, seen.workspace.card(card))
    assert older_unresolved(judge, seen, window, judgement).document["count"] == 0
    earlier = judge.judge(seen, before(seen.workspace, window, 90), seen.workspace.card(card))
    assert {row.id for row in earlier.rows} == {row.id for row in judgement.rows}


@few
@given(scene=SCENES, here=HERE, seed=st.integers(0, 9))
def test_storing_order_does_not_change_what_is_older(scene: Scene, here: Workspace, seed: int) -> None:
    """Records stored in another order give the same count of what is older."""
    shuffler = random.Random(seed)  # noqa: S311 - a shuffle
    shuffled = {name: shuffler.sample(rows, len(rows)) for name, rows in reversed(scene.items())}
    for card in CARDS[:4]:
        found = []
        for records in (scene, shuffled):
            seen = snapshot(here, records)
            window = rolling(here, AS_OF, 2)
            judgement = card.judge(seen, window, here.card(card.id))
            found.append(older_unresolved(card, seen, window, judgement))
        assert found[0] == found[1]


@few
@given(scene=SCENES, here=HERE)
def test_an_account_is_worth_at_least_what_stands_open(scene: Scene, here: Workspace) -> None:
    """The active orders of a row are among those that its account ever made (SAGE-CM-19)."""
    seen = snapshot(here, scene)
    for row in customers(judged(SAGE_B2B, seen)):
        exposed, worth = (_amounts(each) for each in (row.exposure, row.account_value))
        assert all(worth[currency] >= amount for currency, amount in exposed.items())


def _amounts(of: tuple[dict[str, str], ...]) -> Counter[str]:
    return Counter({each["currency"]: parse_money(each["amount"]) for each in of})


@few
@given(
    days=st.integers(1, 366),
    zone=st.sampled_from(["Europe/London", "America/New_York", "Pacific/Auckland"]),
    as_of=st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_the_days_before_a_window_meet_it(days: int, zone: str, as_of: datetime) -> None:
    """They begin at a local midnight so many days earlier and end a second before it (decision 2)."""
    here = workspace(time_zone=zone)
    window = rolling(here, as_of, 7)
    earlier = before(here, window, days)
    assert instant(window.start) - instant(earlier.end) == timedelta(seconds=1)
    first = date.fromisoformat(window.first_day) - timedelta(days=days)
    assert (local_date(earlier.start, here), earlier.first_day) == (first.isoformat(), first.isoformat())
    assert earlier.last_day == window.last_day
