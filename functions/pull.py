"""Pulling: a timer for each kind of source asks, and the queue's function pulls one stream a message."""

import time

import azure.functions as func

from functions import invocations, messages
from functions.blueprints import blueprint
from shared import settings
from shared.pipeline import log, pull
from shared.sources import POLLED

BLUEPRINT = blueprint()


def _timer(kind: str, schedule: str) -> None:
    async def ask(timer: func.TimerRequest) -> None:
        started = time.monotonic()
        async with invocations.by_timer(f"pull_{kind}") as services:
            count = await pull.enqueue_kind(services, kind)
            seconds = round(time.monotonic() - started, 3)
            log.step("enqueue", kind=kind, streams=count, past_due=timer.past_due, seconds=seconds)

    set_schedule = settings.schedule(kind, schedule)
    timed = BLUEPRINT.timer_trigger(arg_name="timer", schedule=set_schedule, run_on_startup=False)(ask)
    BLUEPRINT.function_name(f"pull_{kind}")(timed)


for _kind, _schedule in POLLED.items():
    _timer(_kind, _schedule)


@BLUEPRINT.function_name("pull")
@BLUEPRINT.queue_trigger(arg_name="message", queue_name="pull", connection="AzureWebJobsStorage")
async def pull_stream(message: func.QueueMessage) -> None:
    """Pull the stream that a message names, within its time budget."""
    work = pull.pull_again if (message.dequeue_count or 1) > 1 else pull.pull
    async with invocations.by_message("pull", message, messages.PullMessage) as (wanted, services):
        await work(services, wanted.workspace, wanted.connection, wanted.stream)
