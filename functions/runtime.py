"""What one call works with: the store of the account that the settings name, open while the call lasts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared import settings
from shared.access.rates import Rates
from shared.access.signing_keys import SigningKeys
from shared.pipeline.reached import Reached
from shared.pipeline.services import Services
from shared.store.store import open_store

_REACHED = Reached()
"""What a vendor's token and budget are kept by from one call to the next."""

SIGNING_KEYS = SigningKeys()
"""By which the tokens of callers are signed."""

RATES = Rates()
"""How often callers ask."""


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """Give the pipeline's services; raises ConfigurationError where no setting says where the store is."""
    async with open_store(settings.storage_account()) as store:
        yield Services(store, reached=_REACHED, is_local=settings.is_local())
