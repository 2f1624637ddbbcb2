"""What goes wrong is aimed, often enough, at where a promise is kept."""

from collections import Counter
from random import Random

import pytest

from dev.faults.simulation.armed import Armed
from dev.faults.simulation.strained import _aim
from dev.faults.simulation.wrong import KINDS, OUTSIDE, TABLES, Entry
from dev.faults.storage.operations import Operation

DRAWN = 400
OF_MESSAGES = ("twice", "undeleted", "delayed")
OF_WRITES = ("crash_before", "crash_after", "storage_busy", "storage_lost", "storage_again", "storage_unsent")


def _targets(kind: str) -> Counter[str]:
    dice = Random(1)  # noqa: S311 - drawn, not guarded
    return Counter(KINDS[kind].drawn(dice, 0.0).target for _ in range(DRAWN))


@pytest.mark.parametrize("kind", OF_MESSAGES)
def test_messages_to_people_are_struck_often(kind: str):
    """At least one in four of what befalls messages befalls one that tells people; others are left."""
    targets = _targets(kind)
    assert targets["notify"] >= DRAWN / 4
    assert targets[""] >= DRAWN / 10


@pytest.mark.parametrize("kind", OF_WRITES)
def test_writes_that_promise_are_struck_often(kind: str):
    """Each table that holds people's work or tells them is aimed at, crashes at what is sent, too."""
    targets = _targets(kind)
    aims = (*TABLES, OUTSIDE) if kind.startswith("crash") else TABLES
    assert targets.keys() == {"", *aims}
    assert min(targets.values()) >= DRAWN / 20


def test_an_aimed_entry_waits_for_its_own():
    """Others pass by uncounted; one that is aimed at nothing strikes whatever comes."""
    armed = Armed()
    aimed, any_of_all = Entry(0.0, "twice", "notify", nth=2), Entry(0.0, "twice", nth=3)
    armed.arm(aimed)
    armed.arm(any_of_all)
    met = [armed.met({"twice"}, queue) for queue in ("evaluate", "notify", "pull", "pull", "notify")]
    assert met == [[], [], [any_of_all], [], [aimed]]


@pytest.mark.parametrize(
    ("operation", "aim"),
    [
        (Operation("transaction", "alerts", "acme", "alert|sage"), "alerts"),
        (Operation("update", "alerts", "acme", "delivery|1"), "deliveries"),
        (Operation("transaction", "exceptions", "acme|sage", "case|1"), "exceptions"),
        (Operation("get", "alerts", "acme", "alert|sage"), ""),
        (Operation("create_table", "alerts"), ""),
    ],
)
def test_writes_are_aimed_at(operation: Operation, aim: str):
    """The outbox is told from the alerts that it lies among; what is only read is nobody's aim."""
    assert _aim(operation) == aim


@pytest.mark.parametrize("target", ["", "notify"])
def test_an_aim_can_be_read(target: str):
    """What an entry is aimed at stands in its line."""
    assert ("message of notify" in str(Entry(0.0, "twice", target))) is bool(target)
    assert ("write to alerts" in str(Entry(0.0, "crash_after", target and "alerts"))) is bool(target)
