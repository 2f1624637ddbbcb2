"""`./run load`: the app under many callers, or two hosts on a queue that has grown."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dev.commands.bench_tables import table
from dev.load.backlog import Sample, growth
from dev.load.drain import MOST_GROWTH, drain_deliveries, drain_evaluations
from dev.load.rush import Outcome, Rush, rush
from shared.store import queues

Readers = Annotated[int, typer.Option(help="Callers who read.")]
Writers = Annotated[int, typer.Option(help="Callers who comment and assign.")]
Seconds = Annotated[float, typer.Option(help="How long they go on.")]
Pause = Annotated[float, typer.Option(help="Seconds that each waits between two questions; 0 for none.")]
Hosts = Annotated[int, typer.Option(help="Hosts that answer, as instances of the app.")]
Messages = Annotated[int, typer.Option(help="Instead: let a queue grow to so many messages, and drain it.")]


class Queue(StrEnum):
    """The queues that can be let grow."""

    NOTIFY = queues.NOTIFY
    EVALUATE = queues.EVALUATE


Which = Annotated[Queue, typer.Option(help="Which queue: of deliveries, or of evaluations.")]

SHOWN = 20
"""Lines of a drain that are printed."""


def load(  # noqa: PLR0913 - the options of the command line
    *,
    readers: Readers = 200,
    writers: Writers = 20,
    seconds: Seconds = 60.0,
    pause: Pause = 1.0,
    hosts: Hosts = 2,
    messages: Messages = 0,
    queue: Which = Queue.NOTIFY,
) -> None:
    """Put the app under load and print what came of it; ends with status 1 where anything failed."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=150)  # a file or a pipe has no width of its own
    if messages:
        has_passed = _drain(console, queue, messages, hosts)
    else:
        outcome = rush(Rush(readers, writers, seconds, pause, hosts))
        console.print(_latencies(outcome))
        console.print(_summary(outcome))
        has_passed = outcome.has_passed
    if not has_passed:
        raise typer.Exit(1)


def _latencies(outcome: Outcome) -> Table:
    figures = ("Calls", "p50 ms", "p95 ms", "p99 ms", "Most ms", "Conflicts", "Errors")
    shown = table("What callers waited", ("Route",), figures)
    for name, calls in sorted(outcome.tally.routes.items()):
        times = (f"{calls.quantile(share):,.0f}" for share in (0.5, 0.95, 0.99, 1.0))
        errors = ", ".join(f"{count} {what}" for what, count in calls.errors.items()) or "0"
        shown.add_row(name, f"{len(calls.seconds):,}", *times, str(calls.conflicts), errors)
    return shown


def _summary(outcome: Outcome) -> str:
    count = outcome.calls
    held = ", ".join(f"{each:,.0f} MB" for each in outcome.megabytes)
    return (
        f"{count:,} calls in {outcome.seconds:.0f} s, {count / outcome.seconds:,.0f} a second, "
        f"{1000 * outcome.processor / count:.0f} ms of the hosts' processors each. "
        f"{len(outcome.tally.written):,} comments written, {outcome.lost} lost, {outcome.doubled} doubled. "
        f"{outcome.tally.errors} errors. The hosts hold {held}."
    )


def _drain(console: Console, queue: Queue, messages: int, hosts: int) -> bool:
    drain = drain_deliveries if queue is Queue.NOTIFY else drain_evaluations
    found = drain(messages, hosts)
    took = max(found.samples[-1].seconds, 0.1)
    ours, storage = (1000 * each / messages for each in found.processor)
    console.print(_memory(found.samples))
    console.print(
        f"{messages:,} messages in {took:,.0f} s, {messages / took:,.0f} a second, each {ours:.0f} ms of the "
        f"hosts' processors and {storage:.0f} ms of the storage emulator's: {found.outcome}. "
        f"{found.poisoned} messages poisoned; what is there now is {'right' if found.is_right else 'wrong'}. "
        f"After the first quarter a host grew by {growth(found.samples):.1f} MB at most "
        f"(target under {MOST_GROWTH:.0f})."
    )
    return found.has_passed


def _memory(samples: list[Sample]) -> Table:
    shown = table("A grown queue, drained", (), ("Seconds", "Messages left", "Hosts hold, MB", "Load"))
    every = max(1, len(samples) // SHOWN)
    for each in [*samples[::every], samples[-1]]:
        held = "  ".join(f"{held:,.0f}" for held in each.megabytes)
        shown.add_row(f"{each.seconds:,.0f}", f"{each.waiting:,}", held, f"{each.load:.1f}")
    return shown
