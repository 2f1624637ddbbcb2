"""Draws orders that nearly all are invoiced as they should be, each with at most a few things amiss.

Wild scenes hardly ever have an order that is settled at sight but for one thing; these have little else.
"""

from random import Random

from shared.domain.records import Invoice, Order, Record
from shared.domain.snapshot import Batch, Columns, Snapshot
from tests.builders import credit_memo, invoice, order, rate, refund, sales_order
from tests.laws.ledger_scenes import Scene

_MOMENTS = (
    "2026-03-01T12:00:00Z",
    "2026-03-15T23:59:59Z",
    "2026-03-16T00:00:00Z",
    "2026-04-10T22:59:59Z",
    "2026-04-10T23:00:00Z",
    "2026-04-10T23:30:00Z",
    "2026-04-13T12:00:00Z",
)
"""Some of them the last and the first of a window, and an evening that is tomorrow already in London."""
_DAYS = ("", "2026-01-14", "2026-03-01", "2026-03-15", "2026-04-10", "2026-04-14", "2026-05-02")
_NAMES = {"shop": "SH-", "trade": ""}
"""How a shop's orders are called in the books."""
_AMISS = (
    "day",
    "state",
    "currency",
    "both_currencies",
    "net_by_a_cent",
    "net",
    "gross",
    "blank_name",
    "order_cancelled",
    "abandoned",
    "refunded",
    "worth_nothing",
    "not_invoiced",
    "invoiced_twice",
    "ordered_beside",
    "memo_beside",
    "corrected",
    "same_name",
    "loose",
    "lines",
)


def draw_plain_scene(seed: int) -> Scene:
    """Draw a scene; the same seed gives the same."""
    dice = Random(seed)  # noqa: S311 - a draw
    scene: Scene = {"shop": [], "trade": [], "ledger": [], "ledger-eu": []}
    for number in range(dice.randint(1, 6)):
        shop = dice.choice(tuple(_NAMES))
        moment = dice.choice(_MOMENTS)
        amiss = {dice.choice(_AMISS) for _ in range(dice.choice((0, 0, 1, 1, 1, 2)))}
        _add(scene, dice, (shop, str(number), moment), amiss)
    for currency in ("EUR", "GBP"):
        scene["ledger"].append(rate(currency, "1.3333"))
    for records in scene.values():
        dice.shuffle(records)
    return scene


def _add(scene: Scene, dice: Random, what: tuple[str, str, str], amiss: set[str]) -> None:
    shop, number, moment = what
    name = _NAMES[shop] + number
    currency = dice.choice(("EUR", "GBP")) if "both_currencies" in amiss else "USD"
    sold = order(
        number,
        placed_at=moment,
        net=0 if "worth_nothing" in amiss else 100,
        currency=currency,
        state="cancelled"
        if "order_cancelled" in amiss
        else "abandoned"
        if "abandoned" in amiss
        else "placed",
    )
    billed = invoice(
        "" if "blank_name" in amiss else name,
        id=f"I{number}",
        number=f"I{number}",
        order_number=f"B{number}",
        net="99.99"
        if "net_by_a_cent" in amiss
        else "99.97"
        if "lines" in amiss
        else 90
        if "net" in amiss
        else 100,
        tax=10 if "gross" in amiss else 0,
        line_count=dice.choice((1, 2, 3, 300)) if "lines" in amiss else 1,
        posted_on=dice.choice(_DAYS) if "day" in amiss else moment[:10],
        currency=dice.choice(("EUR", "GBP")) if "currency" in amiss else currency,
        state=dice.choice(("draft", "cancelled")) if "state" in amiss else "posted",
    )
    scene[shop].append(sold)
    if "same_name" in amiss:
        scene["trade"].append(_same_name(dice, sold, number, name))
    if "refunded" in amiss:
        scene[shop].append(refund(f"R{number}", number))
    if "not_invoiced" not in amiss and "worth_nothing" not in amiss:
        scene["ledger"].append(billed)
    scene["ledger"] += _beside(dice, number, name, billed, amiss)


def _same_name(dice: Random, sold: Order, number: str, name: str) -> Order:
    """Give another shop's order that the books call by the same name, which may be wrong itself."""
    state, currency = dice.choice(("placed", "cancelled")), dice.choice((sold.currency, "GBP"))
    return order(
        f"{number}-again", number=name, placed_at=dice.choice(_MOMENTS), state=state, currency=currency
    )


def _beside(dice: Random, number: str, name: str, billed: Invoice, amiss: set[str]) -> list[Record]:
    """Give documents that an order has beside its invoice."""
    place = dice.choice(("Main", "UK"))
    found: list[Record] = []
    if "invoiced_twice" in amiss:
        found.append(invoice(name, id=f"J{number}", number=f"J{number}", net=dice.choice((0, 100))))
    if "ordered_beside" in amiss:
        found.append(sales_order(name, id=f"S{number}", number=f"S{number}", company=place))
    if "memo_beside" in amiss:
        found.append(credit_memo(name, id=f"M{number}", number=f"M{number}", company=place))
    if "corrected" in amiss:
        memo = credit_memo("", id=f"N{number}", number=f"N{number}", invoice_number=billed.number)
        found.append(memo)
    if "loose" in amiss:
        found.append(
            invoice(
                dice.choice(("", "OWN-1")),
                id=f"L{number}",
                number=f"L{number}",
                order_number=dice.choice(("B0", "B1", billed.order_number)),
                net=50,
            )
        )
    return found


def stored_apart(seen: Snapshot, most: int) -> Snapshot:
    """Give the same snapshot as if no more than so many records had ever been stored together."""
    batches = {
        record_type: [_cut(each, at, most) for each in every for at in range(0, each.count, most)]
        for record_type, every in seen.batches.items()
    }
    return Snapshot(seen.workspace, seen.as_of, batches, seen.inputs)


def _cut(batch: Batch, start: int, most: int) -> Batch:
    def part(columns: Columns) -> Columns:
        return {name: column[start : start + most] for name, column in columns.items()}

    return Batch(batch.connection, batch.stream, part(batch.keys), lambda: part(batch.details()))
