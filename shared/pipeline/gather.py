"""Small pages joined to what one segment holds.

A write to the store costs as much for ten records as for a thousand, and so does reading them.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace

from shared.errors import RetryLater
from shared.sources.source import Page
from shared.store.segments import RECORDS

MOST_COMPARED = 10 * RECORDS
"""So many records are held at most where they are only compared with what is stored."""
LONGEST_SECONDS = 10.0
"""How long pages are held at most: so much reading is lost with a process that dies."""


async def gathered(
    pages: AsyncIterator[Page],
    deadline: float,
    clock: Callable[[], float] = time.monotonic,
    most: int = RECORDS,
) -> AsyncIterator[Page]:
    """Give the same records in the same order, in fewer pages, each with the cursor behind it.

    At most `most` records are held, and from `deadline` on none. What is held when the vendor asks to wait is
    given first.
    """
    held: Page | None = None
    began = 0.0
    try:
        async with aclosing(pages) as given:  # type: ignore[type-var]
            async for page in given:
                if held is not None and not _may_join(held, page, most):
                    yield held
                    held = None
                if held is None:
                    held, began = page, clock()
                else:
                    held = _joined(held, page)
                if not page.cursor or clock() >= min(deadline, began + LONGEST_SECONDS):
                    yield held
                    held = None
    except RetryLater:
        if held is not None:
            yield held
        raise


def _may_join(held: Page, page: Page, most: int) -> bool:
    """Say whether a page fits behind; of what is stored together, deletions always come first."""
    is_small = len(held.records) + len(page.records) <= most
    return is_small and not (page.deleted and held.records)


def _joined(held: Page, page: Page) -> Page:
    return replace(
        page,
        records=held.records + page.records,
        bad=held.bad + page.bad,
        deleted=held.deleted + page.deleted,
        pages=held.pages + page.pages,
    )
