"""docs/power-automate.md names actions, parameters, fields and values that the connector has."""

import json
import re
from typing import Any

import pytest

from functions.openapi.schemas import title_of
from functions.openapi.words import SUMMARIES
from shared.cards import CARDS
from shared.cards.ecom_customers_absent_from_d365 import CAUSES
from shared.domain.gap.reason import QUEUES
from tests.docs.pages import DOCS
from tests.functions.contract import swagger

TEXT = " ".join((DOCS / "power-automate.md").read_text(encoding="utf-8").split())
NAMES = {name for name, _ in SUMMARIES.values()}


def test_every_action_is_one_of_the_connectors() -> None:
    """What stands behind `Tieout:` is the name of an operation as flows show it (REVGAP-31)."""
    named = re.findall(r"\*Tieout: ([^*]+)\*", TEXT)
    assert named
    assert set(named) - NAMES == set()
    others = ("List workspaces", "When an alert has changed (polling)", "List hooks")
    assert [each for each in others if each not in NAMES or f"*{each}*" not in TEXT] == []


def _parameters(summary: str) -> dict[str, Any]:
    name = next(name for name, (said, _) in SUMMARIES.items() if said == summary)
    whole = swagger()
    operation = next(
        each
        for path in whole["paths"].values()
        for each in path.values()
        if isinstance(each, dict) and each.get("operationId", "").lower() == name.replace("_", "")
    )
    return {each["x-ms-summary"]: each for each in operation["parameters"] if "$ref" not in each}


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("Export the rows of a card as CSV", ["Queue", "Sort"]),
        ("List the rows of a card", ["State", "Page Size", "Cause"]),
    ],
)
def test_parameters_are_those_that_flows_show(action: str, parameters: list[str]) -> None:
    """A parameter that the page sets has that name in the flow's form."""
    assert [each for each in parameters if each not in _parameters(action) or f"*{each}*" not in TEXT] == []


def test_values_are_those_that_are_taken() -> None:
    """Cards, queues, causes and kinds of events are named as the app knows them."""
    assert "`ar_clerk`" in TEXT
    assert "ar_clerk" in QUEUES
    assert [cause.code for cause in CAUSES if f"`{cause.code}`" not in TEXT] == []
    titles = {card.title for card in CARDS}
    named = re.findall(r"(?:the|,) card \*([^*]+)\*", TEXT)
    assert set(named) <= titles
    assert len(named) == 2


def test_fields_of_an_event_are_those_of_its_shape() -> None:
    """Kind, Heading, Todo, Link and ID are what a flow finds in what it is started with."""
    shape = json.dumps(swagger()["definitions"]["AlertEvent"])
    for name in ("kind", "heading", "todo", "link", "id"):
        assert f'"x-ms-summary": "{title_of(name)}"' in shape
        assert f"*{title_of(name)}*" in TEXT
