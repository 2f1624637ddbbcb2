"""What a month of Tieout costs on Azure: arithmetic over measured counts and published prices.

Everything that is not measured is assumed on the dear side, and stands here by name.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from shared import ncrontab
from shared.sources import POLLED

ROOT = Path(__file__).parents[1]
FUNCTIONS = ROOT / "functions"
PAGE = ROOT / "docs" / "costs.md"
BEGIN, END = "<!-- costs: ./run costs --write -->", "<!-- /costs -->"
MONTH = timedelta(days=30)
HOURS = 730
_SCHEDULE = re.compile(r'schedule="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for so many of a unit, who says so, and how many of them are free each month."""

    dollars: float
    per: int
    unit: str
    source: str
    free: int = 0

    def of(self, amount: float) -> float:
        """Give what an amount costs in a month."""
        return max(0.0, amount - self.free) * self.dollars / self.per


_MEMORY = "from memory: look it up"
_FLEX = "<https://modal.com/blog/azure-function-pricing-guide>, May 2025"
_TABLES = "price list of Table Storage, LRS, as public projects quote it in 2025"
_LOGS = "<https://monitoringcost.com/azure-monitor-cost>, 2026"
GIGABYTE_SECOND = Price(0.000026, 1, "GB-second that functions run", _FLEX, free=100_000)
EXECUTION = Price(0.40, 10**6, "executions of functions", _FLEX, free=250_000)
TABLE_TRANSACTION = Price(0.00036, 10**4, "transactions of tables", _TABLES)
STORED = Price(0.045, 1, "GB in tables", _TABLES)
QUEUE_TRANSACTION = Price(0.004, 10**4, "transactions of queues", _MEMORY)
BLOB_WRITING = Price(0.05, 10**4, "writings of blobs", _MEMORY)
LOGS = Price(2.30, 1, "GB of logs", _LOGS, free=5)
LOG_ALERT = Price(0.50, 1, "rule over logs, every 15 minutes", _MEMORY)
METRIC_ALERT = Price(0.10, 1, "rule over a metric", _MEMORY)
WEB_TEST = Price(0.0005, 1, "look at /health", _MEMORY)
SECRET_READ = Price(0.03, 10**4, "readings of secrets", _MEMORY)
ENDPOINT_HOUR = Price(0.01, 1, "hour of a private endpoint", _MEMORY)
ZONE = Price(0.50, 1, "private DNS zone", _MEMORY)
READY_SECOND = Price(0.000004, 1, "GB-second that an instance is always ready", _MEMORY)
PRICES = tuple(each for each in globals().copy().values() if isinstance(each, Price))

GIGABYTES = 2.0
"""Of an instance."""
CONNECTIONS = {"shopify": (4, 94), "business_central": (7, 139)}
"""Of the merchant: streams, and transactions of a round in which nothing changed (docs/performance.md)."""
SCHEDULE = "0 */15 * * * *"
ORDERS_A_SECOND = 100.0
"""That Shopify hands out; the instance is paid for while it waits."""
SECONDS_A_PULL = 2.0
"""Of one in which little is new: assumed."""
SECONDS_AT_LEAST = 1.0
"""Less is billed as this."""
REQUESTS = 20_000
"""Of people and flows in a month, a second each: assumed."""
LOOKS = 2 * 30 * 24 * 4
"""At /health in a month, from two places."""
SECONDS_BETWEEN_LOOKS, TRIGGERED_QUEUES = 2, 6
"""How often an instance looks into its queue (host.json); that one of each is always up is assumed."""
WRITINGS_A_TICK = 5
"""Of blobs, by the host: a timer's lease and its state. Assumed."""
LOG_BYTES = 30_000
"""Of an execution: request, lines, spans. Assumed."""
SECRETS_A_PULL = 2
LOG_ALERTS, METRIC_ALERTS, ENDPOINTS = 3, 1, 4


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant with so many orders in the store, and as many new ones a month."""

    orders: int

    @property
    def evaluation_seconds(self) -> float:
        """Give what one evaluation takes: 8.1 s for a million orders (docs/performance.md)."""
        return max(SECONDS_AT_LEAST, 8.1 * self.orders / 10**6)

    @property
    def entities(self) -> float:
        """Give what an evaluation reads, each taken for a transaction: 2,000 for a million orders."""
        return 2_000 * self.orders / 10**6

    @property
    def gigabytes(self) -> float:
        """Give what is kept: 99 MB for a million orders, ten times over for what was replaced."""
        return 0.99 * self.orders / 10**6


MERCHANTS = tuple(Merchant(orders) for orders in (10_000, 100_000, 1_000_000))


@cache
def rounds(schedule: str) -> int:
    """Count how often a schedule comes in a month of 30 days."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    at, count, read = start, 0, ncrontab.parse(schedule)
    while (at := read.next_after(at)) <= start + MONTH:
        count += 1
    return count


