"""The overview: the chain, the tiles in all their states, the sources, and the first sentence."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.dashboard.chain import (
    ABSENT_D365,
    ABSENT_SAGE,
    ABSENT_SAGE_B2B,
    GAP,
    NOT_PROMOTED,
    chain,
)
from functions.dashboard.reader import Reader
from functions.dashboard.source_health import source_lines
from functions.dashboard.summary import summary
from functions.dashboard.tiles import tile
from shared.cards import CARDS
from shared.store.store import Store
from tests.dashboard.conftest import NOW, Enter
from tests.dashboard.test_source_health import source
from tests.functions.app import add_workspace, publish, reading

READER = Reader.of("", "UTC")


def _card(card: str, status: str = "ok", value: Any = 0, **changes: Any) -> dict[str, Any]:
    return reading(card, status=status, value=value, title=card, **changes)


def _headline(code: str, rows: int, gap: str) -> dict[str, Any]:
    return {"dimension": "headline", "code": code, "rows": rows, "gap_amount": gap}


def _shown(readings: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Give the chain as its places and the state of the step behind each."""
    places = chain(readings)
    return [
        (each.title, f"{each.gate.state}{'*' * each.gate.is_first_break}" if each.gate else "")
        for each in places
    ]


CHAINS: list[tuple[str, list[dict[str, Any]], list[tuple[str, str]]]] = [
    ("no card", [], []),
    ("none configured", [_card(GAP, "not_configured", None)], []),
    (
        "all of Dynamics, broken at two steps",
        [
            _card(NOT_PROMOTED),
            _card(ABSENT_D365, "attention", 4),
            _card(GAP, "alert", "5.00", breakdown=[_headline("Released-Not-Invoiced", 2, "5.00")]),
        ],
        [
            ("Dataverse and shop", "break*"),
            ("D365 customer master", "clear"),
            ("Sales order", "break"),
            ("Invoice", ""),
        ],
    ),
    (
        "the gap alone",
        [_card(GAP, "alert", "5.00", breakdown=[_headline("Unmapped Customer", 2, "5.00")])],
        [
            ("Shop", "unwatched"),
            ("D365 customer master", "break*"),
            ("Sales order", "clear"),
            ("Invoice", ""),
        ],
    ),
    (
        "Sage alone",
        [_card(ABSENT_SAGE), _card(ABSENT_SAGE_B2B)],
        [("Shop", "clear"), ("Sage customer master", "")],
    ),
    ("held", [_card(ABSENT_SAGE, "held", 34)], [("Shop", "unknown"), ("Sage customer master", "")]),
    (
        "held beside a break",
        [_card(ABSENT_SAGE, "held", 34), _card(ABSENT_SAGE_B2B, "alert", 14)],
        [("Shop", "break*"), ("Sage customer master", "")],
    ),
    (
        "both ledgers",
        [_card(ABSENT_SAGE), _card(NOT_PROMOTED, "not_evaluated", None)],
        [
            ("Dataverse and shop", "unknown"),
            ("Customer master", "unwatched"),
            ("Sales order", "unwatched"),
            ("Invoice", ""),
        ],
    ),
]


