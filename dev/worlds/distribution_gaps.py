"""The other 247 rows of the revenue gap: how many for each reason, and what they add up to.

Each is built so that one reason fits it and none that stands before that one in the order of
reasons.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from dev.vendors.facts import LedgerApproval, ShopOrder
from dev.worlds.amounts import CENT, amount, shares
from dev.worlds.crm import guid
from dev.worlds.distribution_scene import COMPANY, PERIOD, Known, Scene

CONNECTOR_ERRORS = (
    ("Sell-to Customer", "Tax Area Code", "The field Tax Area Code must have a value in Sell-to Customer."),
    ("Sales Line", "Gen. Prod. Posting Group", "Gen. Prod. Posting Group must have a value in Sales Line."),
    ("Item", "No.", "The item does not exist. Identification fields and values: No.='KD-4417-B'"),
    ("Sales Header", "Shipment Date", "The Shipment Date is not within your range of allowed posting dates."),
)
LINES = Decimal(10)
"""The quantity that an order of these is for."""


def open_gaps(scene: Scene) -> None:
    """Sell the 247 orders and refunds that leave a gap."""
    for makers, count, total in GAPS:
        for serial, gap in enumerate(shares(scene.random, Decimal(total), count)):
            makers[serial % len(makers)](scene, gap)
    _block_privacy(scene)


def _buy(scene: Scene, known: Known, net: Decimal, days: tuple[int, int]) -> ShopOrder:
    return known.trader.buy(scene.cast, scene.days_ago(*days), net)


def _reference(known: Known, order: ShopOrder) -> str:
    return known.trader.till.reference_of(order)


def _not_shipped(scene: Scene, gap: Decimal) -> None:
    _release(scene, gap, Decimal(0))


def _partly_shipped(scene: Scene, gap: Decimal) -> None:
    _release(scene, gap, Decimal(scene.random.randint(1, 9)))


def _shipped(scene: Scene, gap: Decimal) -> None:
    _release(scene, gap, LINES)


def _release(scene: Scene, gap: Decimal, shipped: Decimal) -> None:
    """Take an order that is released and not invoiced."""
    known = scene.random.choice(scene.traders)
    order = _buy(scene, known, gap, (1, 29))
    shipped_on = scene.soon_after(order, 5) if shipped else None
    more = {"quantity": LINES, "shipped_quantity": shipped, "shipped_on": shipped_on}
    taken = scene.books.take(known.customer, order, _reference(known, order), **more)
    scene.log(taken.reference, "succeeded", taken.modified_at)


def _partly_invoiced(scene: Scene, gap: Decimal) -> None:
    """Take an order of which some of ten pieces are shipped and invoiced; the rest is the gap."""
    known = scene.random.choice(scene.traders)
    invoiced = Decimal(scene.random.randint(2, 7))
    net = (gap * LINES / (LINES - invoiced)).quantize(CENT)
    order = _buy(scene, known, net, (3, 29))
    more = {"shipped_quantity": invoiced, "invoiced_quantity": invoiced}
    shipped_on = scene.soon_after(order, 3)
    taken = scene.books.take(
        known.customer, order, _reference(known, order), quantity=LINES, shipped_on=shipped_on, **more
    )
    scene.books.post(taken, shipped_on, net=net - gap)


def _unknown_shopper(scene: Scene, gap: Decimal) -> None:
    placed_at = scene.days_ago(2, 29)
    person = scene.cast.person()
    is_guest = scene.random.randrange(2) == 0
    scene.dtc.sell(person if is_guest else scene.dtc.customer(person, placed_at), placed_at, gap)


def _unknown_company(scene: Scene, gap: Decimal) -> None:
    till = scene.random.choice((scene.trade, scene.trade, scene.adobe))
    scene.unknown(till).buy(scene.cast, scene.days_ago(2, 18), gap)


def _known_company_without_order(scene: Scene, gap: Decimal) -> None:
    """Sell an order that the connector's mapping dropped: the customer is there, the order is not."""
    _buy(scene, scene.random.choice(scene.traders), gap, (2, 29))


def _pending_approval(scene: Scene, gap: Decimal) -> None:
    known = scene.random.choice(scene.traders)
    order = _buy(scene, known, gap, (5, 25))
    reference = _reference(known, order)
    taken = scene.books.take(known.customer, order, reference, quantity=LINES, state="pending_approval")
    approval = LedgerApproval(
        id=guid(scene.random),
        document_number=taken.number,
        requested_at=taken.modified_at + timedelta(minutes=scene.random.randint(5, 600)),
        company=COMPANY,
    )
    scene.books.account.approvals.append(approval)


