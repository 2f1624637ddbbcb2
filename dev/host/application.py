"""The whole host as one ASGI application: HTTP, the host's own routes, and timers and queues beside them."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import azure.functions as func
from azure.storage.queue.aio import QueueClient
from starlette.applications import Starlette
from starlette.routing import Route

from dev.host.admin import Admin
from dev.host.configuration import Configuration, connection_string, read, resolved
from dev.host.functions import Function, functions_of
from dev.host.http import METHODS, Http, endpoints
from dev.host.invocation import Invoke, invoker
from dev.host.keys import Keys
from dev.host.queues import QueueListener
from dev.host.timers import Clock, run, schedule_of
from shared.settings import is_proxied

_log = logging.getLogger("host")


def listener(
    function: Function, configuration: Configuration, environment: Mapping[str, str], invoke: Invoke
) -> QueueListener:
    """Give what listens to the function's queue; raises StartupError where its connection is not set."""
    connection = connection_string(function.trigger.get("connection") or "AzureWebJobsStorage", environment)
    name = resolved(function.trigger["queueName"], environment).lower()
    # To look for a proxy anew takes each request two threads, and a queue is asked all the time.
    queue, poison = (
        QueueClient.from_connection_string(connection, each, use_env_settings=is_proxied(environment))
        for each in (name, f"{name}-poison")
    )
    return QueueListener(function, queue, poison, configuration.extensions.queues, invoke)


def _tell(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        _log.critical("a trigger has stopped", exc_info=error, extra={"trigger": task.get_name()})


@asynccontextmanager
async def _at_work(listeners: Mapping[str, Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(listen, name=name) for name, listen in listeners.items()]
    for task in tasks:
        task.add_done_callback(_tell)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def application(
    app: func.FunctionApp,
    folder: Path,
    *,
    keys: Keys,
    environment: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
) -> Starlette:
    """Give the application that hosts this app by the folder's host.json; raises StartupError."""
    configuration = read(folder, environment)
    functions = functions_of(app, folder, environment)
    count = environment.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    threads = ThreadPoolExecutor(int(count) if count.isdecimal() else None)
    invoke = invoker(threads)
    timers = [each for each in functions if each.kind == "timerTrigger"]
    queues = [each for each in functions if each.kind == "queueTrigger"]
    schedules = {each.name: schedule_of(each, environment) for each in timers}
    http = Http(endpoints(functions, configuration.extensions.http.route_prefix), keys, invoke)
    admin = Admin({each.name.lower(): each for each in functions}, schedules, keys, invoke)
    listeners = {each.name: listener(each, configuration, environment, invoke) for each in queues}

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        work = {name: each.run() for name, each in listeners.items()}
        work |= {each.name: run(each, schedules[each.name], invoke, clock or Clock()) for each in timers}
        async with AsyncExitStack() as stack:
            for each in listeners.values():
                await stack.enter_async_context(each.queue)
                await stack.enter_async_context(each.poison)
            await stack.enter_async_context(_at_work(work))
            yield
        threads.shutdown(wait=False, cancel_futures=True)

    routes = [
        Route("/admin/{rest:path}", admin.answer, methods=METHODS),
        Route("/{rest:path}", http.answer, methods=METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)
