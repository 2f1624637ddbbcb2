"""What a card said at a past instant, worked out again from the records of then (docs/adr/0011).

A reading names the document and the runs that it was evaluated with. For an instant at which it stood, that
very evaluation is repeated; for one after it had last been found so, the records that were visible then are
judged with what is known of their freshness.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.cards.card import Card, Judgement
from shared.domain.snapshot import Snapshot
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import history, reading
from shared.pipeline.judging import judge, without_asking
from shared.pipeline.past_inputs import as_told, later
from shared.pipeline.services import Services
from shared.pipeline.snapshots import snapshot_of
from shared.store.readings import Document, pages_of
from shared.store.segments import NOT_READ, SegmentsGone

_REACHES = (timedelta(hours=2), timedelta(hours=26), timedelta(days=3_660))


class NotKept(Exception):
    """What is asked for was there, and is not kept any more."""


class NotYet(Exception):
    """What is asked for is from before the first reading."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A reading that was worked out again, with its judgement: a held one has that of the value it keeps."""

    reading: Document
    rows: Sequence[Document]
    """The open rows that it showed."""
    judgement: Judgement | None


async def recompute(services: Services, workspace: Workspace, card: Card, moment: datetime) -> Recomputed:
    """Give what a card said at an instant; raises NotYet and NotKept."""
    now = services.clock()
    moment = moment.replace(microsecond=0)
    if moment < workspace.now(now) - timedelta(days=workspace.retention.records):
        raise NotKept(f"records are kept for {workspace.retention.records} days")
    try:
        found = await _at(services, card, await _standing(services, workspace.id, card, moment), moment)
    except SegmentsGone as error:
        raise NotKept(str(error)) from None
    asked = {"is_recomputed": True, "asked_for": text(moment), "evaluated_at": text(now)}
    took = round((services.clock() - now).total_seconds(), 1)
    return replace(found, reading=found.reading | asked | {"took_seconds": took})


async def judged(services: Services, card: Card, shown: Document) -> Document:
    """Give the reading that was judged when the rows of this one were found: itself, unless it is held."""
    names = shown["workspace"], card.id
    found: Document | None
    if shown["status"] in history.JUDGED:
        found = await services.store.readings.at(*names, shown["evaluation"])
    else:
        moment = datetime.fromisoformat(shown["value_as_of"])
        found = await _standing(services, shown["workspace"], card, moment)
    if found is None or found["status"] not in history.JUDGED:
        raise NotKept("the reading that these rows were found for is not kept any more")
    return found


async def repeat(services: Services, card: Card, standing: Document) -> Judgement | None:
    """Judge once more what a reading was published from; raises NotKept."""
    try:
        return (await _at(services, card, standing, datetime.fromisoformat(standing["as_of"]))).judgement
    except SegmentsGone as error:
        raise NotKept(str(error)) from None


async def _standing(services: Services, workspace: str, card: Card, moment: datetime) -> Document:
    """Give the reading that stood at an instant, as it was published, with how it was found last."""
    readings = services.store.readings
    for reach in _REACHES:
        points = await readings.between(workspace, card.id, moment - reach, moment)
        if points:
            found = await readings.at(workspace, card.id, points[-1]["evaluation"])
            if found is None:
                raise NotKept("the reading of then is not kept any more")
            mark = (await readings.standing(workspace)).shown(found)
            return {"stood": {name: mark[name] for name in reading.ASKED if name in mark}} | found
    raise NotYet(f"the first reading of this card is from after {text(moment)}")


async def _at(services: Services, card: Card, standing: Document, moment: datetime) -> Recomputed:
    """Repeat the evaluation that a reading is of, or judge what was visible at an instant after it stood."""
    last = standing.get("stood", standing)
    is_after = moment > datetime.fromisoformat(last["as_of"])
    as_of = moment if is_after else datetime.fromisoformat(standing["as_of"])
    workspace = await _document_of(services, standing)
    told = last if is_after else standing
    # All of them: a card looks into what its siblings need, to name their rows about the same customer.
    inputs = as_told(workspace, [*told["inputs"], *told.get("other_inputs", ())], as_of)
    if is_after:
        inputs = [(job, await later(services, job, each, as_of)) for job, each in inputs]
    snapshot = Snapshot(workspace, as_of, {}, tuple(each for _, each in inputs))
    answer = without_asking(card, snapshot)
    if answer is None:
        snapshot = await snapshot_of(services, workspace, inputs, as_of)
        answer = await asyncio.to_thread(judge, card, snapshot, lets_through=NOT_READ)
    kept = None if answer.judgement else await _before_held(services, card, standing, last)
    shown = reading.document(card, snapshot, answer, kept.reading if kept else None, as_of)
    shown["workspace_version"] = standing["workspace_version"]
    if answer.judgement is None:
        if answer.status != "held" or kept is None:
            return Recomputed(shown, (), None)
        return replace(kept, reading=shown | {"value_as_of": last["value_as_of"]})
    rows = reading.open_rows(answer.judgement)
    shown["rows_digest"] = (await asyncio.to_thread(pages_of, rows)).digest
    shown["comparison"] = await history.comparison(services.store.readings, workspace, card, shown)
    return Recomputed(shown, rows, answer.judgement)


async def _before_held(
    services: Services, card: Card, standing: Document, last: Document
) -> Recomputed | None:
    """Give the last answer before a card was held; None where there was none."""
    if not last.get("value_as_of"):
        return None
    moment = datetime.fromisoformat(last["value_as_of"])
    before = await _standing(services, standing["workspace"], card, moment)
    if before["status"] in history.JUDGED:
        return await _at(services, card, before, moment)
    # Under a pinned clock the held reading has the name of the one that was judged, and has replaced it.
    where = standing["workspace"], card.id, standing["rows_of"]
    return Recomputed(standing, await services.store.readings.rows(*where), None)


async def _document_of(services: Services, standing: Document) -> Workspace:
    """Give the workspace's document as a reading was evaluated with it."""
    version = standing.get("workspace_version", "")
    found = await services.store.workspaces.version(standing["workspace"], version) if version else None
    if found is None:
        raise NotKept("the settings of then are not kept, or cannot be read by this release")
    return found
