"""Flows: what an alert told, as JSON, to the callback address that Power Automate gave for a flow.

https://learn.microsoft.com/connectors/custom-connectors/create-webhook-trigger
"""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from shared.errors import ConfigurationError
from shared.sources.addresses import refusal
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Limit

HOSTS = ("logic.azure.com", "powerplatform.com")
"""Where Power Automate takes callbacks."""
LIMIT = Limit(capacity=5, per_second=1, parallel=1)
_GONE = frozenset({HTTPStatus.NOT_FOUND.value, HTTPStatus.GONE.value})


def refused(address: str, hosts: Collection[str], *, is_local: bool = False) -> str:
    """Say why an address is none to call a flow at, "" where it is one; `hosts` are taken besides."""
    return refusal(address, is_local=is_local, hosts=(*HOSTS, *hosts))


def access(address: str, hosts: Collection[str], *, is_local: bool = False) -> Access:
    """Say how a flow is reached. Raises ConfigurationError for an address that is none to call one at."""
    if why := refused(address, hosts, is_local=is_local):
        raise ConfigurationError(f"the address of the flow {why}")
    return Access(address, limit=LIMIT)


async def send(client: VendorClient, document: dict[str, Any]) -> bool:
    """Post an event; give False where there is no flow at the address any more."""
    answer = await client.send("POST", str(client.base_url), json=document, tolerated=_GONE)
    return answer.status_code not in _GONE
