"""Publishing: a reading is written when it differs from the one that stands (docs/adr/0011).

Otherwise it is noted that the one before still stands, as of when, and how fresh its inputs were then.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.cards.card import Card
from shared.domain.snapshot import Snapshot
from shared.pipeline import history, reading
from shared.pipeline.asking import check_turn
from shared.pipeline.services import Services
from shared.store.checkpoints import Evaluations
from shared.store.readings import Document, Mark, Pages, Standing, pages_of


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of a workspace, while its cards are published one after another."""

    evaluated_at: datetime
    workspace_version: str
    """Names the workspace's document as it was then."""
    before: Standing
    """How the evaluation before found the readings."""
    lease: Evaluations
    """Its place among the workspace's evaluations."""
    marks: dict[str, Mark] = field(default_factory=dict)
    """How this one finds them."""
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Give how long it has taken so far."""
        return round(time.monotonic() - self.began, 3)

    @property
    def standing(self) -> Standing:
        """Give how the readings stand after it; a card that it did not judge stands as before."""
        return Standing({**self.before.marks, **self.marks}, self.before.etag)


@dataclass(frozen=True, slots=True)
class Published:
    """What an evaluation found, and as what it is shown."""

    found: Document
    """The reading under this evaluation's own name."""
    shown: Document
    """The reading that stands, which may be of an earlier evaluation."""
    rows: Sequence[Document]
    """The open rows."""
    is_new: bool


async def publish(
    services: Services, card: Card, snapshot: Snapshot, answer: reading.Answer, evaluation: Evaluation
) -> Published:
    """Publish what a card answered, unless that is what it said before; raises Overtaken."""
    readings = services.store.readings
    stored, _ = await asyncio.gather(
        readings.stored(snapshot.workspace.id, card.id),
        check_turn(services, snapshot.workspace.id, evaluation.lease),
    )
    previous = None if stored is None else evaluation.before.shown(stored)
    found = reading.document(card, snapshot, answer, previous, evaluation.evaluated_at)
    found["workspace_version"] = evaluation.workspace_version
    rows: list[Document] = []
    if answer.judgement is not None:
        rows = reading.open_rows(answer.judgement)
        pages = await asyncio.to_thread(pages_of, rows)
        found["comparison"] = await history.comparison(readings, snapshot.workspace, card, found)
        found |= await _kept(services, found, stored, pages)
    found["took_seconds"] = round((services.clock() - evaluation.evaluated_at).total_seconds(), 1)
    is_new = stored is None or reading.content(found) != reading.content(stored)
    names = {"evaluation": found["evaluation"], "published_at": found["evaluated_at"]}
    if is_new:
        await _replace(services, stored, previous, found | names)
    elif stored is not None:
        names = {name: stored[name] for name in names}
    asked = {name: found[name] for name in reading.ASKED}
    evaluation.marks[card.id] = Mark(
        names["evaluation"], names["published_at"], asked, found["status"], found["rows_digest"] or ""
    )
    return Published(found, found | names, rows, is_new)


async def _kept(
    services: Services, found: Document, stored: Mapping[str, Any] | None, pages: Pages
) -> Document:
    """Keep rows that differ from those of the reading before; give where they are."""
    if stored is not None and stored.get("rows_of") and stored.get("rows_digest") == pages.digest:
        return {"rows_of": stored["rows_of"], "rows_digest": pages.digest}
    where = found["workspace"], found["card"], found["evaluation"]
    await services.store.readings.keep_rows(*where, pages)
    return {"rows_of": found["evaluation"], "rows_digest": pages.digest}


async def _replace(
    services: Services, stored: Document | None, previous: Document | None, found: Document
) -> None:
    """Publish a reading; the one that it replaces is told until when it stood."""
    readings = services.store.readings
    if stored is not None and previous is not None and stored["evaluation"] != found["evaluation"]:
        await readings.close(stored, {name: previous.get(name) for name in reading.ASKED})
    await readings.publish(found, None)
