"""A message that comes again was not ended by whoever took it first: the work of the dead is gone on with."""

from datetime import timedelta

from shared.pipeline.pull import pull_again
from shared.store.queues import PULL
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import order

MINUTES = 10


async def test_the_claim_of_the_dead_is_waited_for(bench: Bench) -> None:
    """While it lasts the message is put off to its end, not dropped; then the stream is pulled."""
    bench.orders.knows(order(1))
    name, services = bench.name("orders", "shop"), bench.services
    until = bench.clock.now + timedelta(minutes=MINUTES)
    await services.store.checkpoints.change(name, claimed_until=until)
    await pull_again(services, "shop", name.connection, "orders")
    message = {"workspace": name.workspace, "connection": name.connection, "stream": name.stream}
    assert [(PULL, message, 60.0 * MINUTES)] == bench.queues.take()
    assert [] == bench.orders.given
    bench.clock.advance(minutes=MINUTES)
    await pull_again(services, "shop", name.connection, "orders")
    assert [order(1).id] == list(await bench.seen())


async def test_without_a_claim_it_is_a_message_like_any_other(bench: Bench) -> None:
    """Nobody has the stream: it is pulled at once."""
    bench.orders.knows(order(1))
    name = bench.name("orders", "shop")
    await pull_again(bench.services, "shop", name.connection, "orders")
    assert [order(1).id] == list(await bench.seen())
