"""What cannot be trusted holds a card, whether it needs that input or only uses it (decision 15)."""

from dataclasses import replace
from typing import Any

import pytest

from shared.cards import CARDS, card_of
from shared.cards.card import Card, Need
from shared.domain.records import Record
from shared.domain.snapshot import Input, Snapshot
from shared.pipeline.judging import judge
from tests.builders import AS_OF, CONNECTIONS, workspace

KINDS = {
    **CONNECTIONS,
    "log": "sync_log",
    "errors": "dual_write_log",
    "connector": "connector_log",
    "market": "marketplace",
}
NEEDS = [(card, need) for card in CARDS for need in card.needs]


def _seen(problems: dict[tuple[type[Record], str], str], **changes: Any) -> Snapshot:
    """Build a snapshot without records, in which every input of every card is fresh, but for these."""
    connections = [{"name": name, "kind": kind} for name, kind in KINDS.items()]
    inputs = {
        (need.record_type, kind): Input(kind, kind, need.record_type.__name__, need.record_type, AS_OF, AS_OF)
        for _, need in NEEDS
        for kind in need.kinds
    }
    shown = [replace(each, problem=problems.get(what, "")) for what, each in inputs.items()]
    return Snapshot(workspace(connections=connections, **changes), AS_OF, {}, tuple(shown))


@pytest.mark.parametrize("card", [card for card in CARDS if not card.unready], ids=lambda card: card.id)
def test_a_card_whose_inputs_are_fresh_is_judged(card: Card) -> None:
    """Nothing is held without a reason."""
    answer = judge(card, _seen({}))
    assert (answer.status, answer.waiting_for) == ("", ())
    assert answer.judgement is not None
    assert answer.older is not None
    assert answer.older.document["count"] == 0


@pytest.mark.parametrize(
    ("card", "need"), NEEDS, ids=[f"{card.id} {need.record_type.__name__}" for card, need in NEEDS]
)
def test_an_input_that_cannot_be_trusted_holds_its_card(card: Card, need: Need) -> None:
    """Also one that a card could do without: a stale sync log would make each new customer a laggard."""
    for kind in need.kinds:
        answer = judge(card, _seen({(need.record_type, kind): "it is stale"}))
        assert (answer.status, answer.waiting_for) == ("held", ("it is stale",))
        assert answer.judgement is None


def test_without_a_sync_log_nothing_is_held() -> None:
    """No log connected is no stale one: the card is judged, with causes unknown (SAGE-CM-09)."""
    card = card_of("ecom_b2b_customers_absent_from_sage_master")
    assert card is not None
    seen = _seen({})
    without = tuple(each for each in seen.inputs if each.kind not in {"sage_network", "sync_log"})
    assert judge(card, replace(seen, inputs=without)).judgement is not None


def test_a_card_that_is_not_written_yet_says_so() -> None:
    """It is never asked, whatever was read: it is not configured, with the reason, and finds nothing."""
    card = replace(CARDS[0], unready="nobody wrote it")
    answer = judge(card, _seen({}))
    assert (answer.status, answer.waiting_for) == ("not_configured", ("nobody wrote it",))
    assert answer.judgement is None
