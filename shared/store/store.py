"""The whole store, opened for one call and closed after it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from azure.data.tables.aio import TableServiceClient
from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue.aio import QueueServiceClient

from shared.store.account import StorageAccount
from shared.store.alerts import Alerts
from shared.store.audit import Audit
from shared.store.bad_records import BadRecords
from shared.store.checkpoints import Checkpoints
from shared.store.checks import Checks
from shared.store.decisions import Decisions
from shared.store.exceptions import Exceptions
from shared.store.queues import Queues, StorageQueues
from shared.store.readings import Readings
from shared.store.receipts import Receipts
from shared.store.recipients import Recipients
from shared.store.segments import Segments
from shared.store.sweeps import Sweeps
from shared.store.tables import Tables
from shared.store.workspaces import ApiKeys, Workspaces

_MADE: dict[str, set[str]] = {}
"""Tables known to exist, by account: nothing else outlives a call."""


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept."""

    workspaces: Workspaces
    api_keys: ApiKeys
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
    audit: Audit
    queues: Queues


@asynccontextmanager
async def open_store(account: StorageAccount) -> AsyncIterator[Store]:
    """Open the store of a storage account."""
    if account.connection_string:
        tables = TableServiceClient.from_connection_string(account.connection_string)
        queues = QueueServiceClient.from_connection_string(account.connection_string)
        async with tables, queues:
            yield await _store(account, tables, queues)
        return
    identity: dict[str, Any] = {"managed_identity_client_id": account.client_id} if account.client_id else {}
    async with DefaultAzureCredential(**identity) as credential:
        tables = TableServiceClient(account.table_endpoint, credential=credential)
        queues = QueueServiceClient(account.queue_endpoint, credential=credential)
        async with tables, queues:
            yield await _store(account, tables, queues)


async def _store(account: StorageAccount, tables: TableServiceClient, queues: QueueServiceClient) -> Store:
    made = _MADE.setdefault(f"{account.connection_string}{account.table_endpoint}", set())
    every = Tables(tables, account.prefix, made)
    return Store(
        workspaces=Workspaces(await every.table("workspaces")),
        api_keys=ApiKeys(await every.table("keys")),
        segments=Segments(await every.table("segments")),
        checkpoints=Checkpoints(await every.table("checkpoints")),
        checks=Checks(await every.table("checkpoints")),
        sweeps=Sweeps(await every.table("sweeps")),
        bad_records=BadRecords(await every.table("badrecords")),
        receipts=Receipts(await every.table("receipts")),
        decisions=Decisions(await every.table("decisions")),
        readings=Readings(await every.table("readings"), await every.table("rows")),
        exceptions=Exceptions(await every.table("exceptions")),
        alerts=Alerts(await every.table("alerts")),
        recipients=Recipients(await every.table("alerts")),
        audit=Audit(await every.table("audit")),
        queues=StorageQueues(queues, account.prefix),
    )
