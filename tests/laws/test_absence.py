"""Laws of the customer cards: nobody is lost, nobody counts twice, and storing order does not matter."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cards import CARDS
from shared.cards.card import Judgement
from shared.cards.cohorts import COHORTS
from shared.cards.sync_causes import CAUSES
from shared.domain.absence import Master, Population, first_orders, population
from shared.domain.buyers import Buyer
from shared.domain.persons import everyone, persons_as_buyers
from shared.domain.records import MasterCustomer, Order, Record
from shared.domain.rows import CustomerRow
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, rolling
from shared.domain.workspace import CardSettings, Workspace
from tests.builders import AS_OF, company, judged, law, master, order, snapshot, workspace
from tests.laws.customer_scenes import WORKSPACES, Scene, decided, draw_decisions, draw_master, draw_scene

D365, DV, SAGE, SAGE_B2B, *_ = (card.id for card in CARDS)
MASTER = Master(("sage_intacct",), must_carry_vat=True)
SCENES = st.integers(0, 10**9).map(draw_scene)
HERE = st.sampled_from(WORKSPACES)
SETTINGS = st.builds(
    CardSettings,
    scope=st.sampled_from(["all", "b2b"]),
    include_guests=st.booleans(),
    window_days=st.sampled_from([None, 2, 30]),
)
CUSTOMER_CARDS = pytest.mark.parametrize("card", [D365, DV, SAGE, SAGE_B2B])


def _cut(judgement: Judgement, dimension: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in judgement.breakdown:
        if part.dimension == dimension:
            total.update({name: int(value) for name, value in part.figures.items()})
    return total


def _read_until(seen: Snapshot, moment: datetime) -> Snapshot:
    """Give the same snapshot, whose masters were read up to an earlier instant."""
    inputs = [
        replace(each, complete_until=moment) if each.record_type is MasterCustomer else each
        for each in seen.inputs
    ]
    return replace(seen, inputs=tuple(inputs), _tables={}, _answers={})


def _buyers(seen: Snapshot, window: Window, found: Population) -> list[Buyer]:
    """Give everyone who was looked up, one by one."""
    return [*found.others, *persons_as_buyers(everyone(seen, window), found.persons)]


EARLIER = datetime(2026, 4, 13, tzinfo=UTC)


@law
@given(SCENES, HERE, SETTINGS, st.sampled_from([AS_OF, EARLIER]))
def test_every_buyer_is_one_thing(
    scene: Scene, here: Workspace, settings: CardSettings, read_until: datetime
) -> None:
    """Each buyer is matched, absent, pending, out of scope or a guest left out (D365-ABS-09)."""
    seen = _read_until(snapshot(here, scene), read_until)
    window = rolling(here, AS_OF, 7)
    found = population(seen, window, settings, MASTER)
    whole = population(seen, window, CardSettings(), MASTER)
    absent = {absence.buyer for absence in found.absences}
    doubled = {absence.buyer for absence in found.ambiguous}
    buyers, of_all = _buyers(seen, window, found), _buyers(seen, window, whole)
    assert len(buyers) == found.expected == found.matched + len(absent) + len(found.pending)
    assert len(of_all) == len(buyers) + found.out_of_scope + found.guests_left_out
    assert len({(buyer.identity, buyer.entity) for buyer in of_all}) == len(of_all)
    assert found.distinct == len({buyer.identity for buyer in buyers})
    assert sorted(first_orders(seen, window, found)) == sorted(buyer.orders[0] for buyer in buyers)
    pending = set(found.pending)
    assert absent | doubled | pending <= set(buyers) <= set(of_all)
    assert len(absent | doubled | pending) == len(absent) + len(doubled) + len(pending)
    orders = [row for buyer in of_all for row in buyer.orders]
    table = seen.table(Order)
    assert sorted(orders) == [
        row
        for row, state in enumerate(table["state"])
        if state in {"placed", "refunded"} and window.holds(table["placed_at"][row])
    ]


@pytest.mark.parametrize(
    ("read_until", "value", "pending"),
    [("2026-04-14T11:59:59Z", 1, 1), ("2026-04-14T12:00:00Z", 2, 0), ("2026-04-13T11:59:59Z", 0, 2)],
)
@pytest.mark.parametrize("card", [D365, SAGE, SAGE_B2B])
def test_who_ordered_after_the_master_was_read_is_pending(
    card: str, read_until: str, value: int, pending: int
) -> None:
    """Both sides are compared up to one instant: what came later is shown, not counted (GEN-02)."""
    shop: list[Record] = [
        order("1", is_b2b=True),
        order("2", is_b2b=True, placed_at="2026-04-14T12:00:00Z"),
        order("3", is_b2b=True, placed_at="2026-04-14T12:00:00Z"),
    ]
    known = [master(email="buyer-3@example.com")]
    seen = _read_until(
        snapshot(workspace(), {"shop": shop, "sage": known, "ledger": known}),
        datetime.fromisoformat(read_until),
    )
    judgement = judged(card, seen)
    figures = judgement.figures or {}
    assert (judgement.value, len(judgement.rows), figures["pending"]) == (value, value, pending)
    if card != SAGE_B2B:
        names = ("distinct_buyers", "matched_buyers", "absent_buyers", "pending_buyers")
        assert tuple(figures[name] for name in names) == (3, 1, value, pending)


@law
@given(SCENES, HERE, st.integers(0, 10**6), st.booleans(), st.booleans())
def test_a_new_master_record_never_adds_to_a_count(
    scene: Scene,
    here: Workspace,
    seed: int,
    has_vat: bool,  # noqa: FBT001 - drawn
    is_read_late: bool,  # noqa: FBT001 - drawn
) -> None:
    """Whatever record the ledger gains, also one like another, no buyer is missing for it (GEN-07)."""
    master = replace(MASTER, must_carry_vat=has_vat)
    window = rolling(here, AS_OF, 7)

    def missing(records: Scene) -> set[tuple[str, str]]:
        seen = _read_until(snapshot(here, records), EARLIER if is_read_late else AS_OF)
        found = population(seen, window, CardSettings(), master)
        return {(absence.buyer.identity, absence.buyer.entity) for absence in found.absences}

    assert missing(scene | {"sage": [*scene["sage"], draw_master(seed)]}) <= missing(scene)


@pytest.mark.parametrize("card", [D365, SAGE, SAGE_B2B])
@law
@given(scene=SCENES, here=HERE, seed=st.integers(0, 10**6))
def test_a_decision_that_is_reversed_leaves_no_trace(
    card: str, scene: Scene, here: Workspace, seed: int
) -> None:
    """Decisions change readings from when they are taken until they are reversed, and no others."""
    seen = snapshot(here, scene)
    taken = draw_decisions(seed, scene)
    undone = [replace(each, reversed_at="2026-04-14T16:00:00Z", reversed_by="bo") for each in taken]
    later = [replace(each, decided_at="2026-04-14T17:00:01Z") for each in taken]
    for decisions in (undone, later, [*undone, *later]):
        assert judged(card, decided(seen, *decisions)) == judged(card, seen)


@CUSTOMER_CARDS
@law
@given(scene=SCENES, here=HERE)
def test_the_cuts_part_the_rows(card: str, scene: Scene, here: Workspace) -> None:
    """Cohorts or causes, and entities, add up to the headline (SAGE-ABS-18, SAGE-CM-11, SAGE-CM-14)."""
    judgement = judged(card, snapshot(here, scene))
    rows = [row for row in judgement.rows if isinstance(row, CustomerRow) and row.is_counted]
    first = "cohort" if card in {D365, SAGE} else "cause"
    assert judgement.value == judgement.compared == len(rows) == len({row.id for row in rows})
    for dimension in (first, "entity"):
        cut = _cut(judgement, dimension)
        assert cut["customers"] == len(rows)
        assert cut["orders"] == (
            0 if dimension == "cause" and card == DV else sum(row.order_count for row in rows)
        )


@CUSTOMER_CARDS
@law
@given(scene=SCENES, here=HERE, seed=st.integers(0, 9))
def test_storing_order_does_not_matter(card: str, scene: Scene, here: Workspace, seed: int) -> None:
    """Records stored in another order give the same answer, to the last word."""
    shuffler = random.Random(seed)  # noqa: S311 - a shuffle
    shuffled = {name: shuffler.sample(rows, len(rows)) for name, rows in reversed(scene.items())}
    assert judged(card, snapshot(here, shuffled)) == judged(card, snapshot(here, scene))


@law
@given(SCENES, HERE)
def test_the_b2b_card_is_part_of_the_wider_one(scene: Scene, here: Workspace) -> None:
    """Each row of the B2B card is on the Sage card, with at least its orders (SAGE-CM-03)."""
    seen = snapshot(here, scene)
    wider = judged(SAGE, seen).rows
    for row in judged(SAGE_B2B, seen).rows:
        assert isinstance(row, CustomerRow)
        numbers = {(each["connection"], each["id"]) for each in row.orders}
        same = [
            each
            for each in wider
            if isinstance(each, CustomerRow)
            and (each.entity, each.match_key, each.match_value)
            == (row.entity, row.match_key, row.match_value)
            and numbers <= {(other["connection"], other["id"]) for other in each.orders}
        ]
        assert len(same) == 1


@law
@given(SCENES, HERE)
def test_a_second_order_is_no_second_buyer(scene: Scene, here: Workspace) -> None:
    """Ordering everything twice doubles the orders and no buyer (D365-ABS-05, SAGE-ABS-01, SAGE-CM-01)."""
    named = {
        name: [row for row in rows if not isinstance(row, Order) or row.email] for name, rows in scene.items()
    }
    twice = {
        name: [*rows, *(replace(row, id=f"{row.id} again") for row in rows if isinstance(row, Order))]
        for name, rows in named.items()
    }
    for card in (D365, SAGE, SAGE_B2B):
        once, again = judged(card, snapshot(here, named)), judged(card, snapshot(here, twice))
        assert {row.id for row in again.rows} == {row.id for row in once.rows}
        assert _cut(again, "entity")["orders"] == 2 * _cut(once, "entity")["orders"]


@law
@given(SCENES, HERE)
def test_created_is_promoted_stuck_and_pending(scene: Scene, here: Workspace) -> None:
    """Of the records created in the window each is promoted, stuck or on its way (DV-06, decision 22)."""
    figures = judged(DV, snapshot(here, scene)).figures or {}
    parts = (figures[name] for name in ("promoted", "stuck", "pending"))
    assert figures["created"] == sum(int(part) for part in parts)


TOWN = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(1, 3)), min_size=1, max_size=8)
Town = list[tuple[bool, bool, int]]


def _town(town: Town, known: set[int]) -> Scene:
    """Build buyers of their own: B2B or not, active this week or not, with so many orders."""
    shop: list[Record] = []
    for number, (is_b2b, is_here, times) in enumerate(town):
        company_id = f"CO{number}" if is_b2b else ""
        shop += [
            order(
                f"{number}-{turn}",
                email=f"b{number}@x.example",
                company_id=company_id,
                placed_at="2026-04-13T12:00:00Z" if is_here else "2026-03-01T12:00:00Z",
            )
            for turn in range(times)
        ]
        if is_b2b:
            shop.append(company(company_id, vat=f"GB{number}00"))
    masters: list[Record] = [
        master(f"M{number}", vat=f"GB{number}00")
        if town[number][0]
        else master(f"M{number}", email=f"b{number}@x.example")
        for number in sorted(known)
    ]
    return {"shop": shop, "sage": masters, "ledger": masters}


@pytest.mark.parametrize("card", [D365, SAGE, SAGE_B2B])
@law
@given(town=TOWN, data=st.data())
def test_a_new_master_record_takes_one_row_away(card: str, town: Town, data: st.DataObject) -> None:
    """The missing record clears exactly its buyer, and losing one adds exactly it (GEN-07, D365-ABS-13)."""
    numbers = list(range(len(town)))
    known = data.draw(st.sets(st.sampled_from(numbers)))
    changed = data.draw(st.sampled_from(numbers))
    is_b2b, is_here, _ = town[changed]
    with_it = judged(card, snapshot(workspace(), _town(town, known | {changed}))).rows
    without = judged(card, snapshot(workspace(), _town(town, known - {changed}))).rows
    left = {row.id for row in with_it}
    assert left <= {row.id for row in without}
    new = [row for row in without if row.id not in left]
    expected = [f"b{changed}@x.example"] if is_here and (is_b2b or card != SAGE_B2B) else []
    assert [row.email for row in new if isinstance(row, CustomerRow)] == expected


def test_the_scenes_reach_every_cohort_and_cause() -> None:
    """The drawn scenes are wild enough: each cohort, cause and outcome turns up in them."""
    seen = [snapshot(WORKSPACES[1], draw_scene(seed)) for seed in range(150)]
    met = {
        f"{part.code}"
        for each in seen
        for card in (DV, SAGE, SAGE_B2B)
        for part in judged(card, each).breakdown
    }
    assert {cohort.code for cohort in COHORTS} | {cause.code for cause in CAUSES} <= met
    assert {"missing_field", "failed_run", "other_entity", "unknown"} <= met
