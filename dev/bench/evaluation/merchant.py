"""An invented merchant with as many orders as are asked for, and a place for all of it in the store."""

from datetime import UTC, datetime
from random import Random

from dev.bench.evaluation.buyers import Buyers, accounts, crm, master
from dev.bench.evaluation.columns import Stream, stream
from dev.bench.evaluation.trade import Orders, documents, ordered, shop_orders
from dev.bench.setups import SETUPS
from shared.domain.records import ExchangeRate, SyncAttempt
from shared.domain.windows import text
from shared.domain.workspace import Workspace

AS_OF = datetime(2026, 11, 20, 17, tzinfo=UTC)
DAYS = 97
"""A week's window and ninety days before it: so every order is judged by every card."""
SHARE = 0.02
"""How much of everything goes wrong."""
SEED = 2026
SHOP, TRADE, LEDGER, SAGE, CRM, NETWORK = "shop", "trade", "ledger", "sage", "crm", "network"
COMPANY = "usmf"
KINDS = {
    SHOP: "shopify",
    TRADE: "bigcommerce",
    LEDGER: "business_central",
    SAGE: "sage_intacct",
    CRM: "dataverse",
    NETWORK: "sage_network",
}


def workspace() -> Workspace:
    """Give the merchant's document."""
    connections = [
        {
            "name": name,
            "kind": kind,
            "options": {**SETUPS[kind].options} | ({"companies": [COMPANY]} if name == LEDGER else {}),
            "secrets": {each: f"env:{each}" for each in SETUPS[kind].secrets},
        }
        for name, kind in KINDS.items()
    ]
    return Workspace.model_validate(
        {
            "id": "bench",
            "name": "Invented merchant",
            "time_zone": "Europe/London",
            "reporting_currency": "GBP",
            "entities": [{"id": "uk", "name": "Britain", "company_codes": [COMPANY]}],
            "field_map": {"default_entity": "uk"},
            "connections": connections,
        }
    )


def merchant(orders: int, seed: int = SEED) -> tuple[Orders, Buyers, list[Stream]]:
    """Give so many orders, half as many buyers in each customer master, and about as many documents."""
    random = Random(seed)
    buyers = Buyers(max(100, orders // 2))
    placed = ordered(buyers, orders, AS_OF, DAYS, SHARE, random)
    ledger, lacking = master(buyers, LEDGER, COMPANY, SHARE, random)
    sage, _ = master(buyers, SAGE, "", SHARE, random)
    return (
        placed,
        buyers,
        [
            *accounts(buyers, SHOP, TRADE),
            *shop_orders(placed, buyers, SHOP, TRADE),
            ledger,
            sage,
            crm(buyers, CRM, lacking, "2026-11-18T09:00:00Z"),
            *documents(placed, LEDGER, COMPANY),
            _rates(),
            _runs(),
        ],
    )


def _rates() -> Stream:
    return stream(
        LEDGER,
        "exchange_rates",
        ExchangeRate,
        id=["eur"],
        company=[COMPANY],
        currency=["EUR"],
        base_currency=["GBP"],
        starts_on=["2026-01-01"],
        rate=["0.85"],
    )


def _runs() -> Stream:
    """Give one run of the sync, an hour before the end."""
    return stream(
        NETWORK,
        "sync_log",
        SyncAttempt,
        id=["run"],
        subject=[""],
        reference=[""],
        state=["succeeded"],
        started_at=[text(AS_OF.replace(hour=16))],
        finished_at=[text(AS_OF.replace(hour=16))],
    )
