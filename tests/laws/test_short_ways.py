"""What is found a whole column at a time is what the long way finds, to the last word."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cards import CARDS
from shared.cards.card import Card, Unresolved
from shared.domain import absence, persons
from shared.domain.absence import LookedUp
from shared.domain.buyer_keys import ADDRESS, address_keys
from shared.domain.buyers import buyers_of
from shared.domain.described import describe_all
from shared.domain.matching import MasterIndex
from shared.domain.snapshot import Batch, Columns, Snapshot
from shared.domain.timeline import timeline
from shared.domain.windows import before, count_by_day, local_date, rolling, text
from shared.domain.workspace import CardSettings, Workspace
from shared.pipeline.older import unresolved
from tests.builders import AS_OF, law, snapshot, workspace
from tests.laws.customer_scenes import WORKSPACES, Scene, decided, draw_decisions, draw_town


def _but(here: Workspace, **field_map: object) -> Workspace:
    return here.model_copy(update={"field_map": here.field_map.model_copy(update=field_map)})


PLACES = (
    *WORKSPACES,
    _but(WORKSPACES[0], email_rules=("plus_tags",), holding_customers=("P1",)),
    _but(WORKSPACES[1], shared_key_limit=1),
    _but(WORKSPACES[1], customer_overrides=WORKSPACES[2].field_map.customer_overrides),
)
SCENES = st.integers(0, 10**9).map(draw_town)
HERE = st.sampled_from(PLACES)
SETTINGS = st.builds(
    CardSettings,
    scope=st.sampled_from(["all", "all", "b2b"]),
    include_guests=st.booleans(),
    exclude_suspected_duplicates=st.booleans(),
)
SEEDS = st.integers(0, 10**6)
CUSTOMER_CARDS = pytest.mark.parametrize(
    "card",
    [each for each in CARDS if each.unit == "customers" and not each.unready],
    ids=lambda each: each.id,
)


@contextmanager
def _the_long_way() -> Iterator[None]:
    """Look everyone up one by one, by an index of the whole master, and by whatever key there is."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(persons, "doubtful_emails", lambda _: None)
        patched.setattr(absence, "_not_plain", lambda *given: given[2])
        patched.setattr(absence, "_looked_up_again", _looked_up_again)
        patched.setattr(absence, "_fully_tried", lambda *given: given[1])
        patched.setattr(MasterIndex, "expect", lambda *_: None)
        yield


def _looked_up_again(snapshot: Snapshot, index: MasterIndex, looked_up: list[LookedUp]) -> list[LookedUp]:
    """Try the name and address of everyone who was not found, whether the master has anybody there or not."""
    again = []
    for buyer, own, match in looked_up:
        (described,) = describe_all(snapshot, [buyer], ADDRESS)
        keys = (*own, *(("name_and_address", key) for key in address_keys(described)))
        if match.row is not None:
            again.append((buyer, own, match))
        else:
            again.append((buyer, keys, index.find(keys, buyer.entity, buyer.identity)))
    return again


def _seen(scene: Scene, here: Workspace, seed: int) -> Snapshot:
    return decided(snapshot(here, scene), *draw_decisions(seed, scene))


@CUSTOMER_CARDS
@law
@given(scene=SCENES, here=HERE, settings=SETTINGS, seed=SEEDS)
def test_persons_found_by_the_column_are_found_one_by_one(
    card: Card, scene: Scene, here: Workspace, settings: CardSettings, seed: int
) -> None:
    """The short ways, over many batches, come to the same reading, rows and figures and all."""
    window = rolling(here, AS_OF, 7)
    usual = card.judge(_stored_otherwise(_seen(scene, here, seed), seed), window, settings)
    with _the_long_way():
        assert card.judge(_seen(scene, here, seed), window, settings) == usual


@law
@given(SCENES, HERE)
def test_a_person_is_the_same_buyer_either_way(scene: Scene, here: Workspace) -> None:
    """Whoever an email tells is the buyer that the long way makes, field by field, and so are the others."""
    seen = snapshot(here, scene)
    window = rolling(here, AS_OF, 30)
    found = persons.everyone(seen, window)
    one_by_one = buyers_of(seen, timeline(seen).within(window))
    both = [*found.others, *persons.persons_as_buyers(found, found.persons)]
    assert sorted(both, key=lambda each: each.orders) == sorted(one_by_one, key=lambda each: each.orders)


