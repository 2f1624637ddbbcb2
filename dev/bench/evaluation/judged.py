"""Judging alone, from stored columns to reasons: what the other engines do, in a process of its own.

python -m dev.bench.evaluation.judged CONNECTION_STRING PREFIX

The cards of absent customers and of the revenue gap look at everything at once, as the engines do. What the
store is read for is not timed, before or on the way: the engines' files are local, too. Beside it stands
what a whole judgement takes, with what no engine here does: whom the absent are like, the details of each
case, and its row.
"""

import asyncio
import json
import sys
from collections import Counter
from typing import Any

from dev.bench.evaluation.merchant import AS_OF, DAYS, workspace
from dev.bench.evaluation.stages import Spent
from dev.bench.megabytes import megabytes
from shared.cards import dynamics_365, ecom_customers_absent_from_d365, revenue_gap_detailed_breakdown
from shared.cards.card import Card
from shared.cards.customers import parted_by
from shared.domain.arrays import np
from shared.domain.gap.cases import has_no_documents
from shared.domain.gap.ledger import sorted_cases
from shared.domain.gap.reasons import reason_for
from shared.domain.snapshot import Snapshot
from shared.domain.windows import Window, rolling
from shared.domain.workspace import CardSettings
from shared.pipeline.collector import collector_at_rest
from shared.pipeline.freshness import inputs_of
from shared.pipeline.services import Services
from shared.pipeline.snapshots import snapshot_of
from shared.store.account import StorageAccount
from shared.store.store import Store, open_store

ABSENT, GAP = ecom_customers_absent_from_d365.CARD, revenue_gap_detailed_breakdown.CARD
_EVERYTHING = {"window_days": DAYS + 1, "older_days": 0}
REASONS, ROWS = "to reasons", "to rows"
Asked = tuple[Snapshot, Window, CardSettings]


def absent(asked: Asked, spent: Spent) -> dict[str, int]:
    """Say why each buyer is absent whom the customer master does not know."""
    snapshot, window, settings = asked
    with spent.on(REASONS):
        found = parted_by(snapshot, window, settings, dynamics_365.master(snapshot))
        return dict(Counter(case.match.outcome for case in found.cases))


def gap(asked: Asked, spent: Spent) -> dict[str, int]:
    """Say of each order whether it is settled, and why not."""
    snapshot, window, settings = asked
    with spent.on(REASONS):
        found = sorted_cases(snapshot, [window], settings.tolerance_minor_units)
        books = found.join.books(found.open)
        for case in found.open:
            if has_no_documents(case):
                books.master_match(case)
    books.fetch(found.open)
    with spent.on(REASONS):
        reasons = Counter(reason_for(case, books)[0].code for case in found.open)
        return {"matched": found.plain.count + len(found.settled), **reasons}


async def measure(store: Store) -> dict[str, Any]:
    """Judge both cards twice, to their reasons and to their rows; give what it took and what came out."""
    whole = workspace()
    cards = (ABSENT, GAP)
    whole = whole.model_copy(
        update={"cards": {each.id: whole.card(each.id).model_copy(update=_EVERYTHING) for each in cards}}
    )
    checkpoints = await store.checkpoints.of(whole.id)
    services = Services(store, clock=lambda: AS_OF)
    snapshot = await snapshot_of(services, whole, inputs_of(whole, checkpoints, AS_OF), AS_OF)

    def asked(card: Card) -> Asked:
        settings = whole.card(card.id)
        return snapshot, rolling(whole, AS_OF, card.window_days_in(settings)), settings

    def judge(card: Card) -> int:
        with spent.on(ROWS):
            return len(card.judge(*asked(card)).rows)

    reasons, rows, spent = {}, {}, Spent()
    np.empty(0)  # loaded now: the engines are not timed while they are loaded, either
    with collector_at_rest():
        for card, why in ((ABSENT, absent), (GAP, gap)):
            reasons[card.id] = await asyncio.to_thread(why, asked(card), spent)
            snapshot.forget()
        peak = megabytes("VmHWM")
        for card in cards:
            rows[card.id] = await asyncio.to_thread(judge, card)
            snapshot.forget()
    return {
        "engine": "tieout",
        "seconds": spent.seconds[REASONS],
        "cpu_seconds": spent.cpu_seconds[REASONS],
        "peak_megabytes": peak,
        "to_rows": {"seconds": spent.seconds[ROWS], "cpu_seconds": spent.cpu_seconds[ROWS]},
        "reasons": reasons,
        "rows": rows,
    }


async def _main(connection_string: str, prefix: str) -> None:
    async with open_store(StorageAccount(connection_string=connection_string, prefix=prefix)) as store:
        print(json.dumps(await measure(store)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2]))
