"""A message that nobody can work off is put aside and named, and blocks nobody."""

from base64 import b64encode

from dev.load.merchant import Merchant
from dev.worlds.gifts_sage import gifts_sage
from shared.store.queues import EVALUATE, PULL
from tests.faults.processes.conftest import Planting

SPOILT = '{"workspace": "gifts-sage", "sent": "by nobody"}'


def test_a_spoilt_message_goes_to_the_poison_queue(planting: Planting) -> None:
    """After five tries it lies in `pull-poison` as it was; the log names its id, and the pulls go on."""
    lines: list[str] = []
    world = gifts_sage()
    plant = planting([world], log=lines.append)
    plant.start()
    with plant.client() as client:
        merchant = Merchant(plant, world, client)
        merchant.enter()
        merchant.ask_pulls()
        ids = []
        for name in (PULL, EVALUATE):
            queue = plant.queues.get_queue_client(name)
            merchant.until(lambda name=name: name in {each.name for each in plant.queues.list_queues()})
            ids.append(queue.send_message(b64encode(SPOILT.encode()).decode()).id)
        merchant.rest(lambda: merchant.get("/cards")["cards"][0]["status"] == "alert")
        for name, sent in zip((PULL, EVALUATE), ids, strict=True):
            (poison,) = plant.queues.get_queue_client(f"{name}-poison").peek_messages(32)
            assert b64encode(SPOILT.encode()).decode() == poison.content
            about = [line for line in lines if sent in line]
            assert 5 == sum('"failed"' in line or "Error" in line for line in about)
            assert any("poisoned" in line for line in about)
