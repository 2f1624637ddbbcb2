"""What a reading may say: all that its evaluation may have known, and nothing else."""

from datetime import datetime, timedelta

from dev.faults.simulation.clock import START
from dev.faults.simulation.ground import Ground
from dev.faults.simulation.schedule import drawn
from dev.faults.simulation.truth import Truth
from shared.domain.decisions import Decision
from shared.domain.windows import text

AS_OF = START + timedelta(minutes=30)


def _decision(name: str, decided_at: datetime, reversed_at: datetime | None = None) -> Decision:
    return Decision(
        id=name,
        kind="alias",
        identity=f"email:{name}@example.com",
        connection="ledger",
        company="",
        number="C40",
        decided_at=text(decided_at),
        decided_by="person 1",
        reversed_at="" if reversed_at is None else text(reversed_at),
    )


def test_what_was_decided_about_its_instant_a_reading_may_miss() -> None:
    """Each decision and each taking back may have been written behind its look, and nothing else was."""
    long_ago, just_now = AS_OF - timedelta(minutes=20), AS_OF - timedelta(seconds=1)
    decisions = (
        _decision("old", long_ago),
        _decision("first", just_now),
        _decision("second", just_now),
        _decision("undone", long_ago, just_now),
    )
    possible = {
        frozenset((each.id, bool(each.reversed_at)) for each in known)
        for known in Truth(Ground(drawn(0)), decisions)._decided(AS_OF, is_final=False)
    }
    assert len(possible) == 8
    assert all({"old", "undone"} <= {name for name, _ in each} for each in possible)
    assert {("undone", True), ("undone", False)} == {
        each for known in possible for each in known if each[0] == "undone"
    }


def test_in_the_end_a_reading_knows_every_decision() -> None:
    """However late it was taken."""
    decisions = (_decision("first", AS_OF),)
    truth = Truth(Ground(drawn(0)), decisions)
    assert list(truth._decided(AS_OF, is_final=True)) == [decisions]
