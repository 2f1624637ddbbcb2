"""One person's data: given as they stand, and erased so that no pull brings them back (docs/privacy.md).

An erasure first leaves its tombstone: from then on each page that comes in is masked by it. Then all that is
stored is masked, step by step; each step may come twice. It is gone through once more after an hour, for what
was under way elsewhere.
"""

from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any
from uuid import uuid4

from shared.domain.erasure import Columns, Finder, Kind, Mask, Traces, linked
from shared.domain.windows import text
from shared.domain.workspace import Workspace
from shared.pipeline import log
from shared.pipeline.asking import request_evaluation
from shared.pipeline.audit import Note, note
from shared.pipeline.persons import traces_of
from shared.pipeline.services import Services
from shared.store.erasures import Erasure, is_head, repacked, shown, text_of
from shared.store.queues import ERASE
from shared.store.tables import Conflict

AGAIN_AFTER = timedelta(hours=1)
"""What was under way elsewhere when an erasure began has come to its end by then."""
WAIT = 15.0
"""Seconds after which a workspace that is busy is looked at again."""
LEASE = timedelta(minutes=30)
UNDER_WAY, AGAIN, DONE = "under_way", "again", "done"

Document = dict[str, Any]


async def export(services: Services, workspace: Workspace, kind: Kind, value: str, who: str) -> Document:
    """Give all that is stored about a person, and where it stands; that it was given is noted."""
    erasures = services.store.erasures
    traces = await traces_of(services, workspace, kind, value)
    records: list[Document] = []
    async for connection, stream, row, columns in erasures.segments(workspace.id):
        ids = [
            at for at, each in enumerate(columns["id"]) if f"{connection}|{stream}|{each}" in traces.records
        ]
        if ids:
            whole = await erasures.columns(workspace.id, connection, stream, row)
            named = {"connection": connection, "stream": stream, "run": row.split("|")[1]}
            records += [named | {"record": _record(whole, at)} for at in ids]
    found: dict[str, list[Any]] = {}
    for step, name in enumerate(erasures.steps):
        finder = Finder(traces)
        async for _, entity, document in erasures.documents(workspace.id, step):
            if finder.may_name(text_of(entity, document)):
                is_whole = name in _WHOLE
                columns = shown(entity, document if is_whole else None)
                parts = [*finder.parts(columns), *(() if is_whole else finder.parts(document))]
                if is_whole and finder.parts(document):
                    parts = [columns]
                found.setdefault(name, []).extend(parts)
                if name == "rows":
                    traces.cases |= {str(each["id"]) for each in parts if "id" in each}
    what = Note("person", "", "export", after=f"{len(records)} records")
    await note(services, workspace.id, who, what)
    settings = Finder(traces).parts(workspace.model_dump(mode="json"))
    return {"workspace": workspace.id, "records": records, **found, "settings": settings}


def _record(columns: Columns, at: int) -> Document:
    return {name: column[at] for name, column in columns.items() if not name.startswith("=")}


async def erase(services: Services, workspace: Workspace, kind: Kind, value: str, who: str) -> Erasure:
    """Begin to erase a person: leave the tombstone, note it, and ask for the rest; give the erasure.

    What is told of it names nobody.
    """
    traces = await traces_of(services, workspace, kind, value)
    # A second later than now: what changed within this very second is not told from what changed before it.
    moment = text(services.clock() + timedelta(seconds=1))
    empty = Mask(token_hex(32), moment, frozenset())
    mask = replace(empty, known=frozenset(map(empty.hashed, traces.marks)))
    named = Erasure(id=uuid4().hex, mask=mask, state=UNDER_WAY, traces=traces)
    begun = await services.store.erasures.save(workspace.id, named)
    what = Note("person", begun.id, "erase", after=f"{len(traces.records)} records")
    await note(services, workspace.id, who, what)
    await _ask(services, workspace.id, begun.id)
    log.step("erase", workspace=workspace.id, erasure=begun.id, records=len(traces.records))
    return begun


async def go_on(services: Services, workspace_id: str, erasure_id: str) -> None:
    """Go on with an erasure from where it stands; later, where the workspace is busy."""
    found = await services.store.workspaces.get(workspace_id)
    erasure = await services.store.erasures.get(workspace_id, erasure_id)
    if found is None or erasure is None or erasure.traces is None:
        log.problem("erase", workspace=workspace_id, erasure=erasure_id, why="nothing is left to do")
        return
    now = services.clock()
    checkpoints = await services.store.checkpoints.of(workspace_id)
    is_busy = any(each.claimed_until and each.claimed_until > now for each in checkpoints.values())
    # No evaluation meanwhile: it would publish what it read before.
    lease = None
    if not is_busy:
        lease = await services.store.checkpoints.claim_evaluation(workspace_id, now, now + LEASE)
    if lease is None:
        await _ask(services, workspace_id, erasure_id, WAIT)
        return
    try:
        await _go_through(services, found[0], erasure)
    except Conflict:
        await _ask(services, workspace_id, erasure_id, WAIT)
    finally:
        await services.store.checkpoints.release_evaluation(workspace_id, lease, services.clock())


