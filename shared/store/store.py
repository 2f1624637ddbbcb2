"""The whole store over the clients of a storage account."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared import telemetry
from shared.store.account import StorageAccount
from shared.store.alerts import Alerts
from shared.store.audit import Audit
from shared.store.bad_records import BadRecords
from shared.store.checkpoints import Checkpoints
from shared.store.checks import Checks
from shared.store.decisions import Decisions
from shared.store.erasures import PERSONS_STAND_IN, Erasures
from shared.store.events import Events
from shared.store.exceptions import Exceptions
from shared.store.hooks import Hooks
from shared.store.kept import Kept
from shared.store.queues import Queues, StorageQueues
from shared.store.readings import Readings
from shared.store.receipts import Receipts
from shared.store.recipients import Recipients
from shared.store.segments import Segments
from shared.store.sessions import Sessions
from shared.store.sweeps import Sweeps
from shared.store.tables import Tables
from shared.store.workspaces import ApiKeys, Workspaces

if TYPE_CHECKING:
    from azure.data.tables.aio import TableServiceClient
    from azure.storage.queue.aio import QueueServiceClient

_MADE: dict[str, set[str]] = {}
"""Tables known to exist, by account."""
_KEPT: dict[str, Kept] = {}
"""What was read and holds until it changes, by account and prefix. No other reading outlives a call."""
_QUEUE_RETRIES: dict[str, Any] = {
    "initial_backoff": 1,
    "increment_base": 2,
    "random_jitter_range": 1,
    "retry_total": 2,
}
"""The library's own waits come to more than a minute: whoever asks over HTTP has gone by then."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept."""

    workspaces: Workspaces
    api_keys: ApiKeys
    sessions: Sessions
    segments: Segments
    checkpoints: Checkpoints
    checks: Checks
    sweeps: Sweeps
    bad_records: BadRecords
    decisions: Decisions
    receipts: Receipts
    readings: Readings
    exceptions: Exceptions
    alerts: Alerts
    recipients: Recipients
    events: Events
    hooks: Hooks
    audit: Audit
    erasures: Erasures
    queues: Queues


@asynccontextmanager
async def open_store(account: StorageAccount) -> AsyncIterator[Store]:
    """Open the store of a storage account, for as long as the block lasts."""
    async with AsyncExitStack() as stack:
        yield await _store(account, *await clients(account, stack))


async def clients(
    account: StorageAccount, stack: AsyncExitStack
) -> tuple["TableServiceClient", "QueueServiceClient"]:
    """Open what reaches an account's tables and queues; the stack closes it."""
    # Heavy to load, so not with the app; and who has a connection string needs no identity.
    from azure.data.tables.aio import TableServiceClient  # noqa: PLC0415
    from azure.storage.queue.aio import QueueServiceClient  # noqa: PLC0415

    # To look for a proxy anew takes each request two threads.
    how: dict[str, Any] = {"raw_response_hook": _count, "use_env_settings": account.is_proxied}
    if account.connection_string:
        given = account.connection_string
        tables = TableServiceClient.from_connection_string(given, **how)
        queues = QueueServiceClient.from_connection_string(given, **how, **_QUEUE_RETRIES)
    else:
        from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

        identity: dict[str, Any] = (
            {"managed_identity_client_id": account.client_id} if account.client_id else {}
        )
        credential = await stack.enter_async_context(DefaultAzureCredential(**identity))
        tables = TableServiceClient(account.table_endpoint, credential=credential, **how)
        queues = QueueServiceClient(account.queue_endpoint, credential=credential, **how, **_QUEUE_RETRIES)
    await stack.enter_async_context(tables)
    await stack.enter_async_context(queues)
    return tables, queues


def _count(_: object) -> None:
    """Count an answer of the storage account: each is a transaction that is paid for."""
    telemetry.measure("transaction", count=1)


async def _store(
    account: StorageAccount, tables: "TableServiceClient", queues: "QueueServiceClient"
) -> Store:
    name = f"{account.connection_string}{account.table_endpoint}"
    made = _MADE.setdefault(name, set())
    kept = _KEPT.setdefault(f"{name} {account.prefix}", Kept())
    return await store_over(tables, queues, account.prefix, made, kept)


async def store_over(
    tables: "TableServiceClient",
    queues: "QueueServiceClient",
    prefix: str = "",
    made: set[str] | None = None,
    kept: Kept | None = None,
) -> Store:
    """Give the store over clients that are open.

    What outlives it is the caller's: the tables that are known to exist, and the rows that were read.
    """
    every = Tables(tables, prefix, set() if made is None else made)
    kept = Kept() if kept is None else kept
    return Store(
        workspaces=Workspaces(await every.table("workspaces")),
        api_keys=ApiKeys(await every.table("keys")),
        sessions=Sessions(await every.table("sessions")),
        segments=Segments(await every.table("segments")),
        checkpoints=Checkpoints(await every.table("checkpoints")),
        checks=Checks(await every.table("checkpoints")),
        sweeps=Sweeps(await every.table("sweeps")),
        bad_records=BadRecords(await every.table("badrecords")),
        receipts=Receipts(await every.table("receipts")),
        decisions=Decisions(await every.table("decisions")),
        readings=Readings(await every.table("readings"), await every.table("rows"), kept),
        exceptions=Exceptions(await every.table("exceptions"), kept),
        alerts=Alerts(await every.table("alerts")),
        recipients=Recipients(await every.table("alerts")),
        events=Events(await every.table("alerts")),
        hooks=Hooks(await every.table("hooks")),
        audit=Audit(await every.table("audit")),
        erasures=Erasures(
            await every.table("erasures"),
            await every.table("segments"),
            # Rows first: by them it is known which exceptions are a person's.
            *[await every.table(name) for name in PERSONS_STAND_IN],
        ),
        queues=StorageQueues(queues, prefix),
    )
