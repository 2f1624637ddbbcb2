"""Upkeep: a nightly timer asks for the fold of every stream, and the queue's function folds one a message."""

import time

import azure.functions as func

from functions import invocations, messages
from functions.blueprints import blueprint
from shared.pipeline import fold, log

BLUEPRINT = blueprint()


@BLUEPRINT.function_name("fold_nightly")
@BLUEPRINT.timer_trigger(arg_name="timer", schedule="0 40 2 * * *", run_on_startup=False)
async def fold_nightly(timer: func.TimerRequest) -> None:
    """Ask for the fold of every stream."""
    started = time.monotonic()
    async with invocations.by_timer("fold_nightly") as services:
        count = await fold.enqueue(services)
        seconds = round(time.monotonic() - started, 3)
        log.step("fold_nightly", streams=count, past_due=timer.past_due, seconds=seconds)


@BLUEPRINT.function_name("fold")
@BLUEPRINT.queue_trigger(arg_name="message", queue_name="fold", connection="AzureWebJobsStorage")
async def fold_stream(message: func.QueueMessage) -> None:
    """Fold the stream that a message names, from where the last message stopped."""
    async with invocations.by_message("fold", message, messages.FoldMessage) as (wanted, services):
        place = fold.Place(wanted.base, wanted.chunks, wanted.segments, wanted.records)
        await fold.fold(services, (wanted.workspace, wanted.connection, wanted.stream), place)
