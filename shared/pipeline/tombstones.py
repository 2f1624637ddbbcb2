"""Who was erased stays so: what a vendor still holds of them is masked on its way in."""

from dataclasses import replace

from shared.domain.erasure import Mask, linked
from shared.domain.records import Record
from shared.domain.snapshot import columns_of
from shared.pipeline.jobs import Job
from shared.pipeline.services import Services
from shared.sources.source import Page


async def masked(services: Services, job: Job, page: Page) -> Page:
    """Give a page as it may be stored: an erased person's records are masked, unless they changed since."""
    if not page.records:
        return page
    masks = [each.mask for each in await services.store.erasures.of(job.workspace.id)]
    if not masks:
        return page
    return replace(page, records=tuple(_masked(job, each, masks) for each in page.records))


async def is_erasing(services: Services, workspace_id: str) -> bool:
    """Say whether an erasure of the workspace has not come to its end.

    Until then nothing that is stored may be written to another place, where it would be missed.
    """
    return any(each.traces is not None for each in await services.store.erasures.of(workspace_id))


def _masked(job: Job, record: Record, masks: list[Mask]) -> Record:
    for mask in masks:
        columns = columns_of([record], [*type(record).__dataclass_fields__])
        marks = linked(columns, 0, job.connection.name, job.stream.name)
        if mask.knows(marks) and not mask.is_anew(columns, 0):
            record = replace(record, **mask.changes(columns, 0))
    return record
