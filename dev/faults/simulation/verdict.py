"""What was promised, held against what happened: each promise that was not kept is one line."""

from dev.faults.simulation.checks import alerts, deeds, deliveries, exceptions, readings
from dev.faults.simulation.checks.endings import Ending
from dev.faults.simulation.ground import Ground
from shared.pipeline.services import Services


async def verdict(ground: Ground, services: Services) -> list[str]:
    """Give all that was promised and not kept."""
    ending = Ending(ground, services)
    found: list[str] = []
    for check in (readings, exceptions, deeds, alerts, deliveries):
        name = check.__name__.rpartition(".")[2]
        found += [f"{name}: {each}" async for each in check.broken(ending)]
    return found