@pytest.mark.parametrize(
    ("readings", "expected"), [each[1:] for each in CHAINS], ids=[each[0] for each in CHAINS]
)
def test_the_chain_shows_where_it_breaks(
    readings: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    """D365-ABS-18: Dataverse, customer master, sales order, invoice, and what is held up between them."""
    assert expected == _shown(readings)


STATES = ("ok", "attention", "alert", "held", "not_configured", "not_evaluated")


@given(st.lists(st.tuples(st.sampled_from(CARDS), st.sampled_from(STATES), st.integers(0, 3)), max_size=5))
def test_the_chain_never_calls_a_step_clear_that_nobody_knows(found: list[tuple[Any, str, int]]) -> None:
    """One break is the first, all before it have none, and clear is only what is known to be."""
    readings = [_card(card.id, status, count, breakdown=[]) for card, status, count in found]
    gates = [each.gate for each in chain(readings) if each.gate]
    states = [each.state for each in gates]
    breaks = [at for at, state in enumerate(states) if state == "break"]
    assert breaks[:1] == [at for at, each in enumerate(gates) if each.is_first_break]
    for each in gates:
        if each.state == "clear":
            assert all(finding.is_known and not finding.count for finding in each.findings)


SUMMARIES = [
    ([], [], ""),
    (["ok", "attention"], ["ok"], "No card alerts. All sources are read."),
    (["alert"], ["stale"], "The card alerts. The source is late."),
    (["ok"], ["ok", "held"], "No card alerts. Of 2 sources, 1 is not read yet."),
    (["alert", "alert", "held", "ok"], ["ok", "ok"], "Of 4 cards, 2 alert, 1 is held. All sources are read."),
    (["not_configured", "not_evaluated"], [], "The card is not evaluated yet."),
]


@pytest.mark.parametrize(("cards", "sources", "expected"), SUMMARIES)
def test_the_first_sentence_says_who_is_needed(cards: list[str], sources: list[str], expected: str) -> None:
    """What alerts, is held or late is counted; where nothing does, that is said."""
    lines = source_lines(source(state) for state in sources)
    assert expected == summary([_card("x", each) for each in cards], lines)


def test_a_tile_of_one_entity_is_its_part() -> None:
    """An entity that is not in the cut has nothing, which is zero and not the whole."""
    cut = {"dimension": "entity", "code": "uk", "label": "Acme UK", "customers": 7}
    shown = _card(ABSENT_SAGE, "alert", 34, unit="customers", breakdown=[cut])
    assert [34, 7, 0] == [tile(shown, [], entity, READER).value for entity in ("", "uk", "us")]
    assert tile(_card(ABSENT_SAGE, "held", None, unit="customers"), [], "us", READER).value is None


def test_a_line_needs_two_weeks() -> None:
    """A single reading is no trend; a week without a reading is a gap and not zero."""
    week = {"week_to": "2026-04-12T09:00:00Z", "value": 4}
    shown = _card(ABSENT_SAGE, "alert", 4, unit="customers", threshold={"value": "10", "unit": "count"})
    assert tile(shown, [week | {"value": None}, week], "", READER).trend is None
    drawn = tile(shown, [week, week | {"value": None}, week], "", READER).trend
    assert drawn is not None
    assert "<svg" in drawn


async def test_every_state_has_its_next_step(store: Store, enter: Enter) -> None:
    """Held says what it waits for and keeps its dated value; not configured and not evaluated say why."""
    await add_workspace(store)
    waits = [f"intacct customers: {at}" for at in range(5)]
    await publish(
        store,
        [],
        ABSENT_SAGE,
        title="Held card",
        status="held",
        unit="customers",
        value=34,
        waiting_for=waits,
        value_as_of="2026-04-11T12:00:00Z",
        lag_seconds=7_200,
    )
    await publish(store, [], GAP, status="not_configured", value=None)
    words = (await (await enter("owner")).get("/dashboard/acme")).words
    assert "Held at the value of 11 Apr 2026, 13:00. It waits for: intacct customers: 0" in words
    assert "2 more" in words
    assert "data 2 h behind" in words
    assert "34 customers in 7 days" in words.replace("in 30 days", "in 7 days")
    assert "No connection brings what this card needs" in words
    assert "Not evaluated yet" in words
    assert "not read yet" in words


async def test_a_held_tile_has_the_date_of_its_value(store: Store, enter: Enter) -> None:
    """A value that was kept is never shown as of the evaluation that kept it."""
    await add_workspace(store)
    held = {"status": "held", "value_as_of": "2026-04-08T08:00:00Z", "waiting_for": ["ledger invoices"]}
    await publish(store, [], **held)
    words = (await (await enter("owner")).get("/dashboard/acme")).words
    assert "as of 8 Apr 2026, 09:00" in words
    assert "as of 12 Apr 2026" not in words.partition("Shown as of")[0]
    assert "then 7.1" in words


async def test_a_tile_says_how_it_moved(store: Store, enter: Enter) -> None:
    """The change is against the period before, with what moved it; where none is kept, that is said."""
    await add_workspace(store)
    driver = {"code": "x", "label": "Released-Not-Invoiced", "change": "9.00", "share": "0.9"}
    compared = {"value": "690000.00", "change": "-10000.00", "why_none": "", "driver": driver}
    await publish(store, [], comparison=compared)
    owner = await enter("owner")
    words = (await owner.get("/dashboard/acme")).words
    assert "\N{MINUS SIGN}US$10,000.00 against the 30 days before, mostly Released-Not-Invoiced" in words
    compared |= {"change": None, "why_none": "no reading of then is kept", "driver": None}
    await publish(store, [], number=2, comparison=compared)
    page = await owner.get("/dashboard/acme")
    assert "Nothing to compare with yet" in page.words
    assert "no reading of then is kept" in page.text


async def test_an_empty_workspace_says_what_comes_next(store: Store, enter: Enter) -> None:
    """Without a connection there is nothing to be well or ill."""
    await add_workspace(store, connections=[], enabled=False)
    words = (await (await enter("owner")).get("/dashboard/acme")).words
    assert "Nothing is connected yet" in words
    assert "switched off" in words


async def test_a_clock_that_is_pinned_is_the_pages_clock(store: Store, enter: Enter) -> None:
    """In a workspace whose clock stands, nothing looks old that was read at its instant."""
    pinned = NOW - timedelta(days=200)
    await add_workspace(store, as_of=pinned.isoformat())
    page = await (await enter("owner")).get("/dashboard/acme")
    assert f'datetime="{pinned:%Y-%m-%dT%H:%M:%SZ}"' in page.text
