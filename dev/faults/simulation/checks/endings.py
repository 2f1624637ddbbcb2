"""What a simulation has left behind, read once for all checks."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dev.faults.simulation.ground import Ground
from dev.faults.simulation.journal import Shown
from shared.pipeline.services import Services


@dataclass
class Ending:
    """How everything stands in the end."""

    ground: Ground
    services: Services
    last: dict[str, Shown] = field(default_factory=dict)
    """What each card shows."""
    open_cases: dict[str, AbstractSet[str]] = field(default_factory=dict)
    """Which cases each card finds open, older ones too, as it should."""

    @property
    def workspace(self) -> str:
        """Give the merchant's id."""
        return self.ground.workspace.id

    @property
    def cards(self) -> list[str]:
        """Give the cards that are on."""
        settings: Mapping[str, bool] = {
            card: each.enabled for card, each in self.ground.workspace.cards.items()
        }
        return [card for card, is_on in settings.items() if is_on]
