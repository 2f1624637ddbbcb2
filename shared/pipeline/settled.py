"""Settled rows: worked out when somebody asks for them, then kept beside the reading that they belong to.

Nobody looks at most of them ever, and there are as many as orders.
"""

import asyncio

from shared.cards.card import Card
from shared.pipeline import as_of, reading
from shared.pipeline.services import Services
from shared.store.readings import SETTLED, Document, pages_of


async def settle(services: Services, card: Card, shown: Document) -> str:
    """Make sure that the settled rows of a reading are kept, and give the evaluation they are kept under.

    Gives "" where they stand among its rows, as older releases published them. Raises NotKept where they
    cannot be worked out any more.
    """
    readings = services.store.readings
    if not shown.get("workspace_version") or not shown["rows_of"]:
        return ""
    judged = await as_of.judged(services, card, shown)
    where = judged["workspace"], card.id, judged["evaluation"]
    if not await readings.has_rows(*where, SETTLED):
        judgement = await as_of.repeat(services, card, judged)
        if judgement is None:
            raise as_of.NotKept("the evaluation of these rows cannot be repeated")
        pages = await asyncio.to_thread(lambda: pages_of(reading.settled_rows(judgement)))
        await readings.keep_rows(*where, pages, SETTLED)
    return str(judged["evaluation"])
