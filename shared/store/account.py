"""Which storage account the store is in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StorageAccount:
    """Where the store lives: a connection string, or an account reached by managed identity."""

    connection_string: str = ""
    table_endpoint: str = ""
    queue_endpoint: str = ""
    client_id: str = ""
    """Of a user-assigned identity."""
    prefix: str = ""
    """Goes before the names of tables and queues; tests keep apart by it."""
    is_proxied: bool = False
    """Whether the environment names a proxy to go out by: to look for one takes each request two threads."""
