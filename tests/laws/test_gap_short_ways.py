"""Laws of the revenue gap's short ways: they come to what the long way does, whatever is asked first."""

from collections.abc import Sequence
from itertools import compress
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.cards import CARDS
from shared.cards.card import Judgement
from shared.domain.buyers import COMMERCE
from shared.domain.gap import ledger
from shared.domain.gap.names import LEDGER, invoice_names
from shared.domain.gap.plain import PlainOrders, Rest
from shared.domain.gap.search import plain_orders
from shared.domain.records import Invoice, Order
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, before, rolling
from shared.domain.workspace import Workspace
from tests.builders import AS_OF, credit_memo, invoice, law, order, refund, sales_order, snapshot
from tests.laws.ledger_scenes import WORKSPACES, Scene, draw_scene
from tests.laws.plain_scenes import draw_plain_scene, stored_apart

CARD = CARDS[4]
SCENES = st.integers(0, 10**9).map(draw_scene)
PLAIN_SCENES = st.integers(0, 10**9).map(draw_plain_scene)
HERE = st.sampled_from(WORKSPACES)
WINDOW = rolling(WORKSPACES[0], AS_OF, 30)
WINDOWS = (WINDOW, before(WORKSPACES[0], WINDOW, 60), rolling(WORKSPACES[0], AS_OF, 4))
many = settings(law, max_examples=250)


def _plain(seen: Snapshot) -> PlainOrders:
    return plain_orders(seen, [WINDOW], 1)


def _none_plain(seen: Snapshot, *_: Any) -> PlainOrders:
    orders, invoices = seen.table(Order, *COMMERCE), seen.table(Invoice, LEDGER)
    columns = {"order_number": list(invoices.values("order_number"))}
    rest = Rest(range(len(orders)), {}, range(len(invoices)), invoice_names(seen), columns)
    none, nought = np.zeros(len(orders), bool), np.zeros(len(orders), np.int64)
    return PlainOrders(none, nought, none, nought, nought, rest)


def _judged(seen: Snapshot, window: Window) -> Judgement:
    return CARD.judge(seen, window, seen.workspace.card(CARD.id))


def _agree(seen: Snapshot, windows: Sequence[Window]) -> None:
    """Hold what is judged, one window after another, against what it is when no order is taken for plain."""
    usual = [_judged(seen, window) for window in windows]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ledger, "plain_orders", _none_plain)
        again = Snapshot(seen.workspace, seen.as_of, seen.batches, seen.inputs)
        assert [_judged(again, window) for window in windows] == usual


@many
@given(SCENES, HERE, st.sampled_from(WINDOWS))
def test_orders_found_by_the_column_are_found_one_by_one(
    scene: Scene, here: Workspace, window: Window
) -> None:
    """The short way for plain orders comes to what the long way does, to the last word."""
    _agree(snapshot(here, scene), [window])


@settings(law, max_examples=400)
@given(PLAIN_SCENES, HERE, st.permutations(WINDOWS), st.sampled_from((1, 2, 9)))
def test_what_is_nearly_plain_is_found_out(
    scene: Scene, here: Workspace, windows: Sequence[Window], most: int
) -> None:
    """Orders with one thing amiss are judged as by the long way, in whatever pieces they were stored."""
    _agree(stored_apart(snapshot(here, scene), most), windows[:2])


@law
@given(SCENES, HERE, st.sampled_from(WINDOWS))
def test_what_is_unresolved_is_what_has_a_row(scene: Scene, here: Workspace, window: Window) -> None:
    """The short answer tells of each row its id, instant and gap, in the window and before it."""
    seen = snapshot(here, scene)
    assert CARD.unresolved is not None
    told: Any = CARD.unresolved(seen, window, here.card(CARD.id))
    rows: Any = _judged(seen, window).rows
    short, long = (
        sorted((each.id, each.occurred_at, each.is_counted, each.gap) for each in some)
        for some in (told, rows)
    )
    assert short == long


@law
@given(SCENES, HERE)
def test_one_window_after_another_is_as_each_alone(scene: Scene, here: Workspace) -> None:
    """What two windows of a snapshot share changes neither of them."""
    shared = snapshot(here, scene)
    for window in (WINDOW, before(here, WINDOW, 60), rolling(here, AS_OF, 4)):
        assert _judged(shared, window) == _judged(snapshot(here, scene), window)


def test_a_plain_order_needs_no_second_look() -> None:
    """Of orders that are alike but for one thing, only those are plain about which nothing is in doubt."""
    names = ["fine", "cent", "free", "late", "early", "twice", "draft", "open", "memo", "back", "less"]
    orders = [order(name, number=name, net=0 if name == "free" else 100) for name in names]
    orders += [order("void", number="void", state="cancelled"), order("loose", number="loose")]
    worth = {"cent": "99.99", "less": "99.98"}
    days = {"late": "2026-04-15", "early": "2026-03-15"}
    billed = [
        invoice(
            name,
            net=worth.get(name, 100),
            posted_on=days.get(name, "2026-04-13"),
            state="draft" if name == "draft" else "posted",
        )
        for name in names
        if name != "free"
    ]
    billed += [
        invoice("twice", id="again", number="again"),
        invoice("loose", order_number="SO-9"),
        invoice("", id="INV-x", number="INV-x", order_number="SO-9"),
    ]
    others = [sales_order("open"), credit_memo("R9", invoice_number="INV-memo")]
    seen = snapshot(WORKSPACES[0], {"trade": [*orders, refund("R1", "back")], "ledger": [*billed, *others]})
    plain, ids = _plain(seen), seen.table(Order, *COMMERCE)["id"]
    assert set(compress(ids, plain.is_invoiced)) == {"fine", "cent"}
    assert set(compress(ids, plain.is_nothing)) == {"free", "void"}
    assert sorted(ids[row] for row in plain.rest.orders) == sorted(
        set(ids) - {"fine", "cent", "free", "void"}
    )
