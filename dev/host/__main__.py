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

from dev.host import logs
from dev.host.application import application
from dev.host.errors import StartupError
from dev.host.functions import load
from dev.host.keys import Keys

PATIENCE_SECONDS = 8


def _end_with_input() -> None:
    """Ask the server to end once nobody holds our input any more; do not wait for stuck functions."""
    sys.stdin.read()
    signal.raise_signal(signal.SIGTERM)
    threading.Event().wait(PATIENCE_SECONDS)
    os._exit(1)


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
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=3
    )
    listener = socket.socket(fileno=task["listener"])
    uvicorn.Server(config).run(sockets=[listener])
    sys.exit(0)


if __name__ == "__main__":
    main()