def ticks() -> int:
    """Count how often all timers of the app come in a month."""
    own = [found for path in FUNCTIONS.glob("*.py") for found in _SCHEDULE.findall(path.read_text("utf-8"))]
    return sum(map(rounds, [*own, *POLLED.values()]))


def lines(merchant: Merchant) -> dict[str, float]:
    """Give the dollars of a month by what they are for."""
    ticked = ticks()
    turns = rounds(SCHEDULE)
    pulls = turns * sum(streams for streams, _ in CONNECTIONS.values())
    evaluations = turns * len(CONNECTIONS)
    executions = ticked + pulls + evaluations + REQUESTS + LOOKS
    seconds = (
        (ticked + REQUESTS + LOOKS) * SECONDS_AT_LEAST
        + pulls * SECONDS_A_PULL
        + merchant.orders / ORDERS_A_SECOND
        + evaluations * merchant.evaluation_seconds
    )
    reads = turns * sum(found for _, found in CONNECTIONS.values()) + evaluations * merchant.entities
    looks = MONTH.total_seconds() / SECONDS_BETWEEN_LOOKS * TRIGGERED_QUEUES
    return {
        "running functions": GIGABYTE_SECOND.of(seconds * GIGABYTES) + EXECUTION.of(executions),
        "tables": TABLE_TRANSACTION.of(reads) + STORED.of(merchant.gigabytes),
        "queues": QUEUE_TRANSACTION.of(looks + 3 * (pulls + evaluations)),
        "blobs": BLOB_WRITING.of(ticked * WRITINGS_A_TICK),
        "logs": LOGS.of(executions * LOG_BYTES / 10**9),
        "alerts and looks at /health": LOG_ALERT.of(LOG_ALERTS)
        + METRIC_ALERT.of(METRIC_ALERTS)
        + WEB_TEST.of(LOOKS),
        "secrets": SECRET_READ.of(pulls * SECRETS_A_PULL),
    }


def options() -> dict[str, float]:
    """Give the dollars of a month of what can be had besides."""
    seconds = MONTH.total_seconds() * GIGABYTES
    return {
        "private network": ENDPOINT_HOUR.of(ENDPOINTS * HOURS) + ZONE.of(ENDPOINTS),
        "one instance always ready": READY_SECOND.of(seconds),
    }


def page() -> str:
    """Give the tables as they stand in the page."""
    bills = [lines(each) for each in MERCHANTS]
    rows = [
        ("dollars a month", *(f"{each.orders:,} orders" for each in MERCHANTS)),
        ("---", *["---:"] * len(MERCHANTS)),
        *((name, *(f"{bill[name]:.2f}" for bill in bills)) for name in bills[0]),
        ("**all**", *(f"**{sum(bill.values()):.2f}**" for bill in bills)),
        *((f"besides: {name}", *[f"{cost:.2f}"] * len(bills)) for name, cost in options().items()),
    ]
    prices = [
        ("dollars", "for", "free a month", "who says so"),
        ("---:", "---", "---:", "---"),
        *(
            (f"{each.dollars:f}".rstrip("0"), f"{each.per:,} {each.unit}", f"{each.free:,}", each.source)
            for each in PRICES
        ),
    ]
    return "\n\n".join("\n".join(f"| {' | '.join(row)} |" for row in table) for table in (rows, prices))


def written(document: str, tables: str) -> str:
    """Give a document with the tables between its marks."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"
