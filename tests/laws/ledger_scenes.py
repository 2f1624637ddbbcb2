"""Draws orders, returns and ledgers that share numbers, companies and currencies in every wrong way."""

from itertools import chain
from random import Random
from typing import Any

from shared.domain.records import Record
from shared.domain.workspace import Workspace
from tests.builders import (
    CONNECTIONS,
    approval,
    credit_memo,
    invoice,
    master,
    order,
    rate,
    refund,
    sales_order,
    sync_attempt,
    two_entities,
    workspace,
)

Scene = dict[str, list[Record]]

_MOMENTS = (
    "2026-03-01T12:00:00Z",
    "2026-03-20T12:00:00Z",
    "2026-04-10T12:00:00Z",
    "2026-04-14T16:30:00Z",
)
_DAYS = ("2026-03-01", "2026-03-20", "2026-04-13", "2026-05-02")
_NUMBERS = ("1", "2", "3", "#0044", "sh-#0044")
_ORDER_STATES = ("placed", "placed", "placed", "refunded", "cancelled", "abandoned", "test")
_SALES_ORDER_STATES = ("draft", "pending_approval", "released", "released", "invoiced", "closed", "cancelled")
_DOCUMENT_STATES = ("draft", "posted", "posted", "cancelled")
_MASTER_STATES = ("active", "active", "on_hold", "blocked", "blocked_shipping", "inactive")
_CURRENCIES = ("USD", "USD", "USD", "EUR", "GBP")
_EMAILS = ("", "a@x.example", "b@x.example", "c@x.example")
_WORTHS = (
    ("100", 7),
    ("107", 0),
    ("100", 7),
    ("107", 0),
    ("100", 0),
    ("60", 0),
    ("40", 7),
    ("0.01", 0),
    ("33.33", 0),
    ("120", 0),
    ("111", 0),
    ("0", 0),
)
_TEMPLATES = ("{id}", "{order_number}")


def _workspaces() -> tuple[Workspace, ...]:
    found = []
    for template in _TEMPLATES:
        connections: list[dict[str, Any]] = [
            {"name": name, "kind": kind, "return_reference": template}
            for name, kind in (CONNECTIONS | {"ledger-eu": "business_central"}).items()
        ]
        connections[0] |= {"order_reference": "SH-{number}"}
        found.append(workspace(connections=connections, **two_entities()))
    return tuple(found)


WORKSPACES = _workspaces()


def draw_scene(seed: int) -> Scene:  # noqa: C901 - one drawing for each kind of record
    """Draw a scene; the same seed gives the same."""
    dice = Random(seed)  # noqa: S311 - a draw

    def some(most: int) -> range:
        return range(dice.randint(0, most))

    def money() -> dict[str, Any]:
        net, tax = dice.choice(_WORTHS)
        return {"net": net, "tax": tax}

    def orders() -> list[Record]:
        return [
            order(
                str(number),
                number=dice.choice(_NUMBERS),
                placed_at=dice.choice(_MOMENTS),
                state=dice.choice(_ORDER_STATES),
                currency=dice.choice(_CURRENCIES),
                email=dice.choice(_EMAILS),
                store=dice.choice(("", "uk", "us")),
                shipping_net=dice.choice((0, 400_000)),
                updated_at=dice.choice(("", "2026-04-14T12:00:00Z")),
                **money(),
            )
            for number in some(5)
        ]

    def refunds() -> list[Record]:
        return [
            refund(
                str(number),
                str(dice.randrange(6)),
                refunded_at=dice.choice(_MOMENTS),
                currency=dice.choice(_CURRENCIES),
                **money(),
            )
            for number in some(4)
        ]

    def reference() -> str:
        return dice.choice((*_NUMBERS, *("SH-" + each for each in _NUMBERS)))

    def document(number: int) -> dict[str, Any]:
        return money() | {
            "id": str(number),
            "company": dice.choice(("Main", "UK", "US")),
            "currency": dice.choice(_CURRENCIES),
            "customer_number": str(dice.randrange(4)),
        }

    def ledger(mark: str) -> list[Record]:
        orders = [
            sales_order(
                reference(),
                number=f"SO-{dice.randrange(4)}",
                state=dice.choice(_SALES_ORDER_STATES),
                shipped_quantity=dice.choice((0, 50_000, 100_000)),
                invoiced_quantity=dice.choice((0, 50_000, 100_000)),
                shipped_on="2026-04-02",
                **document(number),
            )
            for number in some(5)
        ]
        invoices = [
            invoice(
                dice.choice((reference(), "")),
                number=f"INV-{number}",
                order_number=dice.choice(("", *(f"SO-{each}" for each in range(4)))),
                state=dice.choice(_DOCUMENT_STATES),
                posted_on=dice.choice(_DAYS),
                **document(number),
            )
            for number in some(6)
        ]
        return list(chain(orders, invoices, memos(mark), people(), requests()))

    def memos(mark: str) -> list[Record]:
        return [
            credit_memo(
                dice.choice((*"0123", *_NUMBERS, "")),
                number=f"SCM{mark}-{number}",
                invoice_number=dice.choice(("", "INV-0", "INV-1")),
                state=dice.choice(_DOCUMENT_STATES),
                posted_on=dice.choice(_DAYS),
                **document(number),
            )
            for number in some(4)
        ]

    def people() -> list[Record]:
        return [
            master(
                str(number),
                email=dice.choice(_EMAILS),
                company=dice.choice(("Main", "US")),
                state=dice.choice(_MASTER_STATES),
                is_privacy_blocked=dice.random() < 0.2,
            )
            for number in some(4)
        ]

    def requests() -> list[Record]:
        return [
            approval(f"SO-{each}", company=dice.choice(("Main", "US")), requested_at=dice.choice(_MOMENTS))
            for each in some(4)
        ]

    def rates_and_log() -> list[Record]:
        rates = [
            rate(currency, dice.choice(("1.1", "1.3333")), company=company)
            for currency in ("EUR", "GBP")
            for company in ("Main", "US")
        ]
        attempts = [
            sync_attempt(
                dice.choice((reference(), "a@x.example")),
                subject=dice.choice(("order", "customer")),
                started_at=dice.choice(_MOMENTS),
            )
            for _ in some(3)
        ]
        unique = {each.id: each for each in attempts}.values()
        return [*rates, *unique]

    return {
        "shop": [*orders(), *refunds()],
        "trade": [*orders(), *refunds()],
        "ledger": [*ledger(""), *rates_and_log()],
        "ledger-eu": ledger("-EU") if dice.random() < 0.3 else [],
    }
