"""What all parts of a simulation share: the schedule, the dice, the vendors, the storage and the journal."""

from collections.abc import Callable
from random import Random

from dev.faults.simulation import clock, world
from dev.faults.simulation.armed import Armed
from dev.faults.simulation.journal import Journal
from dev.faults.simulation.merchant import workspace
from dev.faults.simulation.schedule import Schedule
from dev.faults.simulation.trace import Trace
from dev.faults.storage.account import Account
from dev.faults.storage.limits import PAGE

_STORAGE_SECONDS, _CALL_SECONDS = 0.02, 0.4
_TARRYING_SECONDS, _READS_TARRY = 4.0, 0.1


class Ground:
    """What a simulation stands on."""

    def __init__(self, schedule: Schedule, *, is_trace_kept: bool = False) -> None:
        self.schedule = schedule
        self.dice = Random(f"steps {schedule.seed}")
        self.trace = Trace(is_kept=is_trace_kept)
        self.journal = Journal()
        self.armed = Armed()
        self.accounts = world.beginning()
        self.storage = Account(lambda: clock.instant(clock.seconds()), draw=self.dice, page=self._page)
        self.workspace = workspace(
            page_size=schedule.page_size, has_documents=schedule.has_documents, threshold=schedule.threshold
        )
        self.tarrying = schedule.tarrying
        self.out_until: dict[str, float] = {}
        """Until when a vendor cannot be reached."""
        self._wake: Callable[[], None] = _nothing

    def on_notice(self, wake: Callable[[], None]) -> None:
        """Say who is told that a message was sent."""
        self._wake = wake

    def noticed(self) -> None:
        """Tell the host that there may be a message."""
        self._wake()

    def storage_seconds(self, *, is_write: bool) -> float:
        """Draw how long an operation on storage takes; one that tarries is most often a write."""
        tarries = self.dice.random() < (self.tarrying if is_write else self.tarrying * _READS_TARRY)
        return self.dice.random() * (_TARRYING_SECONDS if tarries else _STORAGE_SECONDS)

    def call_seconds(self) -> float:
        """Draw how long half of a call takes."""
        return self.dice.random() * _CALL_SECONDS

    def _page(self) -> int:
        if self.armed.met({"empty_pages"}):
            return 0
        return 1 if self.armed.met({"small_pages"}) else PAGE


def _nothing() -> None:
    """Nobody is told."""
