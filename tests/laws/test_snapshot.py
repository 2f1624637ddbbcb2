"""Laws of the tables: the newest version of each record stands, whatever came in between."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.buyers import COMMERCE
from shared.domain.records import MasterCustomer, Order
from shared.domain.snapshot import Batch, Columns, Snapshot, Table, batch_of
from tests.builders import law, order, snapshot, workspace

IDS = st.sampled_from("abcde")
STREAMS = st.sampled_from([("shop", "orders"), ("shop", "swept"), ("trade", "orders")])
PULLS = st.lists(st.tuples(STREAMS, st.lists(IDS, max_size=4), st.frozensets(IDS, max_size=2)), max_size=8)
Pull = tuple[tuple[str, str], list[str], frozenset[str]]


def _batch(number: int, pull: Pull) -> Batch:
    (connection, stream), ids, deleted = pull
    versions = [
        order(each, number=f"{number}.{place}", url=f"{number}.{place}") for place, each in enumerate(ids)
    ]
    return replace(batch_of(connection, stream, Order, versions), deleted=deleted)


def _model(pulls: list[Pull]) -> list[tuple[str, str, str]]:
    """Keep versions in a dictionary, one write after another."""
    kept: dict[tuple[tuple[str, str], str], str] = {}
    for number, (stream, ids, deleted) in enumerate(pulls):
        for each in deleted:
            kept.pop((stream, each), None)
        for place, each in enumerate(ids):
            kept[stream, each] = f"{number}.{place}"
    return sorted((stream[0], each, version) for (stream, each), version in kept.items())


@law
@given(PULLS)
def test_the_newest_version_stands(pulls: list[Pull]) -> None:
    """A later batch replaces and deletes records of its own stream, and of no other."""
    table = Table(Order, [_batch(number, pull) for number, pull in enumerate(pulls)])
    found = zip(table.connections, table["id"], table["number"], strict=True)
    assert sorted(found) == _model(pulls)


@law
@given(PULLS)
def test_a_detail_belongs_to_its_row(pulls: list[Pull]) -> None:
    """A row's details are of the same version as its keys."""
    table = Table(Order, [_batch(number, pull) for number, pull in enumerate(pulls)])
    assert [table.detail(row, "url") for row in range(len(table))] == table["number"]


@law
@given(PULLS, st.randoms(use_true_random=False))
def test_the_order_among_streams_does_not_matter(pulls: list[Pull], random: Callable[[], float]) -> None:
    """Only the order within a stream counts: streams are stored one beside the other."""
    batches = [_batch(number, pull) for number, pull in enumerate(pulls)]
    streams = sorted({(batch.connection, batch.stream) for batch in batches})
    random.shuffle(streams)  # type: ignore[attr-defined]
    mixed = [each for stream in streams for each in batches if (each.connection, each.stream) == stream]
    tables = [Table(Order, each) for each in (batches, mixed)]
    seen = [sorted(zip(each.connections, each["id"], each["number"], strict=True)) for each in tables]
    assert seen[0] == seen[1]


@law
@given(PULLS)
def test_a_row_is_found_by_connection_and_id(pulls: list[Pull]) -> None:
    """The index by id leads to the row that has it."""
    one_stream = [pull for pull in pulls if pull[0][1] == "orders"]
    table = Table(Order, [_batch(number, pull) for number, pull in enumerate(one_stream)])
    for (connection, each), row in table.by_id().items():
        assert (table.connections[row], table["id"][row]) == (connection, each)
    assert len(table.by_id()) == len(table)


def test_only_the_batch_of_a_row_is_decoded() -> None:
    """Asking for one detail decodes one batch, once."""
    decoded: list[str] = []

    def details(name: str) -> Callable[[], Columns]:
        def decode() -> Columns:
            decoded.append(name)
            return {"url": [f"{name} 0", f"{name} 1"]}

        return decode

    batches = [
        replace(
            batch_of("shop", "orders", Order, [order(f"{name}0"), order(f"{name}1")]), details=details(name)
        )
        for name in "xyz"
    ]
    table = Table(Order, batches)
    assert [table.detail(3, "url"), table.detail(2, "url")] == ["y 1", "y 0"]
    assert decoded == ["y"]


def test_a_table_is_of_enabled_connections_of_its_kinds() -> None:
    """Asked by kind, a snapshot leaves other kinds and switched-off connections out (GEN-11)."""
    records = {"shop": [order("1")], "trade": [order("2")], "old": [order("3")]}
    connections = [
        {"name": "shop", "kind": "shopify"},
        {"name": "trade", "kind": "bigcommerce"},
        {"name": "old", "kind": "shopify", "enabled": False},
    ]
    seen = snapshot(workspace(connections=connections), records)
    assert seen.table(Order, "shopify")["id"] == ["1"]
    assert sorted(seen.table(Order, "shopify", "bigcommerce")["id"]) == ["1", "2"]
    assert seen.has(Order, "shopify")
    assert not seen.has(Order, "adobe_commerce")


def test_tables_of_the_same_records_are_one() -> None:
    """Kinds that cover all connections that have such records give the table of all, and no copy."""
    seen = snapshot(workspace(), {"shop": [order("1")], "trade": [order("2")]})
    every = seen.table(Order)
    assert every is seen.table(Order, *COMMERCE)
    assert every is not seen.table(Order, "shopify")
    assert seen.table(MasterCustomer) is seen.table(MasterCustomer, "sage_intacct")


def test_what_is_forgotten_is_worked_out_again() -> None:
    """After forgetting, answers are asked for anew, and tables tell the same."""
    seen = snapshot(workspace(), {"shop": [order("1")]})
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return len(asked)

    assert (seen.once("how many", ask), seen.once("how many", ask)) == (1, 1)
    table = seen.table(Order)
    ids = table["id"]
    seen.forget()
    assert seen.once("how many", ask) == 2
    assert seen.table(Order) is table
    assert (ids, table["id"] is ids) == (table["id"], False)


def test_what_lasts_is_of_one_snapshot() -> None:
    """A lasting answer is kept when all others are let go of, and is no answer for a part of the whole."""
    seen = snapshot(workspace(), {"shop": [order("1")]})
    asked: list[Snapshot] = []

    def answer(of: Snapshot, *, is_lasting: bool) -> None:
        of.once("who", lambda: asked.append(of), is_lasting=is_lasting)

    for each in (seen, seen.narrowed({}), seen):
        answer(each, is_lasting=True)
        answer(each, is_lasting=False)
        each.forget()
    assert [each is seen for each in asked] == [True, True, False, False, True]
