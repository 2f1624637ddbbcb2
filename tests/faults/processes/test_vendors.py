"""A vendor that is slow or dead holds up its own card alone."""

from collections import Counter
from contextlib import ExitStack

from dev.load.merchant import Merchant
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.wholesale_sage import wholesale_sage
from tests.faults.processes.conftest import Planting

SECONDS_A_CALL = 4.0
"""The round waits 6 seconds there for a pull; the slow vendor takes two calls for some streams."""


class _Always(dict[int, str]):
    """A plan by which every call meets the same fault."""

    def get(self, _: int, __: str | None = None) -> str:  # type: ignore[override]
        return "server_error"


def _card(merchant: Merchant) -> tuple[str, object]:
    (card,) = merchant.get("/cards")["cards"]
    return card["status"], card.get("value")


def _waits_for(merchant: Merchant, connection: str) -> bool:
    """Say whether a card was judged and is held for a connection."""
    (card,) = merchant.get("/cards")["cards"]
    return card["status"] == "held" and any(connection in why for why in card["waiting_for"])


def _is_pulling(merchant: Merchant, connection: str) -> bool:
    sources = {each["name"]: each["streams"] for each in merchant.get("/sources")["sources"]}
    return any(each["is_pulling"] for each in sources[connection])


def test_a_dead_vendor_and_a_slow_one(planting: Planting) -> None:
    """Neither holds up anybody else; a dead one is told of once, and once more when it is well again.

    The slow one's merchant is judged without it while its pull goes on, and has its reading when that has
    ended. The dead one's is held, at first without a word, as nobody misses yet what was never read, later
    with the value that it had.
    """
    worlds = [gifts_sage(), wholesale_sage()]
    plant = planting(worlds)
    plant.start()
    ledger = worlds[0].accounts["gifts-sage-intacct"]
    ledger.faults.plan = _Always()
    sluggish = worlds[1].accounts["wholesale-sage-intacct"].faults
    sluggish.seconds_a_call = SECONDS_A_CALL
    with ExitStack() as stack:
        dead, slow = [Merchant(plant, world, stack.enter_context(plant.client())) for world in worlds]
        for each in (dead, slow):
            each.enter()
            each.ask_pulls()
        slow.until(lambda: _waits_for(slow, "intacct") and _is_pulling(slow, "intacct"))
        sluggish.seconds_a_call = 0.1
        slow.until(lambda: _card(slow) == ("alert", 14) and _waits_for(dead, "intacct"))
        assert not [each for each in plant.inbox() if "missing" in each["title"]]
        ledger.faults.plan = {}
        dead.rest(lambda: _card(dead) == ("alert", 34))
        ledger.is_broken = True
        dead.ask_pulls()
        dead.rest(lambda: _card(dead) == ("held", 34))
        dead.ask_evaluation()
        dead.rest(lambda: any("missing" in each["title"] for each in plant.inbox()))
        ledger.is_broken = False
        dead.ask_pulls()
        dead.rest(lambda: any("again" in each["title"] for each in plant.inbox()))
        assert ("alert", 34) == _card(dead)
        assert ("alert", 14) == _card(slow)
        said = Counter((each["channel"], each["to"], each["title"]) for each in plant.inbox())
    titles = {title for *_, title in said}
    assert {"Data are missing: intacct", "The data are complete again: intacct"} <= titles
    assert {1} == set(said.values())
