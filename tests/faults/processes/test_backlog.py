"""A queue that has grown is drained by several hosts, in level memory, and nothing goes out twice."""

from collections import Counter

from dev.load.backlog import drained, growth, pile_up
from dev.load.merchant import Merchant
from dev.worlds.gifts_sage import gifts_sage
from tests.faults.processes.conftest import Planting

MESSAGES = 1_000
MOST_GROWTH = 25.0
"""Megabytes; what a host holds does not grow with the queue."""


def test_two_hosts_drain_a_grown_queue(planting: Planting) -> None:
    """Each delivery is asked for hundreds of times, by two hosts at once, and arrives once."""
    world = gifts_sage()
    plant = planting([world])
    first = plant.start({"AzureWebJobs.notify.Disabled": "true"})
    with plant.client() as client:
        merchant = Merchant(plant, world, client)
        merchant.enter()
        merchant.ask_pulls()
        merchant.until(lambda: merchant.get("/deliveries")["total"] == 5)
        count = pile_up(merchant, MESSAGES)
        plant.stop(first)
        for _ in range(2):
            plant.start({"SHORTENED_BUSY_SECONDS": "12"})
        samples = list(drained(plant, merchant, seconds=300))
        states = {each["state"] for each in merchant.get("/deliveries")["deliveries"]}
    arrived = Counter(f"{each['channel']} {each['to']} {each['title']}" for each in plant.inbox())
    assert samples[0].waiting > MESSAGES / 2
    assert {"sent"} == states
    assert {1: count} == Counter(arrived.values())
    assert growth(samples) < MOST_GROWTH
