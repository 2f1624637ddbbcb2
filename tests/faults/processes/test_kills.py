"""Real processes that are killed in the middle of their work leave nothing lost, false or doubled."""

import os
from collections import Counter

from dev.load.merchant import Merchant
from dev.worlds.gifts_sage import gifts_sage
from tests.faults.processes.conftest import Planting
from tests.faults.processes.ordeal import Disturb, Reaper, live, undisturbed

ROUNDS = int(os.environ.get("TIEOUT_KILL_ROUNDS", "1"))


def _lived(planting: Planting, disk: str, disturb: Disturb) -> tuple[dict[str, object], Counter[str]]:
    plant = planting([world := gifts_sage()], disk)
    plant.start()
    with plant.client() as client:
        found = live(Merchant(plant, world, client), disturb)
    arrived = Counter(f"{each['channel']} {each['to']} {each['title']}" for each in plant.inbox())
    plant.close()
    return found, arrived


def test_killed_hosts_and_a_restarted_storage_change_nothing(planting: Planting) -> None:
    """Kill -9 of the host during pull, evaluate, notify and fold, with restarts of the storage in between.

    Readings, rows, exceptions, comments, audit, alerts and deliveries are those of an undisturbed run. Each
    message arrives; one arrives twice only where a kill came between its sending and the note of it.
    `TIEOUT_KILL_ROUNDS=20` draws more moments.
    """
    expected, told = _lived(planting, "calm", undisturbed)
    caught: Counter[str] = Counter()
    for seed in range(ROUNDS):
        reaper = Reaper.drawn(seed)
        found, arrived = _lived(planting, f"rough {seed}", reaper)
        for part, value in expected.items():
            assert value == found[part], f"{part} differs with seed {seed}"
        assert told.keys() == arrived.keys()
        assert (arrived - told).total() <= 4 * reaper.caught["notify"]
        caught += reaper.caught
    assert caught.total() >= 2 * ROUNDS
