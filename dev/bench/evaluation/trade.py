"""Invented orders and refunds of two shops over some months, and the ledger's documents for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from dev.bench.evaluation.buyers import Buyers
from dev.bench.evaluation.columns import Stream, stream
from shared.domain.money import SCALE
from shared.domain.records import CreditMemo, Invoice, Order, Refund, SalesOrder
from shared.domain.windows import text

COMPANY_ORDERS = 0.2
"""The share of orders that companies place."""
FINE = -1
(NOWHERE, DRAFT, RELEASED, PRICE, CANCELLED, REFUNDED, TWICE, ELSEWHEN, CURRENCY) = range(9)
ORPHANED = 1_009
"""Of so many documents one names no order."""
DEFECTS = 9
"""How many kinds of defects there are, all of them equally frequent."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders from the newest to the oldest, column by column; row numbers name them."""

    buyer: list[int]
    placed_at: list[str]
    net: list[int]
    defect: list[int]

    def __len__(self) -> int:
        return len(self.buyer)

    def with_defect(self, *defects: int) -> list[int]:
        """Give the orders that have one of these defects."""
        return [row for row, defect in enumerate(self.defect) if defect in defects]


def ordered(  # noqa: PLR0913, PLR0917 - what makes a trade
    buyers: Buyers, count: int, until: datetime, days: int, share: float, random: Random
) -> Orders:
    """Let buyers place so many orders over the days before an instant; this share of them goes wrong."""
    step = timedelta(days=days) / count
    companies, everyone = buyers.companies, buyers.count
    return Orders(
        buyer=[
            random.randrange(companies)
            if random.random() < COMPANY_ORDERS
            else random.randrange(companies, everyone)
            for _ in range(count)
        ],
        placed_at=[text(until - (row + 1) * step) for row in range(count)],
        net=[random.randrange(500, 50_000) * SCALE // 100 for _ in range(count)],
        defect=[random.randrange(DEFECTS) if random.random() < share else FINE for _ in range(count)],
    )


def number(row: int) -> str:
    """Give what people call an order."""
    return f"SO-{row + 1_000_000}"


def tax(net: int) -> int:
    """Give the tax on an amount: a fifth."""
    return net // 5


def shop_orders(orders: Orders, buyers: Buyers, shop: str, trade: str) -> list[Stream]:
    """Give the orders of persons in one shop, of companies in the other, and the refunds."""
    firms = [row for row, buyer in enumerate(orders.buyer) if buyer < buyers.companies]
    persons = [row for row, buyer in enumerate(orders.buyer) if buyer >= buyers.companies]
    given_back = set(orders.with_defect(REFUNDED))
    return [
        part
        for name, rows in ((shop, persons), (trade, firms))
        for part in (
            _orders(orders, buyers, name, rows, is_b2b=name == trade),
            _refunds(orders, name, [row for row in rows if row in given_back]),
        )
    ]


def _orders(orders: Orders, buyers: Buyers, connection: str, rows: list[int], *, is_b2b: bool) -> Stream:
    who = [orders.buyer[row] for row in rows]
    net = [orders.net[row] for row in rows]
    return stream(
        connection,
        "orders",
        Order,
        id=[f"{connection}-{row}" for row in rows],
        number=[number(row) for row in rows],
        placed_at=[orders.placed_at[row] for row in rows],
        state=["cancelled" if orders.defect[row] == CANCELLED else "placed" for row in rows],
        currency=["GBP"] * len(rows),
        net=net,
        tax=[tax(each) for each in net],
        gross=[each + tax(each) for each in net],
        customer_id=[f"c{each}" for each in who],
        company_id=[f"f{each}" if is_b2b else "" for each in who],
        is_b2b=[is_b2b] * len(rows),
        email=[buyers.email(each) for each in who],
        name=[buyers.name(each) for each in who],
        postcode=[buyers.postcode(each) for each in who],
        street=[buyers.street(each) for each in who],
        ship_to_country=["GB"] * len(rows),
        updated_at=[orders.placed_at[row] for row in rows],
        display_name=[buyers.name(each).title() for each in who],
        url=[f"https://shop.invented.example/orders/{row}" for row in rows],
    )


def _refunds(orders: Orders, connection: str, rows: list[int]) -> Stream:
    net = [orders.net[row] // 2 for row in rows]
    return stream(
        connection,
        "refunds",
        Refund,
        id=[f"R{row}" for row in rows],
        order_id=[f"{connection}-{row}" for row in rows],
        number=[f"R{row}" for row in rows],
        refunded_at=[orders.placed_at[row] for row in rows],
        currency=["GBP"] * len(rows),
        net=net,
        tax=[tax(each) for each in net],
        gross=[each + tax(each) for each in net],
    )


def documents(orders: Orders, connection: str, company: str) -> list[Stream]:
    """Give what the ledger has of the orders: sales orders that are left open, invoices, credit memos."""
    unbilled = {NOWHERE, DRAFT, RELEASED, CANCELLED}
    billed = [row for row, defect in enumerate(orders.defect) if defect not in unbilled]
    billed += orders.with_defect(TWICE)
    left_open = orders.with_defect(DRAFT, RELEASED)
    credited = orders.with_defect(REFUNDED)[::2]
    factor = {PRICE: 98, CURRENCY: 97}
    return [
        _documents(
            Invoice,
            "invoices",
            connection,
            company,
            orders,
            billed,
            [orders.net[row] * factor.get(orders.defect[row], 100) // 100 for row in billed],
            state=["posted"] * len(billed),
            posted_on=[
                "2027-01-01" if orders.defect[row] == ELSEWHEN else orders.placed_at[row][:10]
                for row in billed
            ],
            order_number=[f"BSO{row}" for row in billed],
            line_count=[1] * len(billed),
        ),
        _documents(
            SalesOrder,
            "sales_orders",
            connection,
            company,
            orders,
            left_open,
            [orders.net[row] for row in left_open],
            state=["draft" if orders.defect[row] == DRAFT else "released" for row in left_open],
            ordered_on=[orders.placed_at[row][:10] for row in left_open],
        ),
        _documents(
            CreditMemo,
            "credit_memos",
            connection,
            company,
            orders,
            credited,
            [orders.net[row] // 2 for row in credited],
            state=["posted"] * len(credited),
            posted_on=[orders.placed_at[row][:10] for row in credited],
            document_reference=[f"R{row}" for row in credited],
        ),
    ]


def _documents(  # noqa: PLR0913, PLR0917 - what the three kinds of documents share
    record_type: type[Invoice | SalesOrder | CreditMemo],
    name: str,
    connection: str,
    company: str,
    orders: Orders,
    rows: list[int],
    net: list[int],
    **own: list[str] | list[int],
) -> Stream:
    shared: dict[str, list[str] | list[int]] = {
        "id": [f"{name}-{place}" for place in range(len(rows))],
        "number": [f"{name[:2].upper()}{place:08}" for place in range(len(rows))],
        "company": [company] * len(rows),
        "document_reference": [number(row) if row % ORPHANED else f"OWN-{row}" for row in rows],
        "customer_number": [f"C{orders.buyer[row]:07}" for row in rows],
        "currency": ["EUR" if orders.defect[row] == CURRENCY else "GBP" for row in rows],
        "net": net,
        "tax": [tax(each) for each in net],
        "gross": [each + tax(each) for each in net],
        "customer_name": [f"Customer {orders.buyer[row]}" for row in rows],
    }
    return stream(connection, name, record_type, **shared | own)
