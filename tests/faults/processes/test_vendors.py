"""A vendor that is slow or dead holds up its own card alone."""

from collections import Counter
from contextlib import ExitStack

from dev.load.merchant import Merchant
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.wholesale_sage import wholesale_sage
from tests.faults.processes.conftest import Planting

SECONDS_A_CALL = 4.0
"""Two calls one after another take longer than the 6 seconds that a round waits for a pull there."""


class _Always(dict[int, str]):
    """A plan by which every call meets the same fault."""

    def get(self, _: int, __: str | None = None) -> str:  # type: ignore[override]
        return "server_error"


def _card(merchant: Merchant) -> tuple[str, object]:
    (card,) = merchant.get("/cards")["cards"]
    return card["status"], card.get("value")


def _is_judged_without(merchant: Merchant, connection: str) -> bool:
    """Say whether a card was judged while a connection that it needs is still being read."""
    (card,) = merchant.get("/cards")["cards"]
    sources = {each["name"]: each["streams"] for each in merchant.get("/sources")["sources"]}
    is_pulling = any(each["is_pulling"] for each in sources[connection])
    is_held = card["status"] == "held" and any(connection in why for why in card["waiting_for"])
    return is_pulling and is_held


def test_a_dead_vendor_and_a_slow_one(planting: Planting) -> None:
    """The dead vendor's card is held and told of once; the slow one is waited for only so long.

    Its merchant is judged without it while its pull goes on, and has its reading as ever when that has ended.
    When the dead one is well again, its card says what is so, and people hear of that, once.
    """
    worlds = [gifts_sage(), wholesale_sage()]
    plant = planting(worlds)
    plant.start()
    dead_ledger = worlds[0].accounts["gifts-sage-intacct"].faults
    dead_ledger.plan = _Always()
    worlds[1].accounts["wholesale-sage-intacct"].faults.seconds_a_call = SECONDS_A_CALL
    with ExitStack() as stack:
        dead, slow = [Merchant(plant, world, stack.enter_context(plant.client())) for world in worlds]
        for each in (dead, slow):
            each.enter()
            each.ask_pulls()
        slow.until(lambda: _is_judged_without(slow, "intacct"))
        slow.until(lambda: _card(slow) == ("alert", 14) and _card(dead)[0] == "held")
        dead.rest(lambda: any("Data are missing" in each["title"] for each in plant.inbox()))
        (card,) = dead.get("/cards")["cards"]
        assert any("intacct" in why for why in card["waiting_for"])
        missing = Counter(each["title"] for each in plant.inbox())
        dead_ledger.plan = {}
        dead.ask_pulls()
        dead.rest(lambda: _card(dead) == ("alert", 34))
        said = Counter(f"{each['channel']} {each['to']} {each['title']}" for each in plant.inbox())
    assert 1 == sum(count for title, count in missing.items() if "Data are missing" in title)
    assert set(said.values()) == {1}
