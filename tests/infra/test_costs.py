"""What a month costs, as the page says it, is what the arithmetic gives."""

import json
import re
from itertools import pairwise

import pytest

from dev import costs
from dev.costs import ROOT, Merchant
from tests.infra import bicep


def test_the_page_says_what_the_arithmetic_gives() -> None:
    """The tables in the page are current; `./run costs --write` writes them."""
    document = costs.PAGE.read_text(encoding="utf-8")
    assert costs.written(document, costs.page()) == document
    assert costs.page() in document


def test_nothing_is_reckoned_lower_than_measured() -> None:
    """The transactions of a round are at least those that docs/performance.md tells of."""
    measured = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    for kind, (streams, transactions) in costs.CONNECTIONS.items():
        told = re.search(rf"^\| {kind} \| (\d+) \| (\d+) \| [\d.]+ \|$", measured, re.MULTILINE)
        assert told is not None, kind
        assert streams >= int(told[1])
        assert transactions >= int(told[2])


def test_queues_are_looked_into_as_the_host_does() -> None:
    """Looks into empty queues follow from host.json and the queues that start functions."""
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    assert f"00:00:{costs.SECONDS_BETWEEN_LOOKS:02}" == host["extensions"]["queues"]["maxPollingInterval"]
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "functions").glob("*.py"))
    assert code.count(".queue_trigger(") == costs.TRIGGERED_QUEUES


def test_what_watches_is_counted() -> None:
    """As many rules, private endpoints and looks at /health are paid for as are made."""
    watching = bicep.tree(bicep.INFRA / "app" / "alerts.bicep")
    assert costs.LOG_ALERTS == len(watching["variables"]["rules"]["value"])
    assert costs.METRIC_ALERTS == len(list(bicep.resources("Microsoft.Insights/metricAlerts")))
    visit = bicep.one("Microsoft.Insights/webtests")["properties"]
    assert costs.LOOKS == len(visit["Locations"]) * costs.MONTH.total_seconds() / visit["Frequency"]
    network = bicep.tree(bicep.INFRA / "app" / "network.bicep")
    assert costs.ENDPOINTS == len(network["variables"]["services"]["value"])


def test_more_orders_never_cost_less() -> None:
    """A bigger merchant costs at least as much, line by line."""
    bills = [costs.lines(each) for each in costs.MERCHANTS]
    for smaller, bigger in pairwise(bills):
        assert all(smaller[name] <= bigger[name] for name in bigger)


def test_what_is_free_costs_nothing() -> None:
    """A price counts only what is over the free part, for as many as it is quoted for."""
    assert costs.EXECUTION.of(250_000) == 0
    assert costs.EXECUTION.of(1_250_000) == pytest.approx(0.40)
    assert costs.QUEUE_TRANSACTION.of(20_000) == pytest.approx(0.008)


def test_less_than_a_second_is_billed_as_one() -> None:
    """An evaluation of few orders is paid for as a second."""
    assert Merchant(10).evaluation_seconds == 1
    assert Merchant(10**6).evaluation_seconds == pytest.approx(8.1)


def test_a_schedule_is_counted_over_a_month() -> None:
    """Every quarter of an hour is 2,880 times in 30 days."""
    assert costs.rounds("0 */15 * * * *") == 2_880
    assert costs.rounds("0 40 2 * * *") == 30


def test_tables_are_written_between_their_marks() -> None:
    """What stands around the tables stays, and writing twice changes nothing."""
    document = f"before\n\n{costs.BEGIN}\n\nold\n\n{costs.END}\n\nafter\n"
    once = costs.written(document, "| new |")
    assert f"before\n\n{costs.BEGIN}\n\n| new |\n\n{costs.END}\n\nafter\n" == once
    assert costs.written(once, "| new |") == once
