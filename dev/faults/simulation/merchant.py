"""The merchant's settings, and the secrets that they refer to."""

from typing import Any

from dev.faults.simulation.world import (
    ACCOUNTS,
    ADDRESS,
    HOOK,
    KINDS,
    LEDGER,
    LOG,
    SHOP,
    TEAMS,
    VENDORS,
    WORKSPACE,
)
from dev.vendors import teams
from dev.worlds.world import CARDS
from shared.domain.workspace import Workspace
from shared.errors import ConfigurationError

SAGE = "ecom_customers_absent_from_sage"
GAP = "revenue_gap_detailed_breakdown"
_NEEDED = {
    "shopify": ("access_token",),
    "sage_intacct": ("client_id", "client_secret"),
    "sage_network": ("api_key",),
}
_SECRETS = {
    TEAMS: f"{ADDRESS}/teams/finance?sig={teams.SECRETS['sig']}",
    HOOK: f"{ADDRESS}/hook",
    "env:SIGNED": "invented-hook-secret",
} | {
    f"env:{kind}_{name}".upper().replace("ENV:", "env:"): vendor.SECRETS[name]
    for kind, vendor in zip(KINDS, VENDORS, strict=False)
    for name in _NEEDED[kind]
}


async def secret(reference: str) -> str:
    """Give the value that a reference of the merchant's refers to."""
    if reference not in _SECRETS:
        raise ConfigurationError(f"the secret {reference} is not set", reference)
    return str(_SECRETS[reference])


def workspace(*, page_size: int, has_documents: bool, threshold: int) -> Workspace:
    """Give the merchant's document; with documents the ledger's orders and invoices are read, too."""
    options: dict[str, dict[str, Any]] = {
        SHOP: {"shop": "acme", "page_size": page_size, "has_companies": False},
        LEDGER: {"username": "tieout@acme", "page_size": page_size, "includes_orders": has_documents},
        LOG: {"page_size": page_size},
    }
    cards = (SAGE, GAP) if has_documents else (SAGE,)
    return Workspace.model_validate(
        {
            "id": WORKSPACE,
            "name": "Acme",
            "time_zone": "Europe/London",
            "reporting_currency": "GBP",
            "entities": [{"id": "acme-uk", "name": "Acme Ltd"}],
            "connections": [
                {
                    "name": name,
                    "kind": kind,
                    "base_url": f"{ADDRESS}/{kind}/{name}",
                    "secrets": {
                        each: f"env:{kind}_{each}".upper().replace("ENV:", "env:") for each in _NEEDED[kind]
                    },
                    "options": options[name],
                }
                for name, kind in zip(ACCOUNTS, KINDS, strict=True)
            ],
            "cards": {each: {"enabled": False} for each in CARDS if each not in cards}
            | {SAGE: {"threshold": threshold}},
            "field_map": {"default_entity": "acme-uk"},
            "recipients": {"finance": {"teams": [TEAMS]}, "owner": {"hooks": [HOOK]}},
            "notifications": {"hook_secret": "env:SIGNED"},
        }
    )
