"""A vendor that is slow or dead holds up its own card alone."""

from collections import Counter
from contextlib import ExitStack
from time import sleep

from dev.load.merchant import TICK_SECONDS, Merchant
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.wholesale_sage import wholesale_sage
from tests.faults.processes.conftest import Planting


class _Always(dict[int, str]):
    """A plan by which every call meets the same fault."""

    def get(self, _: int, __: str | None = None) -> str:  # type: ignore[override]
        return "server_error"


def _card(merchant: Merchant) -> tuple[str, object]:
    (card,) = merchant.get("/cards")["cards"]
    return card["status"], card.get("value")


def test_a_dead_vendor_and_a_slow_one(planting: Planting) -> None:
    """The dead vendor's card is held and told of once; the slow one's merchant has its reading as ever.

    When the dead one is well again, its card says what is so, and people hear of that, once.
    """
    worlds = [gifts_sage(), wholesale_sage()]
    plant = planting(worlds)
    plant.start()
    dead_ledger = worlds[0].accounts["gifts-sage-intacct"].faults
    dead_ledger.plan = _Always()
    for account in worlds[1].accounts.values():
        account.faults.seconds_a_call = 0.05
    with ExitStack() as stack:
        dead, slow = [Merchant(plant, world, stack.enter_context(plant.client())) for world in worlds]
        for each in (dead, slow):
            each.enter()
            each.ask_pulls()
        slow.until(lambda: _card(slow) == ("alert", 14) and _card(dead)[0] == "held")
        sleep(TICK_SECONDS)
        (card,) = dead.get("/cards")["cards"]
        assert any("intacct" in why for why in card["waiting_for"])
        missing = Counter(each["title"] for each in plant.inbox())
        dead_ledger.plan = {}
        dead.ask_pulls()
        dead.rest(lambda: _card(dead) == ("alert", 34))
        said = Counter(f"{each['channel']} {each['to']} {each['title']}" for each in plant.inbox())
    assert 1 >= sum("Data are missing" in title for title in missing)
    assert set(said.values()) == {1}
