"""Teams, by the webhook of a Workflows flow.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

from typing import Any

import httpx

from shared.alerting.adaptive_card import post_of
from shared.errors import ConfigurationError
from shared.sources.addresses import is_safe
from shared.sources.http import Access, VendorClient
from shared.sources.pace import Limit

HOSTS = (".logic.azure.com", ".environment.api.powerplatform.com")
"""Where workflows live; an address elsewhere is somebody else's."""
LIMIT = Limit(capacity=1, per_second=1, parallel=1)
"""One a second for each address: faster ones are dropped after they were accepted."""


def access(address: str, *, is_local: bool = False) -> Access:
    """Say how a workflow is reached. Raises ConfigurationError for an address that is no workflow's."""
    url = httpx.URL(address) if is_safe(address, is_local=is_local) else None
    is_known = url is not None and (url.scheme == "http" or f".{url.host}".endswith(HOSTS))
    if not is_known:
        msg = "the address is no Teams workflow's: it must be https at logic.azure.com or powerplatform.com"
        raise ConfigurationError(msg)
    return Access(address, limit=LIMIT)


async def send(client: VendorClient, document: dict[str, Any]) -> None:
    """Post a message's card. That it was taken does not say that it was posted: the flow does that later."""
    await client.send("POST", str(client.base_url), json=post_of(document))
