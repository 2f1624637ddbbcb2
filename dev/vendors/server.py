"""One local server that speaks all vendors' wire formats for the accounts that it is given."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import sleep

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from dev.vendors import (
    adobe_commerce,
    bigcommerce,
    business_central,
    dataverse,
    entra,
    finance_operations,
    graph,
    inbox,
    sage_intacct,
    sage_network,
    shopify,
    teams,
)
from dev.vendors.facts import Account

VENDORS = (
    shopify,
    bigcommerce,
    adobe_commerce,
    business_central,
    finance_operations,
    dataverse,
    sage_intacct,
    sage_network,
    entra,
    graph,
    teams,
    inbox,
)


def application(accounts: Mapping[str, Account]) -> Starlette:
    """Give the application that serves these accounts, by name."""
    routes: list[BaseRoute] = [route for vendor in VENDORS for route in vendor.ROUTES]
    app = Starlette(routes=routes)
    app.state.accounts = accounts
    return app


@contextmanager
def serving(accounts: Mapping[str, Account], port: int = 0) -> Iterator[str]:
    """Serve the accounts on a free port of this machine, and give the address."""
    # Without the protocol's name asyncio leaves Nagle's algorithm on, and each answer takes 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", port))
        config = uvicorn.Config(application(accounts), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
