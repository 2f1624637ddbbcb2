"""A full disk below the storage gives clear errors, and nothing is lost once there is room again."""

import resource

import httpx

from dev.load.merchant import Merchant
from dev.load.plant import Plant
from dev.worlds.gifts_sage import gifts_sage
from tests.faults.processes.conftest import Planting
from tests.faults.processes.ordeal import CARD

LONGEST_REFUSAL = 45.0
"""Seconds, on a busy machine. Left to itself, the storage library waits for a minute."""


def _leave_room(plant: Plant, room: int) -> None:
    """Let the storage emulator's files grow up to so many bytes.

    A limit of the process (RLIMIT_FSIZE) takes no privilege and ends as a full disk does: a write fails. The
    emulator writes its queues at once and its tables every five seconds, so it is the queues that feel it.
    """
    _, most = resource.prlimit(plant.storage_pid, resource.RLIMIT_FSIZE)
    resource.prlimit(plant.storage_pid, resource.RLIMIT_FSIZE, (room, most))


def test_a_full_disk_is_said_and_survived(planting: Planting) -> None:
    """While no message can be written, reading goes on and asking is refused as unavailable.

    Once there is room, the same question is answered, with the same reading, and nobody is told twice.
    """
    world = gifts_sage()
    plant = planting([world])
    plant.start()
    with plant.client() as client:
        merchant = Merchant(plant, world, client)
        merchant.enter()
        merchant.ask_pulls()
        merchant.rest(lambda: merchant.get(f"/cards/{CARD}")["status"] == "alert")
        before = merchant.get(f"/cards/{CARD}")["value"]
        told = len(plant.inbox())
        _leave_room(plant, 0)
        refused = client.post(f"{merchant.path}/evaluate")
        assert refused.elapsed.total_seconds() < LONGEST_REFUSAL
        assert httpx.codes.SERVICE_UNAVAILABLE == refused.status_code
        assert "application/problem+json" == refused.headers["content-type"]
        assert before == merchant.get(f"/cards/{CARD}")["value"]
        _leave_room(plant, resource.RLIM_INFINITY)
        merchant.ask_pulls()
        client.post(f"{merchant.path}/evaluate").raise_for_status()
        merchant.rest(lambda: merchant.get(f"/cards/{CARD}")["status"] == "alert")
        assert before == merchant.get(f"/cards/{CARD}")["value"]
        assert told == len(plant.inbox())
