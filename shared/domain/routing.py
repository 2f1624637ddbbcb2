"""The entity that an order should post to: a customer's override, else the first rule that fits."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat

from shared.domain import keys as normalise
from shared.domain.buyer_keys import mailed
from shared.domain.snapshot import Table
from shared.domain.workspace import FieldMap, RoutingRule

Route = Callable[..., str]
_OVERRIDABLE: dict[str, Callable[[str], str]] = {
    "vat": normalise.vat,
    "account_reference": normalise.account_reference,
    "email": normalise.email,
}
_RULED = ("store", "currency", "ship_to_country")
"""The columns of an order that rules compare, beside its tags."""


def expected_entity(field_map: FieldMap, ruled: Mapping[int, str] | None = None) -> Route:
    """Give the function that says which entity an order should post to.

    It takes the order table, a row and the buyer's keys, where they are known; without them the order's
    own. A customer's override comes first, then the first rule that fits; `ruled` gives what rules say of
    a row, where that is known.
    """
    overrides = overridden(field_map)
    if not overrides and not field_map.entity_routing:
        return lambda *_: field_map.default_entity

    def route(orders: Table, row: int, keys: Iterable[tuple[str, str]] = ()) -> str:
        if overrides:
            own = keys or [(name, mailed(name, orders[name][row], field_map)) for name in _OVERRIDABLE]
            ranked = min((overrides[key] for key in own if key in overrides), default=None)
            if ranked is not None:
                return ranked[1]
        return _ruled_entity(field_map, orders, row) if ruled is None else ruled[row]

    return route


def ruled_entities(field_map: FieldMap, orders: Table, rows: Sequence[int]) -> Sequence[str]:
    """Give the entity that rules send each of these orders to, whoever placed it.

    Rules are asked once for all orders that are alike in what they look at.
    """
    rules = field_map.entity_routing
    if not rules:
        return [field_map.default_entity] * len(rows)
    first = dict(zip(_looked_at(orders, rules, rows), rows, strict=True))
    ruled = {alike: _ruled_entity(field_map, orders, row) for alike, row in first.items()}
    return [*map(ruled.__getitem__, _looked_at(orders, rules, rows))]


def fitting_entities(field_map: FieldMap, orders: Table, rows: Iterable[int]) -> tuple[str, ...]:
    """Give every entity that a rule which fits one of these orders names, the first that fits or not."""
    rules = field_map.entity_routing
    found = (rule.entity for row in rows for rule in rules if _fits(rule, orders, row))
    return tuple(dict.fromkeys(found))


def overridden(field_map: FieldMap) -> dict[tuple[str, str], tuple[int, str]]:
    """Give position and entity of each customer's override, by its normalised key."""
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for position, each in enumerate(field_map.customer_overrides):
        value = mailed(each.key, _OVERRIDABLE[each.key](each.value), field_map)
        found.setdefault((each.key, value), (position, each.entity))
    return found


def _ruled_entity(field_map: FieldMap, orders: Table, row: int) -> str:
    """Give the entity of the first rule that fits an order."""
    fitting = (rule.entity for rule in field_map.entity_routing if _fits(rule, orders, row))
    return next(fitting, field_map.default_entity)


def _fits(rule: RoutingRule, orders: Table, row: int) -> bool:
    return (
        rule.connection in ("", orders.connections[row])
        and rule.store in ("", orders["store"][row])
        and rule.currency in ("", orders["currency"][row])
        and rule.ship_to_country in ("", orders["ship_to_country"][row])
        and (not rule.tag or rule.tag in orders["tags"][row])
    )


def _looked_at(
    orders: Table, rules: Iterable[RoutingRule], rows: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    """Give of each order all that rules look at."""
    names = [name for name in _RULED if any(getattr(rule, name) for rule in rules)]
    columns = [orders.connections, *(orders[name] for name in names)]
    tags = sorted({rule.tag for rule in rules if rule.tag})
    tagged = (map(operator.contains, map(orders["tags"].__getitem__, rows), repeat(tag)) for tag in tags)
    return zip(*(map(column.__getitem__, rows) for column in columns), *tagged, strict=False)
