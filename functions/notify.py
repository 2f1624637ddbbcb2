"""Notifying: one delivery a message; what breaks on it for good is noted, shown, and can be sent again."""

import time

import azure.functions as func

from functions import invocations, messages
from functions.blueprints import blueprint
from shared.pipeline import deliver, digests, log, upkeep

BLUEPRINT = blueprint()


@BLUEPRINT.function_name("notify")
@BLUEPRINT.queue_trigger(arg_name="message", queue_name="notify", connection="AzureWebJobsStorage")
async def notify(message: func.QueueMessage) -> None:
    """Send the delivery that a message names."""
    async with invocations.by_message("notify", message, messages.NotifyMessage) as (wanted, services):
        await deliver.deliver(services, wanted.workspace, wanted.delivery)


@BLUEPRINT.function_name("notify_poison")
@BLUEPRINT.queue_trigger(arg_name="message", queue_name="notify-poison", connection="AzureWebJobsStorage")
async def note_poison(message: func.QueueMessage) -> None:
    """Note the delivery that the notifier broke on; one that cannot be read is logged and let go."""
    try:
        messages.read(message, messages.NotifyMessage)
    except ValueError as error:
        log.problem("notify_poison", why=str(error))
        return
    async with invocations.by_message("notify-poison", message, messages.NotifyMessage) as (wanted, services):
        await deliver.note_poison(services, wanted.workspace, wanted.delivery)


@BLUEPRINT.function_name("notify_catch_up")
@BLUEPRINT.timer_trigger(arg_name="timer", schedule="0 3/10 * * * *", run_on_startup=False)
async def notify_catch_up(timer: func.TimerRequest) -> None:
    """Ask for the deliveries that nobody asked for, and for the digests that are due."""
    started = time.monotonic()
    async with invocations.by_timer("notify_catch_up") as services:
        count = await deliver.catch_up(services) + await digests.make_due(services)
        seconds = round(time.monotonic() - started, 3)
        log.step("notify_catch_up", deliveries=count, past_due=timer.past_due, seconds=seconds)


@BLUEPRINT.function_name("notify_upkeep")
@BLUEPRINT.timer_trigger(arg_name="timer", schedule="0 25 3 * * *", run_on_startup=False)
async def notify_upkeep(timer: func.TimerRequest) -> None:
    """Drop the deliveries and the resolved exceptions that were kept long enough."""
    started = time.monotonic()
    async with invocations.by_timer("notify_upkeep") as services:
        count = await upkeep.drop_old(services)
        seconds = round(time.monotonic() - started, 3)
        log.step("notify_upkeep", dropped=count, past_due=timer.past_due, seconds=seconds)
