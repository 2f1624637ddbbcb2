"""What happens at the vendors in the course of a simulation, drawn in the order of time."""

from collections.abc import Iterator
from random import Random

from dev.faults.simulation.world import KNOWN, UNKNOWN, Change

_FIRST_ORDER, _NEW_ORDER, _NEW_BUYER = 1_000, 2_000, 20
_MOST = 10
_ROUND = 900.0
_ON_THE_WAY = 0.5
"""The share of what happens while a round is on its way."""
_RUSH, _FEWEST_AT_ONCE, _MOST_AT_ONCE = 0.5, 5, 9
"""How often there is a rush, and how much happens in it at once: more than a small page holds."""
_LONG_BEFORE, _SHORTLY_BEFORE = 600.0, 100.0
"""Seconds before a round between which a rush comes: no clock is so wrong that it is in doubt."""
_SELDOM = ("delete", "remove")
_SHOP_AND_LEDGER = (
    "order",
    "order",
    "order",
    "again",
    "enter",
    "enter",
    "edit",
    "cancel",
    "suspend",
    "touch",
    "run",
)


def drawn_changes(  # noqa: C901 - a branch for each kind, each of a line or two
    dice: Random, until: float, *, has_documents: bool
) -> Iterator[Change]:
    """Draw changes up to an instant; each is about something that is there."""
    kinds = [*_SHOP_AND_LEDGER, *_SELDOM, *(("take", "invoice") if has_documents else ())]
    orders = {_FIRST_ORDER + number: number for number in range(KNOWN + UNKNOWN)}
    in_ledger, absent = list(range(KNOWN)), list(range(KNOWN, KNOWN + UNKNOWN))
    posted = set(range(_FIRST_ORDER, _FIRST_ORDER + KNOWN))
    moments = sorted([*((_moment(dice, until), "") for _ in range(dice.randint(1, _MOST))), *_rush(dice)])
    new_buyers, new_orders = iter(range(_NEW_BUYER, 99)), iter(range(_NEW_ORDER, 9_999))
    for serial, (at, asked) in enumerate(moments, start=1):
        kind = asked or dice.choice(kinds)
        if kind in {"order", "again"}:
            buyer = next(new_buyers) if kind == "order" else dice.choice(in_ledger or absent or [0])
            if kind == "order":
                absent.append(buyer)
            number = next(new_orders)
            orders[number] = buyer
            yield Change(at, "order", number, buyer)
        elif kind in {"edit", "cancel", "delete"} and orders:
            number = dice.choice(sorted(orders))
            if kind == "delete":
                del orders[number]
            yield Change(at, kind, number)
        elif kind == "enter" and absent:
            buyer = absent.pop(dice.randrange(len(absent)))
            in_ledger.append(buyer)
            yield Change(at, kind, buyer)
        elif kind in {"suspend", "remove", "touch"} and in_ledger:
            buyer = dice.choice(in_ledger)
            if kind != "touch":
                in_ledger.remove(buyer)
            yield Change(at, kind, buyer)
        elif kind in {"take", "invoice"} and (left := sorted(orders.keys() - posted)):
            number = dice.choice(left)
            posted.add(number)
            yield Change(at, kind, number, orders[number])
        elif kind == "run":
            yield Change(at, kind, serial)


def _moment(dice: Random, until: float) -> float:
    if dice.random() < _ON_THE_WAY:
        return min(until, dice.randrange(4) * _ROUND + dice.expovariate(1 / 4))
    return dice.uniform(0, until)


def _rush(dice: Random) -> list[tuple[float, str]]:
    """Draw much of one kind at one instant, or nothing."""
    if dice.random() >= _RUSH:
        return []
    at = dice.randint(1, 3) * _ROUND - dice.uniform(_SHORTLY_BEFORE, _LONG_BEFORE)
    return [(at, dice.choice(("again", "touch")))] * dice.randint(_FEWEST_AT_ONCE, _MOST_AT_ONCE)
