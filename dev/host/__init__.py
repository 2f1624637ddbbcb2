"""A local Functions host: runs the real function_app.py on Azurite, as Azure does it.

    settings = {"AzureWebJobsStorage": storage.connection_string, "TIEOUT_ADMIN_KEY": key}
    with host.running(settings=settings) as app:
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

from dev.host.keys import Keys
from dev.processes import Program, ignore, leashed, listening

ROOT = Path(__file__).parents[2]
READY = r"Application startup complete"
# Azure's own minute, or host.json's seconds, would let a person at the screen wait.
LOCAL = {"AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:01"}


@dataclass(frozen=True)
class RunningHost:
    """Where a running host is reached, the keys that it takes, and its process."""

    url: str
    keys: Keys
    program: Program

    @property
    def master_key(self) -> str:
        """The key that opens everything, `/admin` too; sent as `x-functions-key`."""
        return self.keys.master


@contextmanager
def running(
    folder: Path = ROOT,
    *,
    settings: Mapping[str, str],
    port: int = 0,
    keys: Keys | None = None,
    log: Callable[[str], None] = ignore,
) -> Iterator[RunningHost]:
    """Host the folder's app while the block runs, with these app settings besides our own environment.

    Port 0 is any free one; `log` gets each line of the app's log. Raises PortInUseError, and ProgramError
    where the app does not start.
    """
    keys = keys or Keys()
    with listening(port) as listener:
        task = {"folder": str(folder.resolve()), "keys": asdict(keys), "listener": listener.fileno()}
        with leashed(
            "The Functions host",
            (sys.executable, "-m", "dev.host"),
            environment={**os.environ, "PYTHONPATH": str(ROOT), **LOCAL, **settings},
            first_line=json.dumps(task),
            inherited=[listener],
            log=log,
        ) as program:
            program.until(READY)
            yield RunningHost(f"http://127.0.0.1:{listener.getsockname()[1]}", keys, program)
