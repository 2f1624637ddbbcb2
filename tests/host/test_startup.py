"""What the local host cannot do as Azure does it, it refuses at the start."""

from collections.abc import Callable
from pathlib import Path

import azure.functions as func
import pytest

from dev.host.errors import StartupError
from tests.host.apps import app_with, hosted

STORAGE = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}


def output_binding(app: func.FunctionApp) -> None:
    """Write to a queue by a binding."""

    @app.queue_output("out", "queue", "AzureWebJobsStorage")
    @app.route("a")
    def function(req: func.HttpRequest, out: func.Out[str]) -> str:
        out.set(req.url)
        return ""


def retry_policy(app: func.FunctionApp) -> None:
    """Ask for retries."""

    @app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:01")
    @app.timer_trigger("timer", "0 * * * * *")
    def function(timer: func.TimerRequest) -> None:
        pass


def extra_parameter(app: func.FunctionApp) -> None:
    """Take what nothing binds."""

    @app.route("a")
    def function(req: func.HttpRequest, clock: str) -> str:
        return req.url + clock


def bad_schedule(app: func.FunctionApp) -> None:
    """Come every eighth day of the week."""

    @app.timer_trigger("timer", "0 0 0 * * 7")
    def function(timer: func.TimerRequest) -> None:
        pass


def missing_setting(app: func.FunctionApp) -> None:
    """Come when a setting says that is not there."""

    @app.timer_trigger("timer", "%MISSING%")
    def function(timer: func.TimerRequest) -> None:
        pass


def missing_connection(app: func.FunctionApp) -> None:
    """Listen where no setting leads."""

    @app.queue_trigger("message", "queue", "Elsewhere")
    def function(message: func.QueueMessage) -> None:
        pass


def reserved_route(app: func.FunctionApp) -> None:
    """Stand on the host's own route."""

    @app.route("admin/functions")
    def function(req: func.HttpRequest) -> str:
        return req.url


def other_trigger(app: func.FunctionApp) -> None:
    """Wait for a blob."""

    @app.blob_trigger("blob", "container/{name}", "AzureWebJobsStorage")
    def function(blob: func.InputStream) -> None:
        pass


@pytest.mark.parametrize(
    "register",
    [
        output_binding,
        retry_policy,
        extra_parameter,
        bad_schedule,
        missing_setting,
        missing_connection,
        reserved_route,
        other_trigger,
    ],
)
async def test_what_the_host_does_not_know_stops_it(
    tmp_path: Path, register: Callable[[func.FunctionApp], None]
):
    """An app that would run otherwise than on Azure does not run at all."""
    with pytest.raises(StartupError):
        async with hosted(app_with(register), tmp_path, STORAGE):
            pass


async def test_a_setting_disables_a_function(tmp_path: Path):
    """`AzureWebJobs.<name>.Disabled` takes a function away, as on Azure."""

    def register(app: func.FunctionApp) -> None:
        @app.route("a", auth_level=func.AuthLevel.ANONYMOUS)
        def function(req: func.HttpRequest) -> str:
            return req.url

    async with hosted(app_with(register), tmp_path, {"AzureWebJobs.function.Disabled": "true"}) as client:
        assert (await client.get("/a")).status_code == 404
