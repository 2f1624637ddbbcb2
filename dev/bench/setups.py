"""How each kind of source is connected to its simulated vendor, without a network between them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dev.bench.account import COMPANIES
from dev.vendors import adobe_commerce, bigcommerce, entra, sage_intacct, sage_network, shopify
from shared.domain.workspace import Connection
from shared.sources import SOURCES, source_of
from shared.sources.http import Access, HeaderAuth
from shared.sources.source import Source, Stream

NAME = "shop"


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The options and secrets of a connection of one kind."""

    options: Mapping[str, Any]
    secrets: Mapping[str, str]
    scope: str = ""
    """Of the token that Entra gives; "" where the source gets its own."""


_TOKENS = ("client_id", "client_secret")
SETUPS = {
    "shopify": Setup(options={"shop": "acc"}, secrets={name: shopify.SECRETS[name] for name in _TOKENS}),
    "bigcommerce": Setup(options={"store_hash": "abc123"}, secrets=bigcommerce.SECRETS),
    "adobe_commerce": Setup(
        options={"flavour": "saas", "ims_org": "X@AdobeOrg"},
        secrets={name: adobe_commerce.SECRETS[name] for name in _TOKENS},
    ),
    "business_central": Setup(
        options={
            "tenant_id": "invented",
            "companies": COMPANIES,
            "connector_log_page": "api/tieout/connector/v1.0/connectorLogEntries",
        },
        secrets=entra.SECRETS,
        scope="https://api.businesscentral.dynamics.com/.default",
    ),
    "finance_operations": Setup(
        options={"tenant_id": "invented", "host": "contoso.operations.dynamics.com", "companies": COMPANIES},
        secrets=entra.SECRETS,
        scope="https://contoso.operations.dynamics.com/.default",
    ),
    "dataverse": Setup(
        options={"tenant_id": "invented", "host": "contoso.crm11.dynamics.com"},
        secrets=entra.SECRETS,
        scope="https://contoso.crm11.dynamics.com/.default",
    ),
    "sage_intacct": Setup(options={"username": "tieout@acme"}, secrets=sage_intacct.SECRETS),
    "sage_network": Setup(options={}, secrets=sage_network.SECRETS),
}
PULLED = tuple(source for source in SOURCES if source.form is None)
"""The sources that are polled; to the others files are sent."""


def source(kind: str) -> Source:
    """Give a source that there is."""
    found = source_of(kind)
    if found is None:
        raise KeyError(kind)
    return found


def stream(kind: str, name: str) -> Stream:
    """Give a stream that there is."""
    return next(each for each in source(kind).streams if each.name == name)


def connection(kind: str, page_size: int | None = None) -> Connection:
    """Give a connection to the account `acc`."""
    root, options = f"https://vendor.example/{kind}/acc", dict(SETUPS[kind].options)
    if page_size is not None and "page_size" in source(kind).options.model_fields:
        options["page_size"] = page_size
    return Connection(
        name=NAME,
        kind=kind,
        base_url=root,
        token_url=f"{root}/ims/token/v3" if kind == "adobe_commerce" else "",
        options=options,
    )


def access(to: Connection, secrets: Mapping[str, str] | None = None) -> Access:
    """Reach a connection's vendor; Entra, which has tests of its own, has given its token."""
    setup = SETUPS[to.kind]
    given = setup.secrets if secrets is None else secrets
    real = source(to.kind).access(to, source(to.kind).options.model_validate(to.options), given)
    if not setup.scope:
        return real
    token = entra.token(setup.scope) if given == setup.secrets else "refused"
    return replace(real, auth=HeaderAuth({"Authorization": f"Bearer {token}"}))
