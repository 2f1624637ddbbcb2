"""How fresh streams were at a past instant: as a reading tells of them, and as runs tell after it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.snapshot import Input
from shared.domain.workspace import Workspace
from shared.pipeline.freshness import input_of, inputs_of
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.store.checkpoints import Checkpoint


def as_told(
    workspace: Workspace, told: Sequence[Mapping[str, Any]], as_of: datetime
) -> list[tuple[Job, Input]]:
    """Give the streams of a workspace as a reading tells of them."""
    known = {(each["connection"], each["stream"]): each for each in told}
    return [
        (job, _as_read(each, known.get((each.connection, each.stream))))
        for job, each in inputs_of(workspace, {}, as_of)
    ]


def _as_read(each: Input, known: Mapping[str, Any] | None) -> Input:
    """Give an input as a reading tells of it."""
    if known is None:
        return each
    return replace(
        each,
        last_success_at=_instant(known["last_success_at"]),
        complete_until=_instant(known["complete_until"]),
        records=known["records"],
        bad_records=known["bad_records"],
        problem=known["problem"],
        is_awaited=known["is_awaited"],
        run=known.get("run", ""),
    )


async def later(services: Services, job: Job, known: Input, moment: datetime) -> Input:
    """Give an input as it was some time after it was told of: what was committed since makes it fresh."""
    runs = await services.store.segments.runs(job.name, moment)
    # What was folded is named by the last pull in it, and brought nothing of its own.
    newer = [run for run in runs if _pull(run.run) > _pull(known.run)]
    success, until, records = known.last_success_at, known.complete_until, known.records
    if newer:
        success = max(run.until if run.is_distinct else run.committed_at for run in newer)
        until = max(run.until for run in newer)
        records = newer[-1].records
    now = input_of(
        job,
        Checkpoint(
            connection=known.connection,
            stream=known.stream,
            last_success_at=success,
            complete_until=until,
            records=records,
            bad_records=known.bad_records,
            settings=job.settings,
        ),
        moment,
    )
    problem = now.problem if newer else known.problem or now.problem
    return replace(now, problem=problem, is_awaited=known.is_awaited and not newer)


def _pull(run: str) -> str:
    return run.partition("~")[0]


def _instant(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)
