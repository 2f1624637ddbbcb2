"""Every edge and cause of the customer cards, as data."""

import importlib
from itertools import chain

import pytest

from shared.cards import card_of
from shared.cards.card import status_of
from tests.builders import CONNECTIONS, customers, judged, snapshot, workspace
from tests.cards.cases import causes, thresholds, windows
from tests.cards.cases.case import Case

CASES = tuple(chain(windows.cases(), thresholds.cases(), causes.cases()))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_cases(case: Case) -> None:
    """A card says of a case what the case expects.

    Windows (D365-ABS-06, DV-04, SAGE-ABS-03, SAGE-CM-10), thresholds and parts (D365-ABS-07, D365-ABS-10,
    DV-05, SAGE-ABS-04, SAGE-ABS-05, SAGE-ABS-19, SAGE-CM-07), and causes (D365-ABS-15, D365-ABS-16, DV-08,
    SAGE-CM-05, SAGE-CM-06, SAGE-CM-09).
    """
    changes = dict(case.workspace)
    kinds = CONNECTIONS | ({"log": changes.pop("log")} if "log" in changes else {})
    connections = [{"name": name, "kind": kind} for name, kind in kinds.items()]
    here = workspace(cards={case.card: case.settings}, connections=connections, **changes)
    seen = snapshot(here, case.records, case.as_of)
    judgement = judged(case.card, seen)
    assert judgement.value == case.value
    card = card_of(case.card)
    assert card is not None
    if case.status:
        assert status_of(judgement, card.threshold_in(here.card(case.card))) == case.status
    for row in customers(judgement):
        assert {name: getattr(row, name) for name in case.rows} == case.rows
        assert "{" not in row.action
    figures = judgement.figures or {}
    assert {name: figures[name] for name in case.figures} == case.figures


def test_the_cases_reach_every_cause() -> None:
    """No cause is left without a case."""
    reached = {case.rows["cause"] for case in causes.cases()}
    for card in {case.card for case in causes.cases()}:
        module = importlib.import_module(f"shared.cards.{card}")
        missing = {cause.code for cause in module.CAUSES} - reached
        assert missing <= {"failed", "merged", "other_entity"}, "these have cases in the card's own file"