def _blocked(scene: Scene, gap: Decimal) -> None:
    known = scene.random.choice(scene.blocked)
    order = _buy(scene, known, gap, (2, 27))
    scene.books.take(known.customer, order, _reference(known, order), quantity=LINES)


def _refused_by_connector(scene: Scene, gap: Decimal) -> None:
    """Sell an order that the connector tried to create up to three times, always in vain."""
    known = scene.random.choice(scene.traders)
    order = _buy(scene, known, gap, (2, 28))
    place, name, text = scene.random.choice(CONNECTOR_ERRORS)
    error = {"error_code": place, "error_field": name, "error": text}
    for attempt in range(1, scene.random.randint(2, 4)):
        at = order.placed_at + timedelta(minutes=15 * attempt)
        scene.log(_reference(known, order), "failed", at, **error)


def _cancelled_after_invoice(scene: Scene, gap: Decimal) -> None:
    known = scene.random.choice(scene.traders)
    placed_at = scene.days_ago(4, 25)
    order = known.trader.buy(scene.cast, placed_at, -gap, state="cancelled")
    taken = scene.books.order(known.customer, order, _reference(known, order))
    scene.books.post(taken, scene.soon_after(order, 1))


def _refund_without_memo(scene: Scene, gap: Decimal) -> None:
    """Sell and invoice an order to a shopper, and give a part back that the ledger does not hear of."""
    shopper = scene.random.choice(scene.shoppers)
    net = amount(scene.random, 20, 200) - gap
    order = scene.dtc.sell(shopper.account, scene.days_ago(9, 27), net)
    taken = scene.books.order(shopper.customer, order, scene.dtc.reference_of(order))
    scene.books.post(taken, scene.soon_after(order, 2))
    scene.dtc.give_back(order, order.placed_at + timedelta(days=scene.random.randint(2, 8)), -gap)


def _posted_on_the_eve(scene: Scene, gap: Decimal) -> None:
    """Sell an order on the first Saturday that the ledger posts into the week before."""
    known = scene.random.choice(scene.traders)
    order = _buy(scene, known, gap, (PERIOD.days - 1, PERIOD.days - 1))
    taken = scene.books.order(known.customer, order, _reference(known, order))
    scene.books.post(taken, PERIOD.first_day - timedelta(days=1))


def _tax_inside(scene: Scene, gap: Decimal) -> None:
    """Sell an order free of tax that the ledger invoices with the tax inside the same total."""
    known = scene.random.choice(scene.traders)
    net = gap / Decimal("0.06")
    order = _buy(scene, known, net.quantize(CENT), (6, 20))
    taken = scene.books.order(known.customer, order, _reference(known, order))
    scene.books.post(taken, scene.soon_after(order, 3), net=order.net - gap, tax=gap)


def _block_privacy(scene: Scene) -> None:
    """Let one company with an open sales order be blocked for privacy."""
    known = scene.known(scene.trade, is_privacy_blocked=True)
    orders = scene.books.account.sales_orders
    where = next(i for i, each in enumerate(orders) if each.number.startswith("SO-206"))
    orders[where] = replace(
        orders[where], customer_number=known.customer.number, customer_name=known.customer.name
    )


Maker = Callable[[Scene, Decimal], None]
GAPS: tuple[tuple[tuple[Maker, ...], int, str], ...] = (
    ((_shipped, _partly_shipped, _not_shipped, _shipped), 98, "246400.00"),
    ((_partly_invoiced,), 30, "61150.00"),
    ((_unknown_shopper,), 30, "5480.25"),
    ((_unknown_company,), 10, "38219.75"),
    ((_known_company_without_order,), 12, "31300.00"),
    ((_pending_approval,), 9, "41500.00"),
    ((_blocked,), 14, "37466.00"),
    ((_refused_by_connector,), 22, "29120.00"),
    ((_cancelled_after_invoice,), 4, "-9850.00"),
    ((_refund_without_memo,), 9, "-2870.00"),
    ((_posted_on_the_eve,), 8, "13018.80"),
    ((_tax_inside,), 1, "181.20"),
)
"""Who makes the rows of a reason, in turn; how many; what their gaps add up to, in dollars."""
