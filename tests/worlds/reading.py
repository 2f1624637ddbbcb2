"""Reads a world's facts in the simplest way there is, apart from the code under test."""

import dataclasses
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from dev.vendors.facts import Account, LedgerCustomer, Person, ShopOrder
from dev.worlds import WORLDS
from dev.worlds.world import World

PLACED = {"placed", "refunded"}


@cache
def _worlds() -> dict[str, World]:
    return {world.document["id"]: world for world in (build() for build in WORLDS)}


def built(world_id: str) -> World:
    """Give the world of that workspace, built once; tests only read it."""
    return _worlds()[world_id]


def account(world_id: str, connection: str) -> Account:
    """Give what one connection's vendor knows."""
    return built(world_id).accounts[f"{world_id}-{connection}"]


def window(world: World, days: int) -> tuple[datetime, datetime]:
    """Give the window's first and last instant in UTC."""
    as_of = datetime.fromisoformat(world.document["as_of"])
    start = (as_of - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0)
    return start.astimezone(UTC), as_of.astimezone(UTC)


def orders_in(
    world_id: str, connection: str, days: int = 7, states: Iterable[str] = PLACED
) -> list[ShopOrder]:
    """Give a store's orders of the window that are in one of these states."""
    start, end = window(built(world_id), days)
    orders = account(world_id, connection).orders
    return [order for order in orders if start <= order.placed_at <= end and order.state in states]


def mail(text: str) -> str:
    """Give an email as two spellings of it can be compared."""
    return text.strip().casefold()


def tight(text: str) -> str:
    """Give a VAT number, an account number or a postcode without blanks, dots and case."""
    return "".join(mark for mark in text.upper() if mark.isalnum() or mark == "-")


def place(name: str, person: Person) -> tuple[str, str, str]:
    """Give a name with street and postcode as two spellings of them can be compared."""
    return name.casefold(), person.street.casefold().replace(",", ""), tight(person.postcode)


def masters(world_id: str, connection: str) -> list[LedgerCustomer]:
    """Give the ledger's customers that orders can post to, without the holding account."""
    everyone = account(world_id, connection).ledger_customers
    return [each for each in everyone if each.state == "active" and each.number != "WEB-SALES"]


def times(value: Any) -> Iterator[date]:
    """Give all dates and times in a fact and in what it holds."""
    if isinstance(value, date):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from times(getattr(value, field.name))


def people(world: World) -> Iterator[Person]:
    """Give everyone who appears in a world, as often as they appear."""
    for each in world.accounts.values():
        yield from (company.address for company in each.companies)
        yield from (customer.person for customer in each.customers)
        yield from (order.buyer for order in each.orders)
        yield from (customer.address for customer in each.ledger_customers)
        yield from (record.person for record in each.crm_records)
