"""What one call works with: the store that the settings name, open as long as the process runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from weakref import WeakKeyDictionary

from shared import settings
from shared.access.rates import Rates
from shared.access.signing_keys import SigningKeys
from shared.pipeline.reached import Reached
from shared.pipeline.services import Services
from shared.store.account import StorageAccount
from shared.store.store import Store, open_store

_REACHED = Reached()
"""What a vendor's token and budget are kept by from one call to the next."""

SIGNING_KEYS = SigningKeys()
"""By which the tokens of callers are signed."""

RATES = Rates()
"""How often callers ask."""


class _Connections:
    """The stores that one event loop has opened.

    Opening one costs a TLS handshake and a token on Azure, and some twenty clients anywhere. Nobody closes
    them but the loop: at its own end it ends what it has begun to iterate over.
    """

    def __init__(self) -> None:
        self._opening = asyncio.Lock()
        self._open: dict[StorageAccount, tuple[AbstractAsyncContextManager[Store], Store]] = {}

    async def store(self, account: StorageAccount) -> Store:
        async with self._opening:
            if account not in self._open:
                opened = open_store(account)
                self._open[account] = opened, await opened.__aenter__()
            return self._open[account][1]


_CONNECTIONS: WeakKeyDictionary[asyncio.AbstractEventLoop, _Connections] = WeakKeyDictionary()
"""By event loop, for a connection belongs to the loop that made it."""


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """Give the pipeline's services; raises ConfigurationError where no setting says where the store is."""
    account = settings.storage_account()
    connections = _CONNECTIONS.setdefault(asyncio.get_running_loop(), _Connections())
    store = await connections.store(account)
    yield Services(store, reached=_REACHED, is_local=settings.is_local())
