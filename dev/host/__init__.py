"""A local Functions host: runs the real function_app.py on Azurite, as Azure does it.

    with azurite.running() as storage, host.running(host.ROOT, host.settings(storage, admin_key)) as app:
        httpx.get(f"{app.url}/api/v1/health")

The host is a process of its own, which ends with the block, and with us where we are killed.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from socket import socket

from dev.azurite import AzuriteAddress
from dev.host.keys import Keys
from dev.processes import Program, ignore, leashed, listening

ROOT = Path(__file__).parents[2]
READY = r"Application startup complete"


@dataclass(frozen=True)
class RunningHost:
    """Where a running host is reached, the keys that it takes, and its process."""

    url: str
    keys: Keys
    program: Program


def settings(storage: AzuriteAddress, admin_key: str) -> dict[str, str]:
    """Give the app settings that a local app needs besides our own environment."""
    return {
        "AzureWebJobsStorage": storage.connection_string,
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        # A person at the screen should not wait for what saves money on Azure.
        "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:01",
        "TIEOUT_ADMIN_KEY": admin_key,
    }


@contextmanager
def running(
    folder: Path,
    app_settings: Mapping[str, str],
    *,
    listener: socket | None = None,
    keys: Keys | None = None,
    log: Callable[[str], None] = ignore,
) -> Iterator[RunningHost]:
    """Host the folder's app while the block runs, with these app settings besides our own environment.

    It takes over `listener`, or listens on any free port; `log` gets each line of the app's log.
    Raises ProgramError where the app does not start.
    """
    keys = keys or Keys()
    listener = listener or listening(0)
    with listener:
        task = {"folder": str(folder.resolve()), "keys": asdict(keys), "listener": listener.fileno()}
        with leashed(
            "The Functions host",
            (sys.executable, "-m", "dev.host"),
            environment={**os.environ, "PYTHONPATH": str(ROOT), **app_settings},
            first_line=json.dumps(task),
            inherited=[listener],
            log=log,
        ) as program:
            program.until(READY)
            yield RunningHost(f"http://127.0.0.1:{listener.getsockname()[1]}", keys, program)
