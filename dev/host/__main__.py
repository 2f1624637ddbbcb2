"""The process that hosts one app: the first line of its input says which, the end of its input ends it."""

import json
import logging
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import NoReturn

import uvicorn
from starlette.applications import Starlette

from dev.host import logs
from dev.host.application import application
from dev.host.errors import StartupError
from dev.host.functions import load
from dev.host.keys import Keys

PATIENCE_SECONDS = 8
KEPT_SECONDS = 130
"""How long a connection stays open on which nobody asks: as long as at Kestrel, the real host's server.

Callers give theirs up sooner, after seconds mostly. With the five that uvicorn has by itself, both sides come
to their end at one moment, and what is sent in it is lost (RFC 9112, 9.3.1).
https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.core.kestrelserverlimits.keepalivetimeout
"""


def _end_with_input() -> None:
    """Ask the server to end once nobody holds our input any more; do not wait for stuck functions."""
    sys.stdin.read()
    signal.raise_signal(signal.SIGTERM)
    threading.Event().wait(PATIENCE_SECONDS)
    os._exit(1)


def configured(app: Starlette) -> uvicorn.Config:
    """Give how the application is served."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_keep_alive=KEPT_SECONDS,
        timeout_graceful_shutdown=3,
    )


def main() -> NoReturn:
    """Host the app until the input ends."""
    logs.configure()
    task = json.loads(sys.stdin.readline())
    folder = Path(task["folder"])
    try:
        app = application(load(folder), folder, keys=Keys(**task["keys"]))
    except StartupError:
        logging.getLogger("host").exception("cannot start")
        sys.exit(1)
    threading.Thread(target=_end_with_input, daemon=True).start()
    listener = socket.socket(fileno=task["listener"])
    uvicorn.Server(configured(app)).run(sockets=[listener])
    sys.exit(0)


if __name__ == "__main__":
    main()
