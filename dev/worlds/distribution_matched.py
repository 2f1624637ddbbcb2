"""What the distributor sells and invoices without a gap, and what does not count."""

from datetime import timedelta
from decimal import Decimal

from dev.vendors.facts import LedgerCreditMemo, LedgerSalesOrder
from dev.worlds.amounts import CENT, amount, shares
from dev.worlds.distribution_scene import COMPANY, PERIOD, RETURN, Scene
from dev.worlds.till import Till

MATCHED_TRADE_ORDERS = 900
MATCHED_SHOP_ORDERS = 1_000
SPLIT_EVERY = 22
"""Of so many trade orders one is shipped and invoiced in two parts."""
BEFORE = 70
UNINVOICED_BEFORE = 6
RETURNED_BEFORE = 4
NOT_COUNTED = 8
"""Orders of each kind that was not really placed: test, abandoned, and cancelled in time."""
DORMANT = 60


def sell_what_matches(scene: Scene, net_revenue: Decimal) -> None:
    """Sell and invoice so much that the window's net revenue comes to `net_revenue` exactly."""
    for _ in range(MATCHED_SHOP_ORDERS):
        shopper = scene.random.choice(scene.shoppers)
        order = scene.dtc.sell(shopper.account, PERIOD.within(scene.random), amount(scene.random, 25, 320))
        taken = scene.books.order(shopper.customer, order, scene.dtc.reference_of(order))
        scene.books.post(taken, scene.soon_after(order, 3))
    missing = net_revenue - sum(map(net_revenue_of, (scene.trade, scene.dtc, scene.adobe)), Decimal(0))
    for serial, net in enumerate(shares(scene.random, missing, MATCHED_TRADE_ORDERS, spread=0.7)):
        known = scene.random.choice(scene.traders)
        order = known.trader.buy(scene.cast, PERIOD.within(scene.random), net)
        taken = scene.books.order(known.customer, order, known.trader.till.reference_of(order))
        if serial % SPLIT_EVERY:
            scene.books.post(taken, scene.soon_after(order, 4))
        else:
            _post_in_two(scene, taken, order.net)
    for _ in range(DORMANT):
        scene.books.enter(scene.cast.company(), PERIOD.long_before(scene.random, 900))


def net_revenue_of(till: Till) -> Decimal:
    """Give the net of a store's orders in the window, less the net of its refunds in it."""
    sold = sum(
        (
            order.net
            for order in till.account.orders
            if order.placed_at >= PERIOD.start and order.state in {"placed", "refunded"}
        ),
        Decimal(0),
    )
    given_back = (refund.net for refund in till.account.refunds if refund.refunded_at >= PERIOD.start)
    return sold - sum(given_back, Decimal(0))


def _post_in_two(scene: Scene, taken: LedgerSalesOrder, net: Decimal) -> None:
    first = (net * scene.random.randint(3, 7) / 10).quantize(CENT)
    day = taken.ordered_on
    scene.books.post(taken, day, net=first)
    scene.books.post(taken, min(day + timedelta(days=4), PERIOD.as_of.date()), net=net - first)


def sell_what_does_not_count(scene: Scene) -> None:
    """Sell before the window, and what was tried out, left in the basket or cancelled in time."""
    random = scene.random
    for serial in range(BEFORE):
        known = random.choice(scene.traders)
        order = known.trader.buy(scene.cast, PERIOD.before(random, 40))
        reference = known.trader.till.reference_of(order)
        if serial < UNINVOICED_BEFORE:
            scene.books.take(known.customer, order, reference)
        else:
            scene.books.post(scene.books.order(known.customer, order, reference), scene.soon_after(order, 0))
    for _ in range(RETURNED_BEFORE):
        _return_before(scene)
    for _ in range(NOT_COUNTED):
        for state in ("test", "abandoned", "cancelled"):
            scene.dtc.sell(scene.cast.person(), PERIOD.within(random), amount(random, 25, 320), state=state)
        for till in (scene.trade, scene.adobe):
            scene.unknown(till).buy(scene.cast, PERIOD.within(random), state="cancelled")
        scene.unknown(scene.trade).buy(scene.cast, PERIOD.within(random), state="abandoned")


def _return_before(scene: Scene) -> None:
    """Sell, invoice, take back and credit an order, all before the window."""
    shopper = scene.random.choice(scene.shoppers)
    placed_at = PERIOD.start - timedelta(days=scene.random.randint(12, 30), hours=-14)
    order = scene.dtc.sell(shopper.account, placed_at, amount(scene.random, 90, 320))
    taken = scene.books.order(shopper.customer, order, scene.dtc.reference_of(order))
    invoice = scene.books.post(taken, scene.soon_after(order, 1))
    refunded_at = placed_at + timedelta(days=scene.random.randint(3, 6))
    refund = scene.dtc.give_back(order, refunded_at, order.net)
    memo = LedgerCreditMemo(
        number=f"SCM-{2_180 + len(scene.books.account.credit_memos)}",
        reference=RETURN.format(refund.id),
        customer_number=shopper.customer.number,
        customer_name=shopper.customer.name,
        posted_on=PERIOD.local_day(refunded_at),
        modified_at=refunded_at,
        net=refund.net,
        tax=refund.tax,
        company=COMPANY,
        invoice_number=invoice.number,
    )
    scene.books.account.credit_memos.append(memo)
