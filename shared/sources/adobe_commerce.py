"""Adobe Commerce: orders, credit memos, customers and B2B companies, on PaaS and on SaaS.

https://developer.adobe.com/commerce/webapi/rest/ and .../services/cloud/ for the SaaS flavour.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import httpx
from pydantic import Field

from shared.domain.records import CommerceCustomer, Company, Order, Refund
from shared.domain.workspace import Connection
from shared.errors import ConfigurationError
from shared.sources.adobe_commerce_auth import OAuth1Auth, ims_auth
from shared.sources.adobe_commerce_check import check
from shared.sources.adobe_commerce_customers import companies, customers
from shared.sources.adobe_commerce_orders import orders, refunds
from shared.sources.adobe_commerce_search import keys_of
from shared.sources.http import Access
from shared.sources.pace import Limit, Signal
from shared.sources.source import Options, Source, Stream

IMS_ADDRESS = "https://ims-na1.adobelogin.com/ims/token/v3"
LIMIT = Limit(capacity=float("inf"), per_second=float("inf"), parallel=2)
"""Adobe publishes no quota; what stands in front of a shop bears few requests at once."""
TARPIT = 3600.0
"""Seconds for which Adobe's Fastly holds back an address that asked too much."""
SWEEP_REACH = timedelta(days=62)
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"^({_LABEL}(\.{_LABEL})*)?$"
"""A host name without scheme, port or path; what needs those is a base_url."""


class AdobeCommerceOptions(Options):
    """Which installation and flavour, whether it has B2B, and how many rows a page has."""

    flavour: Literal["paas", "saas"] = "paas"
    """`paas` is on-premises, cloud and Open Source; `saas` is Adobe Commerce as a Cloud Service."""
    host: str = Field(default="", pattern=_HOST)
    """The host name: the shop's own, or `<region>.api.commerce.adobe.com` for SaaS."""
    tenant: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    """SaaS: the tenant id, first part of the path."""
    ims_org: str = ""
    """SaaS: the IMS organisation, `...@AdobeOrg`."""
    page_size: int = Field(default=100, ge=1, le=300)
    """Rows a page; 300 is the limit where Web API input limits are on."""
    has_companies: bool = True
    """Whether the B2B module is there; Open Source answers 404 to `/V1/company/`."""


def access(connection: Connection, options: Options, secrets: Mapping[str, str]) -> Access:
    """Give the flavour's address and proof: OAuth 1.0a for PaaS, an IMS token for SaaS.

    Raises ConfigurationError for a secret or an option that the flavour needs and does not have.
    """
    chosen = AdobeCommerceOptions.model_validate(options)
    if chosen.flavour == "paas":
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        consumer_key, consumer_secret, token, token_secret = _needed(connection, secrets, names)
        root = connection.base_url or f"https://{_option(connection, chosen, 'host')}"
        return Access(
            base_url=f"{root.rstrip('/')}/rest/all/V1",
            auth=OAuth1Auth(consumer_key, consumer_secret, token, token_secret),
            limit=LIMIT,
            signal=signal,
        )
    client_id, client_secret = _needed(connection, secrets, ("client_id", "client_secret"))
    root = connection.base_url or "https://" + "/".join(
        _option(connection, chosen, name) for name in ("host", "tenant")
    )
    return Access(
        base_url=f"{root.rstrip('/')}/V1",
        auth=ims_auth(connection.token_url or IMS_ADDRESS, client_id, client_secret, name=connection.name),
        headers={
            "x-api-key": client_id,
            "x-gw-ims-org-id": _option(connection, chosen, "ims_org"),
            "Store": "all",
        },
        limit=LIMIT,
        signal=signal,
    )


def signal(response: httpx.Response) -> Signal | None:
    """Slow down for an hour once we were refused: Fastly answers each further call 5 seconds late."""
    is_refused = response.status_code == httpx.codes.TOO_MANY_REQUESTS
    return Signal(available=0, capacity=1, per_second=0.2, lasts=TARPIT) if is_refused else None


def _needed(connection: Connection, secrets: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    for name in names:
        if not secrets.get(name):
            msg = f"{connection.name} needs the secret {name}: add a reference to it to the connection"
            raise ConfigurationError(msg, f"secrets.{name}")
    return [secrets[name] for name in names]


def _option(connection: Connection, options: AdobeCommerceOptions, name: str) -> str:
    value = str(getattr(options, name))
    if not value:
        msg = f"{connection.name} needs the option {name} for the flavour {options.flavour}"
        raise ConfigurationError(msg, f"options.{name}")
    return value


def _has_companies(options: AdobeCommerceOptions) -> bool:
    return options.has_companies


SOURCE = Source(
    kind="adobe_commerce",
    title="Adobe Commerce",
    streams=(
        Stream(
            "orders",
            Order,
            orders,
            is_by_key=True,
            keys=keys_of("/orders", "created_at"),
            sweep_column="placed_at",
            sweep_reach=SWEEP_REACH,
        ),
        Stream(
            "refunds",
            Refund,
            refunds,
            is_by_key=True,
            keys=keys_of("/creditmemos", "created_at"),
            sweep_column="refunded_at",
            sweep_reach=SWEEP_REACH,
        ),
        Stream(
            "customers",
            CommerceCustomer,
            customers,
            is_by_key=True,
            keys=keys_of("/customers/search", id_field="id"),
            # A customer whose address alone changes keeps its updated_at.
            reread_every=timedelta(days=1),
        ),
        Stream("companies", Company, companies, is_full_read=True, is_offered=_has_companies),
    ),
    access=access,
    options=AdobeCommerceOptions,
    secrets=(),
    check=check,
)
