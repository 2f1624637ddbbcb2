"""Evaluating: one workspace a message, and a timer for the rounds that nobody ended."""

import time

import azure.functions as func

from functions import invocations, messages
from functions.blueprints import blueprint
from shared.pipeline import evaluate, log

BLUEPRINT = blueprint()


@BLUEPRINT.function_name("evaluate")
@BLUEPRINT.queue_trigger(arg_name="message", queue_name="evaluate", connection="AzureWebJobsStorage")
async def evaluate_workspace(message: func.QueueMessage) -> None:
    """Evaluate the workspace that a message names."""
    async with invocations.by_message("evaluate", message, messages.EvaluateMessage) as (wanted, services):
        # One that comes again may have left its work half done: that is made good, whatever was done since.
        asked = wanted.asked if (message.dequeue_count or 1) == 1 else None
        await evaluate.evaluate(services, wanted.workspace, asked)


@BLUEPRINT.function_name("evaluate_catch_up")
@BLUEPRINT.timer_trigger(arg_name="timer", schedule="0 7/15 * * * *", run_on_startup=False)
async def evaluate_catch_up(timer: func.TimerRequest) -> None:
    """Ask for the evaluations that no round asked for."""
    started = time.monotonic()
    async with invocations.by_timer("evaluate_catch_up") as services:
        count = await evaluate.catch_up(services)
        seconds = round(time.monotonic() - started, 3)
        log.step("catch_up", workspaces=count, past_due=timer.past_due, seconds=seconds)