@CUSTOMER_CARDS
@law
@given(scene=SCENES, here=HERE, settings=SETTINGS, seed=SEEDS)
def test_what_is_unresolved_is_what_is_listed(
    card: Card, scene: Scene, here: Workspace, settings: CardSettings, seed: int
) -> None:
    """Telling of rows without building them names the same rows, and counts the same (docs/adr/0007)."""
    assert card.unresolved is not None
    for window in (rolling(here, AS_OF, 7), before(here, rolling(here, AS_OF, 2), 30)):
        rows = card.judge(_seen(scene, here, seed), window, settings).rows
        listed = [Unresolved(row.id, row.occurred_at, row.is_counted) for row in rows]
        told = card.unresolved(_seen(scene, here, seed), window, settings)
        assert sorted(told, key=lambda each: each.id) == sorted(listed, key=lambda each: each.id)
        without = replace(card, unresolved=None)
        again = unresolved(without, _seen(scene, here, seed), window, settings)
        assert sorted(again, key=lambda each: each.id) == sorted(listed, key=lambda each: each.id)


@CUSTOMER_CARDS
@law
@given(scene=SCENES, here=HERE, seed=SEEDS)
def test_how_records_were_stored_does_not_matter(
    card: Card, scene: Scene, here: Workspace, seed: int
) -> None:
    """Stored in other batches, and those in another order, records give the same reading."""
    seen = _seen(scene, here, seed)
    window = rolling(here, AS_OF, 7)
    other = _stored_otherwise(seen, seed)
    assert card.judge(other, window, CardSettings()) == card.judge(seen, window, CardSettings())


def _stored_otherwise(seen: Snapshot, seed: int) -> Snapshot:
    """Give the same records in more batches, and those in another order."""
    dice = random.Random(seed)  # noqa: S311 - a shuffle
    cut = {kind: [part for batch in own for part in _cut(batch, dice)] for kind, own in seen.batches.items()}
    for parts in cut.values():
        dice.shuffle(parts)
    return Snapshot(seen.workspace, seen.as_of, cut, seen.inputs, seen.decisions)


def _cut(batch: Batch, dice: random.Random) -> list[Batch]:
    """Part a batch's records in two."""
    count = len(batch.keys["id"])
    at = dice.randint(0, count)
    details = batch.details()
    return [
        Batch(
            batch.connection,
            batch.stream,
            _cut_out(batch.keys, part),
            partial(_cut_out, details, part),
        )
        for part in (slice(0, at), slice(at, count))
    ]


def _cut_out(columns: Columns, part: slice) -> dict[str, Sequence[object]]:
    return {name: column[part] for name, column in columns.items()}


@law
@given(
    st.sampled_from(["Europe/London", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.lists(st.integers(0, 9 * 24 * 60 * 60)),
    st.sampled_from([0, 180, 210, 330]),
)
def test_instants_are_counted_by_local_day(zone: str, seconds: list[int], days_ago: int) -> None:
    """Counting by the days' bounds comes to what each instant's own date says, also where clocks change."""
    here = workspace(time_zone=zone)
    as_of = AS_OF - timedelta(days=days_ago)
    window = rolling(here, as_of, 10)
    moments = [
        moment
        for moment in (text(as_of - timedelta(seconds=each)) for each in seconds)
        if window.holds(moment)
    ]
    assert count_by_day(moments, window, here) == Counter(local_date(moment, here) for moment in moments)


def test_every_scene_has_both_ways() -> None:
    """The drawn scenes have persons whom an email tells, in several entities, and others."""
    drawn = []
    for seed in range(100):
        here = PLACES[seed % len(PLACES)]
        drawn.append(persons.everyone(snapshot(here, draw_town(seed)), rolling(here, AS_OF, 30)))
    assert sum(len(each) for found in drawn for each in found.persons.values()) > 30
    assert sum(len(found.others) for found in drawn) > 100
    assert any(len([each for each in found.persons.values() if len(each)]) > 1 for found in drawn)
