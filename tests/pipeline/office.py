"""A workspace whose alerts go out: readings as a test wants them, channels that answer as it says."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.alerting.observe import Judged
from shared.cards import card_of
from shared.domain.deliveries import Delivery
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import deliver
from shared.pipeline.services import Services
from shared.pipeline.tell import tell
from shared.sources.http import Access, VendorClient
from shared.sources.pace import UNLIMITED, Pace
from shared.store.store import Store
from tests.pipeline.memory import memory_store

SAGE = "ecom_customers_absent_from_sage"
D365 = "ecom_customers_absent_from_d365"
GAP = "revenue_gap_detailed_breakdown"
START = datetime(2026, 4, 14, 12, tzinfo=UTC)
HOOK = "env:HOOK"
SECRETS = {
    HOOK: "https://hooks.example.com/tieout",
    "env:TEAMS": "https://prod-01.westeurope.logic.azure.com/workflows/1?sig=invented",
    "env:SIGNED": "invented",
}
DOCUMENT: dict[str, Any] = {
    "id": "shop",
    "name": "Shop",
    "time_zone": "Europe/London",
    "reporting_currency": "GBP",
    "connections": [{"name": "store", "kind": "shopify"}],
    "recipients": {"finance": {"teams": ["env:TEAMS"]}, "owner": {"hooks": [HOOK]}},
    "notifications": {"hook_secret": "env:SIGNED"},
}


async def _no_sleep(_: float) -> None:
    """Let the time pass at once."""


def row(number: int, **changes: Any) -> dict[str, Any]:
    """Give a row of a customer card."""
    return {
        "id": f"r{number}",
        "name": f"Buyer {number}",
        "email": f"buyer{number}@example.com",
        "segment": "dtc",
        "cohort": "new_dtc_email_only",
        "cause": "",
        "order_count": 1,
        "age_days": 2,
        "action": "Create the customer",
        "is_counted": True,
        "evidence": {},
        **changes,
    }


def given(connection: str, problem: str = "", *, is_awaited: bool = False) -> dict[str, Any]:
    """Give one input of a reading."""
    return {"connection": connection, "problem": problem, "is_awaited": is_awaited}


@dataclass
class Office:
    """What a test works with."""

    store: Store = field(default_factory=memory_store)
    now: datetime = START
    sent: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    taken: list[httpx.Request] = field(default_factory=list)
    """What the channels answered well."""
    statuses: list[int] = field(default_factory=list)
    """What they answer next; then 202."""
    document: dict[str, Any] = field(default_factory=lambda: DOCUMENT)

    def __post_init__(self) -> None:
        self.store = replace(self.store, queues=self)

    async def send(self, queue: str, message: dict[str, Any], delay: float = 0) -> None:
        """Keep a message of a queue."""
        self.sent.append((queue, message, delay))

    @property
    def workspace(self) -> Workspace:
        """Give the workspace as its document has it."""
        return Workspace.model_validate(self.document)

    def services(self, store: Store | None = None) -> Services:
        """Give the services of an instance."""
        return Services(store or self.store, lambda: self.now, self._secret, self._connect)

    async def _secret(self, reference: str) -> str:
        return SECRETS[reference]

    def _connect(self, access: Access, name: str) -> VendorClient:
        pace = Pace(UNLIMITED, sleep=_no_sleep)
        return VendorClient(
            access, name=name, transport=httpx.MockTransport(self._answer), sleep=_no_sleep, pace=pace
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        status = self.statuses.pop(0) if self.statuses else 202
        if status < 300:
            self.taken.append(request)
        return httpx.Response(status)

    def judged(self, card_id: str = SAGE, rows: int | list[dict[str, Any]] = 0, **changes: Any) -> Judged:
        """Give a card's reading with so many rows, or these."""
        card = card_of(card_id)
        assert card is not None
        shown = [row(number) for number in range(rows)] if isinstance(rows, int) else rows
        value = sum(each["is_counted"] for each in shown)
        reading = {
            "workspace": "shop",
            "card": card_id,
            "status": "ok",
            "unit": card.unit,
            "currency": "GBP" if card.unit == "money" else None,
            "value": value,
            "compared": str(value),
            "evaluation": "20260414T120000Z",
            "evaluated_at": text(self.now),
            "subsets": [],
            "breakdown": [],
            "comparison": None,
            "inputs": [given("store"), given("ledger")],
            "waiting_for": [],
            "figures": {},
        } | changes
        return Judged(card, self.workspace.card(card_id), reading, shown, frozenset())

    def held(self, card_id: str, *problems: tuple[str, str], is_awaited: bool = False) -> Judged:
        """Give the reading of a card that is held for these problems of connections."""
        inputs = [given(*each, is_awaited=is_awaited) for each in problems]
        waiting = [problem for _, problem in problems]
        return self.judged(card_id, 60, status="held", inputs=inputs, waiting_for=waiting)

    async def tell(self, *judged: Judged, minutes: float = 15) -> list[tuple[str, str]]:
        """Fold an evaluation; give kind and title of each message, once for all who get it."""
        before = {each.id for each in await self.deliveries()}
        await self.store.workspaces.put(self.workspace)
        await tell(self.services(), self.workspace, judged)
        self.now += timedelta(minutes=minutes)
        made = [each.message for each in await self.deliveries() if each.id not in before]
        return sorted({(each["kind"], each["heading"]) for each in made})

    async def deliveries(self) -> list[Delivery]:
        """Give all deliveries."""
        return await self.store.alerts.deliveries("shop")

    async def work_off(self, most: int = 200) -> None:
        """Work off the queue, each message at its time."""
        while self.sent:
            _, message, delay = self.sent.pop(0)
            most -= 1
            assert most, "the messages never end"
            self.now += timedelta(seconds=delay)
            await deliver.deliver(self.services(), message["workspace"], message["delivery"])
