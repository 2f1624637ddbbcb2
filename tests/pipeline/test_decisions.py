"""What people decide counts from the next evaluation on, and no longer once they take it back."""

from typing import Any
from unittest import mock

import pytest

from shared.domain.decisions import Decision
from shared.domain.windows import text
from shared.pipeline import decisions
from tests.pipeline.bench import Bench
from tests.pipeline.vendors import customer, order


async def _judged(bench: Bench) -> tuple[int, list[dict[str, Any]]]:
    """Evaluate a minute later; give the headline and the rows' buyers."""
    bench.clock.advance(minutes=1)
    await bench.evaluate()
    rows = await bench.rows()
    return (await bench.reading())["value"], [row["match_value"] for row in rows]


async def test_a_kept_decision_is_honoured_until_it_is_reversed(bench: Bench) -> None:
    """An alias takes the buyer's row away at the next evaluation, and reversing it brings the row back."""
    bench.orders.knows(order(1), order(2))
    bench.customers.knows(customer(7))
    await bench.round()
    before = await _judged(bench)
    assert before[0] == 2
    alias = Decision(
        id="D1",
        kind="alias",
        identity=f"email:{order(1).email}",
        connection="ledger",
        company=customer(7).company,
        number=customer(7).number,
        decided_at=text(bench.clock.now),
        decided_by="ana",
    )
    await bench.store.decisions.add("shop", alias)
    assert (1, [order(2).email]) == await _judged(bench)
    await bench.store.decisions.reverse("shop", "D1", text(bench.clock.now), "bo")
    assert before == await _judged(bench)


@pytest.mark.parametrize("does", ["take", "reverse"])
async def test_nothing_is_decided_that_the_log_does_not_tell(empty_bench: Bench, does: str) -> None:
    """Where the log cannot be written, the decision is neither taken nor taken back."""
    bench = empty_bench
    workspace = await bench.workspace()
    bench.customers.knows(customer(7))
    await bench.pull("customers")
    wanted = decisions.Wanted(
        kind="alias",
        record=("ledger", "", customer(7).number),
        why="the same firm",
        identity=f"email:{order(1).email}",
    )
    taken = None
    if does == "reverse":
        taken, _ = await decisions.decide(bench.services, workspace, None, "ana", wanted)
    with mock.patch.object(bench.store.audit, "add", side_effect=OSError):
        doing = (
            decisions.decide(bench.services, workspace, None, "ana", wanted)
            if taken is None
            else decisions.reverse(bench.services, workspace, taken, "ana")
        )
        with pytest.raises(OSError):  # noqa: PT011 - the one above
            await doing
    assert list(await bench.store.decisions.of("shop")) == ([] if taken is None else [taken])
