"""Records that are sent to us: taken in all at once or not at all, and once however often they come."""

import asyncio
import hashlib
from dataclasses import dataclass, replace
from typing import Any

from shared.errors import TieoutError
from shared.pipeline import log
from shared.pipeline.claims import CLAIM, begin_run, let_go
from shared.pipeline.jobs import Job
from shared.pipeline.pull import end_round
from shared.pipeline.runs import commit, keep
from shared.pipeline.services import Services
from shared.sources.push import Sent, Wrong, read
from shared.sources.source import Form, Page
from shared.store.checkpoints import Checkpoint
from shared.store.receipts import KEPT, Receipt
from shared.store.tables import Conflict

MOST_ERRORS = 100
"""How many refused rows an answer names; all are counted."""

Document = dict[str, Any]


class Refused(TieoutError):
    """An upload that is not taken as things stand; nothing of it is kept."""

    def __init__(self, message: str, wrong: tuple[Wrong, ...] = ()) -> None:
        super().__init__(message)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Upload:
    """What a caller sent."""

    body: bytes
    kind: str
    """`csv` or `ndjson`."""
    is_replacement: bool = False
    """It is all that there is: what it does not hold goes."""
    caller_key: str = ""
    """The caller's own name for this upload, for the case that it sends it again."""

    @property
    def digest(self) -> str:
        """Give the hash of what was sent, and how it was meant."""
        meant = f"{self.kind} {self.is_replacement} ".encode()
        return hashlib.sha256(meant + self.body).hexdigest()


async def receive(services: Services, job: Job, form: Form, upload: Upload) -> Document:
    """Take in an upload; give what became of it.

    Rows are known by their ids: a later one replaces an earlier one. A row that cannot be read is quarantined
    and costs no other one. Raises Unreadable, TooManyRows and Refused; then nothing has changed.
    """
    if (known := await _known(services, job, upload)) is not None:
        return known
    sent = await asyncio.to_thread(read, form, upload.body, upload.kind)
    if sent.wrong and not sent.ids:
        raise Refused("no row can be read", sent.wrong)
    claimed = await _claim(services, job, upload)
    try:
        return await _take_in(services, job, claimed, sent, upload)
    except Conflict:
        raise Refused("another upload to this connection was quicker; send yours again") from None
    except BaseException:
        await let_go(services, job, claimed)
        raise


async def _known(services: Services, job: Job, upload: Upload) -> Document | None:
    """Give the answer to an upload that came before: by its caller's key, or as the last one of all."""
    store, now = services.store, services.clock()
    if upload.caller_key:
        receipt = await store.receipts.get(job.name, upload.caller_key)
        if receipt is not None and now - receipt.received_at <= KEPT:
            if receipt.digest != upload.digest:
                raise Refused("this Idempotency-Key was sent with other contents")
            return receipt.answer | {"is_repeat": True}
    last = await store.receipts.get(job.name)
    if last is None or last.digest != upload.digest:
        return None
    checkpoint = await store.checkpoints.load(job.name)
    if checkpoint.settings != job.settings:
        return None
    # Nothing is new, and that is news too: the stream is as fresh as this upload.
    moment = job.workspace.now(now).replace(microsecond=0)
    await store.checkpoints.change(job.name, last_success_at=moment, complete_until=moment)
    return last.answer | {"is_repeat": True}


async def _claim(services: Services, job: Job, upload: Upload) -> Checkpoint:
    """Take the stream and begin a run, in place of one that an interrupted upload left."""
    now = services.clock()
    checkpoint = await services.store.checkpoints.load(job.name)
    if checkpoint.claimed_until is not None and checkpoint.claimed_until > now:
        raise Refused("another upload to this connection is being taken in; send yours again")
    if checkpoint.settings not in {"", job.settings} and not upload.is_replacement:
        raise Refused("what is stored was read by another release: send all of it, with replace=true")
    begun = begin_run(job, checkpoint, now)
    begun = replace(
        begun,
        run_since=None if upload.is_replacement else begun.run_until,
        claims=begun.claims + 1,
        claimed_until=now + CLAIM,
    )
    try:
        return await services.store.checkpoints.save(job.workspace.id, begun)
    except Conflict:
        raise Refused("another upload to this connection was quicker; send yours again") from None


async def _take_in(services: Services, job: Job, claimed: Checkpoint, sent: Sent, upload: Upload) -> Document:
    store, stream = services.store, job.stream.name
    before = await _ids(services, job)
    bad = tuple(each.as_bad(stream) for each in sent.wrong)
    await store.bad_records.release_beginning(job.name, "line ")
    kept = await keep(services, job, claimed, Page(sent.records, bad=bad), calls=0)
    now_there = {each.id for each in sent.records}
    removed = before - now_there if upload.is_replacement else set()
    await commit(services, job, kept, stored=len((before - removed) | now_there))
    answer: Document = {
        "workspace": job.workspace.id,
        "connection": job.connection.name,
        "stream": stream,
        "run": claimed.run,
        "accepted": len(sent.ids),
        "replaced": len(before.intersection(sent.ids)),
        "removed": len(removed),
        "refused": len(sent.wrong),
        "errors": [_shown(each) for each in sent.wrong[:MOST_ERRORS]],
        "is_repeat": False,
    }
    receipt = Receipt(upload.digest, answer, services.clock())
    await store.receipts.put(job.name, receipt, upload.caller_key)
    counts = {name: answer[name] for name in ("accepted", "replaced", "removed", "refused")}
    log.step("push", **job.message, run=claimed.run, **counts)
    await end_round(services, job.workspace)
    return answer


async def _ids(services: Services, job: Job) -> set[str]:
    """Give the ids of all records that are stored now."""
    found: set[str] = set()
    runs = await services.store.segments.runs(job.name)
    async for keys, deleted in services.store.segments.keys(job.name, runs):
        found.difference_update(deleted)
        found.update(keys["id"])
    return found


def _shown(wrong: Wrong) -> Document:
    return {"line": wrong.line, "id": wrong.record_id, "fields": list(wrong.fields), "why": wrong.why}
