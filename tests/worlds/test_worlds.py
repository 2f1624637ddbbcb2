"""What holds in every demonstration world."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime

import phonenumbers
import pytest

import shared.sources
from dev.vendors.facts import Account, Person
from dev.worlds import WORLDS
from dev.worlds.world import CARDS, World
from shared.domain import keys
from shared.domain.workspace import Workspace
from tests.worlds.reading import built, people, times

IDS = ("supplements-d365", "machinery-dataverse", "gifts-sage", "wholesale-sage", "distribution-bc")
ADDRESS = "http://127.0.0.1:7071"

every_world = pytest.mark.parametrize("world", [built(each) for each in IDS], ids=IDS)


def test_worlds_come_in_the_order_of_the_cards() -> None:
    """The five worlds stand in the order of the five cards, and each shows its own card alone."""
    assert tuple(build().document["id"] for build in WORLDS) == IDS
    for build, card in zip(WORLDS, CARDS, strict=False):
        settings = build().document["cards"]
        assert {each for each in CARDS if settings.get(each, {}).get("enabled", True)} == {card}


@pytest.mark.parametrize("build", WORLDS, ids=IDS)
def test_building_twice_gives_the_same(build: Callable[[], World]) -> None:
    """A world is the same whenever it is built."""
    assert build() == build()


@every_world
def test_document_is_a_workspace(world: World) -> None:
    """The document is a valid workspace whose connections lead to the world's accounts (GEN-11)."""
    document = world.at(ADDRESS)
    workspace = Workspace.model_validate(document)
    assert "{vendors}" not in str(document)
    names = {f"{workspace.id}-{each.name}" for each in workspace.connections}
    assert names == set(world.accounts)
    for connection in workspace.connections:
        name = f"{workspace.id}-{connection.name}"
        assert connection.base_url == f"{ADDRESS}/{connection.kind}/{name}"


@every_world
def test_connections_suit_their_sources(world: World) -> None:
    """Every connection has the secrets and the options that its kind of source asks for."""
    found = {each.name for each in pkgutil.iter_modules(shared.sources.__path__)}
    for connection in Workspace.model_validate(world.at(ADDRESS)).connections:
        if connection.kind not in found:
            pytest.skip(f"there is no source for {connection.kind} yet")
        source = importlib.import_module(f"shared.sources.{connection.kind}").SOURCE
        assert set(source.secrets) <= set(connection.secrets)
        options = source.options.model_validate(connection.options)
        values = dict.fromkeys(connection.secrets, "invented")
        assert source.access(connection, options, values).base_url.startswith(connection.base_url)


def test_account_names_are_unique() -> None:
    """No two worlds share an account, so that one server serves all of them."""
    names = [name for each in IDS for name in built(each).accounts]
    assert len(names) == len(set(names)) == 3 + 2 + 3 + 4 + 4


@every_world
def test_nothing_is_dated_after_the_snapshot(world: World) -> None:
    """Nothing is known before it happened: every fact is older than the pinned clock, and aware."""
    as_of = datetime.fromisoformat(world.document["as_of"])
    for account in world.accounts.values():
        for facts in vars(account).values():
            for moment in (
                each for fact in (facts if isinstance(facts, list) else ()) for each in times(fact)
            ):
                if isinstance(moment, datetime):
                    assert moment.astimezone(UTC) < as_of
                    assert moment.utcoffset() is not None
                else:
                    assert moment <= date(as_of.year, as_of.month, as_of.day)


def _same(person: Person) -> str:
    """Give what all spellings of one party share: the company, else the first and last name."""
    return keys.name(person.company or f"{person.first_name} {person.last_name}")


@every_world
@pytest.mark.parametrize("key", ["phone", "postcode", "street"])
def test_nobody_shares_an_address(world: World, key: str) -> None:
    """No two parties share a telephone number, a postcode or a street address (SAGE-ABS-13)."""
    holders = defaultdict(set)
    for person in people(world):
        value = getattr(person, key)
        text = keys.street(value) if key == "street" else getattr(keys, key)(value, person.country)
        if text:
            holders[text].add(_same(person))
    assert {text: names for text, names in holders.items() if len(names) > 1} == {}


@every_world
def test_telephone_numbers_are_possible(world: World) -> None:
    """Every telephone number can be dialled in its country, as far as its length tells."""
    for text, country in {(person.phone, person.country) for person in people(world) if person.phone}:
        assert phonenumbers.is_possible_number(phonenumbers.parse(text, country))


@every_world
def test_mailboxes_are_nobodys(world: World) -> None:
    """Every email is at a domain that is kept for examples, and has a key."""
    for person in people(world):
        address = person.email.strip().casefold()
        assert not address or address.endswith((".example.com", "@example.com", "@example.org"))
        assert bool(keys.email(person.email)) == bool(address)


@every_world
def test_ids_are_unique(world: World) -> None:
    """No two facts of one kind share an id or a number in one account."""
    for account in world.accounts.values():
        _check_ids(account)


def _check_ids(account: Account) -> None:
    for facts in (account.companies, account.customers, account.orders, account.refunds):
        assert len({each.id for each in facts}) == len(facts)
    for records in (account.crm_records, account.open_business, account.automation_runs, account.sync_log):
        assert len({each.id for each in records}) == len(records)
    numbered = (account.sales_orders, account.invoices, account.credit_memos, account.ledger_customers)
    for documents in numbered:
        assert len({(each.company, each.number) for each in documents}) == len(documents)
    assert len({each.number for each in account.orders}) == len(account.orders)
    assert {each.order_id for each in account.refunds} <= {each.id for each in account.orders}
