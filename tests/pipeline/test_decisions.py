"""What people decide counts from the next evaluation on, and no longer once they take it back."""

from typing import Any

from shared.domain.decisions import Decision
from shared.domain.windows import text
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
