"""What the process is told by its environment, and how secret references become secrets.

| setting | meaning |
|---|---|
| `AzureWebJobsStorage` | connection string of the storage account, or |
| `AzureWebJobsStorage__accountName` | its name, reached by managed identity |
| `AzureWebJobsStorage__tableServiceUri`, `__queueServiceUri`, `__clientId` | where they differ |
| `TIEOUT_ADMIN_KEY` | the operator's key: makes workspaces and their keys |
| `TIEOUT_KEY_VAULT` | address of the Key Vault that `keyvault:NAME` refers to |
| `AZURE_FUNCTIONS_ENVIRONMENT` | set by the host: `Development` allows vendors on this machine over http |
| `TIEOUT_SCHEDULE_{KIND}` | NCRONTAB that replaces a source's own schedule |
"""

import os
from collections.abc import Mapping

import httpx
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import DefaultAzureCredential

from shared.errors import ConfigurationError, RetryLater
from shared.store.account import StorageAccount


def storage_account(environment: Mapping[str, str] = os.environ) -> StorageAccount:
    """Say where the store lives; raises ConfigurationError where nothing says so."""
    connection_string = environment.get("AzureWebJobsStorage", "")
    if connection_string:
        return StorageAccount(connection_string=connection_string)
    name = environment.get("AzureWebJobsStorage__accountName", "")
    tables = environment.get("AzureWebJobsStorage__tableServiceUri", "")
    queues = environment.get("AzureWebJobsStorage__queueServiceUri", "")
    if not name and not (tables and queues):
        msg = "set AzureWebJobsStorage to a connection string, or AzureWebJobsStorage__accountName"
        raise ConfigurationError(msg, "AzureWebJobsStorage")
    return StorageAccount(
        table_endpoint=tables or f"https://{name}.table.core.windows.net",
        queue_endpoint=queues or f"https://{name}.queue.core.windows.net",
        client_id=environment.get("AzureWebJobsStorage__clientId", ""),
    )


def is_local(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the app runs on a person's own machine: the Functions host tells it so."""
    return environment.get("AZURE_FUNCTIONS_ENVIRONMENT", "") == "Development"


def operator_key(environment: Mapping[str, str] = os.environ) -> str:
    """Give the operator's key; "" where there is no operator."""
    return environment.get("TIEOUT_ADMIN_KEY", "")


def schedule(kind: str, default: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give the schedule of a kind of source: what the environment says, or the source's own."""
    return environment.get(f"TIEOUT_SCHEDULE_{kind.upper()}", "") or default


async def secret(reference: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give the value that `env:NAME` or `keyvault:NAME` refers to.

    Raises ConfigurationError where it is not there, RetryLater where the vault cannot be reached.
    """
    kind, _, name = reference.partition(":")
    value = environment.get(name, "") if kind == "env" else await _from_key_vault(name, environment)
    if not value:
        msg = f"the secret {reference} is not set"
        raise ConfigurationError(msg, reference)
    return value


async def _from_key_vault(name: str, environment: Mapping[str, str]) -> str:
    """Read a secret's current version (https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret)."""
    vault = environment.get("TIEOUT_KEY_VAULT", "").rstrip("/")
    if not vault:
        msg = "set TIEOUT_KEY_VAULT to the vault's address, https://NAME.vault.azure.net"
        raise ConfigurationError(msg, "TIEOUT_KEY_VAULT")
    async with DefaultAzureCredential() as credential, httpx.AsyncClient(timeout=10) as http:
        try:
            token = await credential.get_token("https://vault.azure.net/.default")
            response = await http.get(
                f"{vault}/secrets/{name}",
                params={"api-version": "7.4"},
                headers={"Authorization": f"Bearer {token.token}"},
            )
        except ClientAuthenticationError:
            msg = "the app has no identity that may sign in to the Key Vault"
            raise ConfigurationError(msg, f"keyvault:{name}") from None
        except httpx.TransportError:
            msg = "the Key Vault cannot be reached"
            raise RetryLater(msg, 60) from None
    if response.status_code == httpx.codes.OK:
        return str(response.json()["value"])
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise RetryLater(f"the Key Vault answered {response.status_code}", 60)
    msg = f"the Key Vault answered {response.status_code} for {name}: check the name and the role"
    raise ConfigurationError(msg, f"keyvault:{name}")
