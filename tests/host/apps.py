"""Builders: a host over a small app, in process, with keys that tests know."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import azure.functions as func
import httpx

from dev.host.application import application
from dev.host.keys import Keys
from dev.host.timers import Clock

KEYS = Keys(master="master-key", host="host-key", functions={"guarded": "guarded-key"})
SAMPLE = Path(__file__).parent / "sample_app"
HOST_JSON = """{
  "version": "2.0",
  "extensions": {
    "http": {"routePrefix": ""},
    "queues": {"batchSize": 4, "newBatchThreshold": 2, "maxDequeueCount": 3,
               "visibilityTimeout": "00:00:00", "maxPollingInterval": "00:00:01"}
  }
}"""


def app_with(*register: Callable[[func.FunctionApp], object]) -> func.FunctionApp:
    """Give an app with these functions."""
    app = func.FunctionApp()
    for each in register:
        each(app)
    return app


@asynccontextmanager
async def hosted(
    app: func.FunctionApp,
    folder: Path,
    environment: dict[str, str] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """Host the app while the block runs, and give a client of it."""
    (folder / "host.json").write_text(HOST_JSON)
    served = application(app, folder, keys=KEYS, environment=environment or {}, clock=clock)
    transport = httpx.ASGITransport(app=served)
    async with (
        served.router.lifespan_context(served),
        httpx.AsyncClient(transport=transport, base_url="http://host") as client,
    ):
        yield client
