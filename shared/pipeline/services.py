"""What the pipeline works with: all that has a clock, a network or a store comes in from outside."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared import settings
from shared.pipeline.reached import Reached
from shared.sources.http import Access, VendorClient
from shared.store.store import Store


def utc_now() -> datetime:
    """Give the time, in UTC."""
    return datetime.now(UTC)


def _connect(access: Access, name: str) -> VendorClient:
    return VendorClient(access, name=name)


@dataclass(frozen=True, slots=True)
class Services:
    """The store, the clock, the secrets, and the way out to vendors."""

    store: Store
    clock: Callable[[], datetime] = utc_now
    secret: Callable[[str], Awaitable[str]] = field(default=settings.secret)
    connect: Callable[[Access, str], VendorClient] = _connect
    reached: Reached = field(default_factory=Reached)
    is_local: bool = False
    """The app runs on a person's own machine, where vendors may be simulated."""
