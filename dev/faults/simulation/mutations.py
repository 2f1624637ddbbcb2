"""Promises broken on purpose, to see that the simulation notices: each changes a few lines of the app.

The changed function takes the old one's place in this process, for as long as a block runs.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pkgutil import resolve_name
from textwrap import dedent
from types import CodeType, FunctionType

from dev.faults.simulation.run import Outcome, simulate
from dev.faults.simulation.schedule import Schedule
from dev.faults.simulation.wrong import Entry


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change."""

    where: str
    """The function, as `module:name`."""
    before: str
    after: str
    aimed: tuple[Entry, ...] = ()
    """What has to go wrong, or be done, for it to be found."""


_DELIVER = "shared.pipeline.deliver:deliver"
_SAVE_DELIVERY = "etag = await services.store.alerts.save_delivery(workspace_id, taken, etag)"
_READ = "tasks = [asyncio.create_task(read(job.name, record_type, runs)) for job, runs in streams]"
_IN_PROGRESS = """seen = []
        for job, runs in streams:
            going = await services.store.checkpoints.load(job.name)
            last = runs[-1:] if going.run else []
            half = [replace(each, run=going.run, segments=going.run_segments) for each in last]
            seen.append((job, [*([] if half and going.run_since is None else runs), *half]))
        tasks = [asyncio.create_task(read(job.name, record_type, runs)) for job, runs in seen]"""
"""The reading goes on naming the last run that was committed: only what it shows can tell."""
MUTATIONS = {
    "a sent delivery is sent again": Mutation(
        _DELIVER,
        'delivery.state in {"sent", "failed"}',
        'delivery.state == "failed"',
        (Entry(0.0, "undeleted", "notify"),),
    ),
    "no note before sending": Mutation(_DELIVER, _SAVE_DELIVERY, "pass", (Entry(0.0, "twice", "notify"),)),
    "no note after sending": Mutation(
        _DELIVER,
        "await services.store.alerts.save_delivery(workspace_id, ended, etag)",
        "pass",
    ),
    "alert and outbox in two writes": Mutation(
        "shared.store.alerts:Alerts.save",
        "[*changes, *((_delivery_entity(workspace, each), None) for each in deliveries)]\n    )",
        "changes\n    )\n    for each in deliveries:\n"
        "        await self._table.put(_delivery_entity(workspace, each))",
        (Entry(0.0, "crash_after", "alerts"),),
    ),
    "the outbox before its alert": Mutation(
        "shared.store.alerts:Alerts.save",
        "    await self._table.change_together(",
        "    for each in deliveries:\n        await self._table.put(_delivery_entity(workspace, each))\n"
        "    deliveries = ()\n    await self._table.change_together(",
        (Entry(0.0, "crash_after", "deliveries"),),
    ),
    "an evaluation takes no lease": Mutation(
        "shared.store.checkpoints:Checkpoints.claim_evaluation",
        'if entity is not None and entity["claimed_until"] > now:',
        "if False:",
        tuple(Entry(at, "twice", "evaluate") for at in (0.0, 905.0, 1_805.0, 2_705.0)),
    ),
    "the log does not tell who keeps an alert quiet": Mutation(
        "shared.pipeline.quieting:change_alert",
        "await note(services, workspace, who, what)\n    try:",
        "try:",
        (Entry(1_000.0, "alert", "acknowledge"),),
    ),
    "an ETag is dropped": Mutation(
        "shared.store.tables:_operation",
        '{"mode": UpdateMode.REPLACE, **conditions}',
        '{"mode": UpdateMode.REPLACE}',
        tuple(Entry(at, "exception", "comment", nth=2) for at in (1_000.0, 1_001.0, 1_002.0, 1_003.0)),
    ),
    "a run that is not committed is seen": Mutation(
        "shared.pipeline.snapshots:_read",
        _READ,
        _IN_PROGRESS,
        (
            Entry(1_000.0, "anew", "ledger"),
            # The first page is two writes: it is there, and its run has still pages to come.
            Entry(1_000.0, "crash_before", "segments", nth=3),
            Entry(1_120.0, "evaluate"),
        ),
    ),
}


def first_found(mutation: Mutation, schedules: Iterable[Schedule]) -> Outcome | None:
    """Give the first simulation of the changed app that breaks a promise, if one does."""
    with changed(mutation):
        return next((each for each in map(simulate, schedules) if each.failures), None)


@contextmanager
def changed(mutation: Mutation) -> Iterator[None]:
    """Let a function do what its changed text says; raises ValueError where the text is another by now."""
    function: FunctionType = resolve_name(mutation.where)
    code = function.__code__
    function.__code__ = _changed(function, mutation)
    try:
        yield
    finally:
        function.__code__ = code


def _changed(function: Callable[..., object], mutation: Mutation) -> CodeType:
    text = dedent(inspect.getsource(function))
    if text.count(mutation.before) != 1:
        msg = f"{mutation.where} does not say once: {mutation.before}"
        raise ValueError(msg)
    module = compile(text.replace(mutation.before, mutation.after), mutation.where, "exec")
    return next(each for each in module.co_consts if isinstance(each, CodeType))
