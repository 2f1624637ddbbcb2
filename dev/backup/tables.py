"""Which tables a backup holds, and how they are reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential

from shared.errors import ConfigurationError
from shared.store.account import StorageAccount

Entity = dict[str, Any]

WORK = ("erasures", "audit", "alerts", "hooks", "keys", "exceptions", "decisions", "readings", "rows")
"""What no vendor can give again: people's work, who may do it, and what the cards said."""
RECORDS = ("receipts", "checkpoints", "badrecords", "segments")
"""What pulls bring again, but for uploaded files. The receipts of uploads go with what was uploaded."""
LAST = ("workspaces",)
"""Comes last: until its workspace's document is there, a running app does nothing for a merchant."""
LEFT_OUT = ("sessions", "sweeps")
"""Who is signed in signs in again, and a list of a vendor's ids that was half read begins anew."""


def tables_of(*, is_everything: bool) -> tuple[str, ...]:
    """Give the tables of a backup, in the order in which they are read.

    What the app writes later is read earlier: so each thing finds in the file what it rests on.
    """
    return (*WORK, *(RECORDS if is_everything else ()), *LAST)


@contextmanager
def opened(account: StorageAccount) -> Iterator[TableServiceClient]:
    """Reach the account's tables, by its connection string or by the identity that is signed in.

    Raises ConfigurationError for a connection string that is none.
    """
    if account.connection_string:
        try:
            known = TableServiceClient.from_connection_string(account.connection_string)
        except ValueError:
            name = "AzureWebJobsStorage"
            raise ConfigurationError(f"{name} is no connection string", name) from None
        with known as service:
            yield service
        return
    with (
        DefaultAzureCredential() as credential,
        TableServiceClient(account.table_endpoint, credential=credential) as service,
    ):
        yield service