async def _go_through(services: Services, workspace: Workspace, erasure: Erasure) -> None:
    erasures = services.store.erasures
    traces = erasure.traces or Traces()
    if erasure.phase == 0:
        for email in sorted(traces.emails):
            traces = await traces_of(services, workspace, "email", email, traces)
        known = erasure.mask.known | set(map(erasure.mask.hashed, traces.marks))
        mask = replace(erasure.mask, known=frozenset(known))
        erasure = await erasures.save(workspace.id, replace(erasure, mask=mask, traces=traces))
        await _mask_segments(services, workspace.id, erasure)
        # By its rows it is known which exceptions are the person's: kept before the rows are masked.
        await _note_cases(services, workspace.id, traces)
        erasure = await erasures.save(workspace.id, replace(erasure, phase=1, traces=traces))
    for step in range(erasure.phase - 1, len(erasures.steps)):
        await _mask_documents(services, workspace.id, erasure, step)
        erasure = await erasures.save(workspace.id, replace(erasure, phase=step + 2))
    if erasure.state == UNDER_WAY:
        await erasures.save(workspace.id, replace(erasure, phase=0, state=AGAIN))
        await _ask(services, workspace.id, erasure.id, AGAIN_AFTER.total_seconds())
    else:
        await erasures.save(workspace.id, replace(erasure, state=DONE, traces=None))
    await request_evaluation(services, workspace.id)
    log.step("erase", workspace=workspace.id, erasure=erasure.id, state=erasure.state)


async def _mask_segments(services: Services, workspace_id: str, erasure: Erasure) -> None:
    erasures, mask = services.store.erasures, erasure.mask
    marks = (erasure.traces or Traces()).marks
    async for connection, stream, row, columns in erasures.segments(workspace_id):

        def revise(
            whole: dict[str, list[Any]], connection: str = connection, stream: str = stream
        ) -> dict[str, list[Any]] | None:
            revised = {name: list(column) for name, column in whole.items()}
            is_changed = False
            for at in range(len(whole["id"])):
                is_theirs = not marks.isdisjoint(linked(whole, at, connection, stream))
                changes = mask.changes(whole, at) if is_theirs and not mask.is_anew(whole, at) else {}
                for name, value in changes.items():
                    revised[name][at] = value
                is_changed = is_changed or bool(changes)
            return revised if is_changed else None

        of_rows = (linked(columns, at, connection, stream) for at in range(len(columns["id"])))
        if not all(map(marks.isdisjoint, of_rows)):
            await erasures.revise(workspace_id, connection, stream, row, revise)


async def _note_cases(services: Services, workspace_id: str, traces: Traces) -> None:
    finder, cases = Finder(traces), set[str]()
    async for _, entity, document in services.store.erasures.documents(workspace_id, 0):
        if finder.may_name(text_of(entity, document)):
            cases |= {str(each["id"]) for each in finder.parts(document) if "id" in each}
    traces.cases |= cases


async def _mask_documents(services: Services, workspace_id: str, erasure: Erasure, step: int) -> None:
    """Mask what one of the other tables says of the person; raises Conflict where that changes meanwhile."""
    traces, mask = erasure.traces or Traces(), erasure.mask
    finder = Finder(traces)
    name = services.store.erasures.steps[step]
    async for table, first, document in services.store.erasures.documents(workspace_id, step):
        if is_head(name, first):
            # Always, and behind what it is of: whoever keeps some of that as it was asks for it no more.
            await table.replace(repacked(first, {}, None), first["etag"])
            continue
        if not finder.may_name(text_of(first, document)):
            continue
        texts = {key: value for key, value in first.items() if isinstance(value, str)}
        columns = {key: value for key, value in texts.items() if key not in _FIXED}
        # Of an exception or a decision all is about its subject; of a page of rows only the rows are.
        is_about = name in _WHOLE and (finder.names(columns) or bool(finder.parts(document)))
        masked = finder.masked(columns, mask, is_about=is_about)
        contents = finder.masked(document, mask, is_about=is_about)
        if masked != columns or contents != document:
            await table.replace(repacked(first, masked, contents), first["etag"])


_FIXED = frozenset({"PartitionKey", "RowKey", "etag", "mark"})
_WHOLE = frozenset({"exceptions", "decisions", "audit"})


async def _ask(services: Services, workspace_id: str, erasure_id: str, delay: float = 0) -> None:
    await services.store.queues.send(ERASE, {"workspace": workspace_id, "erasure": erasure_id}, delay)
