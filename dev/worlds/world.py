"""What a demonstration world is: a merchant's settings, and everything that its vendors know."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dev.vendors.facts import Account
from shared import cards

CARDS = tuple(card.id for card in cards.CARDS)
ADDRESS = "{vendors}"
"""Stands in a document for the address that the simulated vendors are served from."""
CUSTOM_PAGES = {
    "connector_log_page": "api/tieout/connector/v1.0/connectorLogEntries",
    "privacy_page": "api/tieout/connector/v1.0/customerPrivacy",
}
"""Where the simulated Business Central has what the standard API lacks."""
TEAMS_CHANNEL = "env:DEMO_TEAMS_CHANNEL"
"""Refers to the address of the simulated Teams workflow."""

_CLIENT = ("client_id", "client_secret")
_SECRETS = {
    "shopify": ("access_token",),
    "bigcommerce": ("access_token",),
    "adobe_commerce": ("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    "business_central": _CLIENT,
    "finance_operations": _CLIENT,
    "dataverse": _CLIENT,
    "sage_intacct": _CLIENT,
    "sage_network": ("api_key",),
}
_BEHIND_ENTRA = frozenset({"business_central", "finance_operations", "dataverse"})


@dataclass(kw_only=True)
class World:
    """A merchant's settings and everything that its vendors know."""

    document: dict[str, Any]
    """A workspace document; `{vendors}` stands where the simulated vendors' address belongs."""
    accounts: dict[str, Account]
    """By account name, unique over all worlds: `{workspace id}-{connection name}`."""
    named: tuple[str, ...] = ()
    """The orders that the worked example names, if it names any."""

    def at(self, address: str) -> dict[str, Any]:
        """Give the document for vendors that are served from this address."""
        filled: dict[str, Any] = json.loads(json.dumps(self.document).replace(ADDRESS, address))
        return filled


def workspace(
    identity: str,
    name: str,
    card: str,
    as_of: datetime,
    *,
    card_settings: dict[str, Any] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Give a workspace document that shows one card at one instant; money in pounds unless told."""
    return {
        "id": identity,
        "name": name,
        "time_zone": str(as_of.tzinfo),
        "reporting_currency": "GBP",
        "cards": {each: {"enabled": False} for each in CARDS if each != card} | {card: card_settings or {}},
        "as_of": as_of.isoformat(),
        **settings,
    }


def entity(identity: str, name: str, company_codes: Iterable[str]) -> dict[str, Any]:
    """Give the settings of a merchant's only legal entity, which every order posts to."""
    return {"id": identity, "name": name, "company_codes": list(company_codes)}


def connection(owner: str, name: str, kind: str, **settings: Any) -> dict[str, Any]:
    """Give the settings of one connection of the workspace `owner` to a simulated vendor."""
    entra = {"token_url": f"{ADDRESS}/entra"} if kind in _BEHIND_ENTRA else {}
    return {
        "name": name,
        "kind": kind,
        "base_url": f"{ADDRESS}/{kind}/{account_name(owner, name)}",
        "secrets": {secret: f"env:{f'demo_{kind}_{secret}'.upper()}" for secret in _SECRETS[kind]},
        **entra,
        **settings,
    }


def mail(sender: str, tenant_id: str) -> dict[str, Any]:
    """Give the settings by which a workspace sends mail from a mailbox of the simulated Graph."""
    return {
        "transport": "graph",
        "sender": sender,
        "tenant_id": tenant_id,
        "endpoint": f"{ADDRESS}/graph",
        "token_url": f"{ADDRESS}/entra",
        "secrets": {name: f"env:{f'demo_graph_{name}'.upper()}" for name in _CLIENT},
    }


def account_name(owner: str, name: str) -> str:
    """Give the name that the simulated vendor knows a connection's account by."""
    return f"{owner}-{name}"
