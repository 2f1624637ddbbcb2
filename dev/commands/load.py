"""`./run load`: the app under many callers, or two hosts on a queue that has grown."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from dev.commands.bench_tables import table
from dev.load.backlog import Sample, drained, growth, pile_up
from dev.load.merchant import Merchant
from dev.load.plant import planted, shortened
from dev.load.rush import Outcome, Rush, rush
from dev.worlds.gifts_sage import gifts_sage

Readers = Annotated[int, typer.Option(help="Callers who read.")]
Writers = Annotated[int, typer.Option(help="Callers who comment and assign.")]
Seconds = Annotated[float, typer.Option(help="How long they go on.")]
Pause = Annotated[float, typer.Option(help="Seconds that each waits between two questions; 0 for none.")]
Hosts = Annotated[int, typer.Option(help="Hosts that answer, as instances of the app.")]
Messages = Annotated[int, typer.Option(help="Instead: let a queue grow to so many messages, and drain it.")]

SHOWN = 20
"""Lines of a drain that are printed."""
MOST_GROWTH = 25.0
"""Megabytes that a host may grow by after the first quarter of a drain."""


def load(  # noqa: PLR0913 - the options of the command line
    *,
    readers: Readers = 200,
    writers: Writers = 20,
    seconds: Seconds = 60.0,
    pause: Pause = 1.0,
    hosts: Hosts = 2,
    messages: Messages = 0,
) -> None:
    """Put the app under load and print what came of it; ends with status 1 where anything failed."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=150)  # a file or a pipe has no width of its own
    if messages:
        has_passed = _drain(console, messages, hosts)
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


def _drain(console: Console, messages: int, hosts: int) -> bool:
    world = gifts_sage()
    with shortened() as app, planted([world], app=app) as plant, plant.client() as client:
        first = plant.start({"AzureWebJobs.notify.Disabled": "true"})
        merchant = Merchant(plant, world, client)
        merchant.enter()
        merchant.ask_pulls()
        merchant.until(lambda: merchant.get("/alerts")["alerts"])
        count = pile_up(merchant, messages)
        plant.stop(first)
        for _ in range(hosts):
            plant.start({"SHORTENED_BUSY_SECONDS": "60"})
        samples = list(drained(plant, merchant, seconds=3_600, every=2.0))
        sent = len(plant.inbox())
    console.print(_memory(samples))
    grown = growth(samples)
    took = max(samples[-1].seconds, 0.1)
    console.print(
        f"{messages:,} messages for {count} deliveries, {messages / took:,.0f} a second; {sent} arrived. "
        f"After the first quarter a host grew by {grown:.1f} MB at most (target under {MOST_GROWTH:.0f})."
    )
    return sent == count and grown < MOST_GROWTH


def _memory(samples: list[Sample]) -> Table:
    shown = table("A grown queue, drained", (), ("Seconds", "Messages left", "Hosts hold, MB"))
    every = max(1, len(samples) // SHOWN)
    for each in [*samples[::every], samples[-1]]:
        held = "  ".join(f"{held:,.0f}" for held in each.megabytes)
        shown.add_row(f"{each.seconds:,.0f}", f"{each.waiting:,}", held)
    return shown
