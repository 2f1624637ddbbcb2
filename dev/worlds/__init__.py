"""Five merchants, each of which shows one worked example of a card."""

from collections.abc import Callable

from dev.worlds.distribution_bc import distribution_bc
from dev.worlds.gifts_sage import gifts_sage
from dev.worlds.machinery_dataverse import machinery_dataverse
from dev.worlds.supplements_d365 import supplements_d365
from dev.worlds.wholesale_sage import wholesale_sage
from dev.worlds.world import World

WORLDS: tuple[Callable[[], World], ...] = (
    supplements_d365,
    machinery_dataverse,
    gifts_sage,
    wholesale_sage,
    distribution_bc,
)
"""The builders, in the order of the cards that they show."""
