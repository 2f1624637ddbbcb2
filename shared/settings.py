"""What the process is told by its environment, and how secret references become secrets.

| setting | meaning |
|---|---|
| `AzureWebJobsStorage` | connection string of the storage account, or |
| `AzureWebJobsStorage__accountName` | its name, reached by managed identity |
| `AzureWebJobsStorage__tableServiceUri`, `__queueServiceUri`, `__clientId` | where they differ |
| `APPLICATIONINSIGHTS_CONNECTION_STRING` | where spans and metrics go; without it none are made, unless |
| `OTEL_EXPORTER_OTLP_ENDPOINT` | names a collector on this machine |
| `APPLICATIONINSIGHTS_AUTHENTICATION_STRING` | `Authorization=AAD;ClientId=…`: read by what sends them |
| `WEBSITE_SITE_NAME` | set by the platform: by which name the app tells of itself |
| `TIEOUT_ADMIN_KEY` | the operator's key: makes workspaces and their keys |
| `TIEOUT_CALLBACK_HOSTS` | hosts besides Microsoft's at which flows may be called, with commas between |
| `TIEOUT_KEY_VAULT` | address of the Key Vault that `keyvault:NAME` refers to |
| `AZURE_FUNCTIONS_ENVIRONMENT` | set by the host: `Development` allows vendors on this machine over http |
| `TIEOUT_SCHEDULE_{KIND}` | NCRONTAB that replaces a source's own schedule |
| `TIEOUT_ENTRA_TENANT` | id of the Microsoft Entra tenant whose people and apps may ask |
| `TIEOUT_ENTRA_AUDIENCE` | what their tokens are for: the app's client id, its `api://` address, or both |
| `TIEOUT_ENTRA_CLIENTS` | client ids of the apps by which they may ask; empty, every app of the tenant |
| `TIEOUT_ENTRA_ACCESS` | which app roles and groups have which roles in which workspaces, as JSON |
| `TIEOUT_PLATFORM_SIGN_IN` | `true` to let in whom App Service authentication has signed in |
| `WEBSITE_AUTH_ENABLED` | set by the platform: App Service authentication is on |
| `TIEOUT_REQUESTS_PER_MINUTE` | what one caller may ask of one instance; 600 if nothing else is said |
| `TIEOUT_RECOMPUTATIONS_PER_MINUTE` | and of that, what is worked out anew; 60 if nothing else is said |
| `TIEOUT_REFUSALS_PER_MINUTE` | how often one address may fail to sign in; 30 if nothing else is said |
| `TIEOUT_SESSION_HOURS` | how long one may be signed in to the dashboard; 8 if nothing else is said |
| `TIEOUT_SESSION_IDLE_MINUTES` | and without asking for a page; 60 if nothing else is said |
"""

import os
from collections.abc import Mapping, MutableMapping
from datetime import timedelta

import httpx
from azure.core.exceptions import ClientAuthenticationError

from shared.access.directory import Directory
from shared.errors import ConfigurationError, RetryLater
from shared.store.account import StorageAccount
from shared.telemetry.exporting import Destination

_DIGITS = 7
"""Of a number: more hours than that are beyond the calendar."""


def storage_account(environment: Mapping[str, str] = os.environ) -> StorageAccount:
    """Say where the store lives; raises ConfigurationError where nothing says so."""
    connection_string = environment.get("AzureWebJobsStorage", "")
    if connection_string:
        return StorageAccount(connection_string=connection_string, is_proxied=is_proxied(environment))
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
        is_proxied=is_proxied(environment),
    )


def is_proxied(environment: Mapping[str, str]) -> bool:
    """Tell whether the environment names a proxy to go out by."""
    return any(each.lower().endswith("_proxy") and environment[each] for each in environment)


def environment() -> Mapping[str, str]:
    """Give all that the process is told, for who looks for what is wrong with it."""
    return dict(os.environ)


def is_local(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the app runs on a person's own machine: the Functions host tells it so."""
    return environment.get("AZURE_FUNCTIONS_ENVIRONMENT", "") == "Development"


def telemetry(environment: Mapping[str, str] = os.environ) -> Destination:
    """Say where spans and metrics go."""
    return Destination(
        connection_string=environment.get("APPLICATIONINSIGHTS_CONNECTION_STRING", ""),
        collector=environment.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
        app=environment.get("WEBSITE_SITE_NAME", "") or "tieout",
    )


def keep_reports_at_home(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let the library that sends telemetry tell its maker nothing, unless a setting asks for it."""
    for name in ("STATSBEAT_DISABLED_ALL", "CONTROLPLANE_DISABLED", "SDKSTATS_DISABLED"):
        environment.setdefault(f"APPLICATIONINSIGHTS_{name}", "true")


def operator_key(environment: Mapping[str, str] = os.environ) -> str:
    """Give the operator's key; "" where there is no operator."""
    return _resolved(environment, "TIEOUT_ADMIN_KEY")


def callback_hosts(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Give the hosts, besides those of Power Automate, at which flows may be called."""
    given = environment.get("TIEOUT_CALLBACK_HOSTS", "").split(",")
    return tuple(each.strip().lower() for each in given if each.strip())


def directory(environment: Mapping[str, str] = os.environ) -> Directory:
    """Say whose people and apps may ask, and what opens what to them."""
    return Directory(
        tenant=environment.get("TIEOUT_ENTRA_TENANT", "").strip().lower(),
        audiences=_words(environment, "TIEOUT_ENTRA_AUDIENCE"),
        clients=frozenset(_words(environment, "TIEOUT_ENTRA_CLIENTS")),
        access=environment.get("TIEOUT_ENTRA_ACCESS", ""),
    )


def platform_signs_in(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the platform's word for who asks counts: it is given, and the operator takes it."""
    names = ("WEBSITE_AUTH_ENABLED", "TIEOUT_PLATFORM_SIGN_IN")
    return all(environment.get(name, "").strip().lower() in {"true", "1"} for name in names)


def requests_per_minute(environment: Mapping[str, str] = os.environ) -> int:
    """Say how much one caller may ask of one instance; raises ConfigurationError for what is no number."""
    return _count(environment, "TIEOUT_REQUESTS_PER_MINUTE", 600)


def recomputations_per_minute(environment: Mapping[str, str] = os.environ) -> int:
    """Say how often one caller may have much worked out; raises ConfigurationError for what is no number."""
    return _count(environment, "TIEOUT_RECOMPUTATIONS_PER_MINUTE", 60)


def refusals_per_minute(environment: Mapping[str, str] = os.environ) -> int:
    """Say how often one address may fail; raises ConfigurationError for what is no number."""
    return _count(environment, "TIEOUT_REFUSALS_PER_MINUTE", 30)


def session_length(environment: Mapping[str, str] = os.environ) -> timedelta:
    """Say how long one may be signed in; raises ConfigurationError for what is no number."""
    return timedelta(hours=_count(environment, "TIEOUT_SESSION_HOURS", 8))


def session_idle(environment: Mapping[str, str] = os.environ) -> timedelta:
    """Say how long a session may rest; raises ConfigurationError for what is no number."""
    return timedelta(minutes=_count(environment, "TIEOUT_SESSION_IDLE_MINUTES", 60))


def _resolved(environment: Mapping[str, str], name: str) -> str:
    """Give a secret setting, or "" where the platform could not read its secret from the Key Vault.

    It leaves the reference itself in place then, `@Microsoft.KeyVault(...)`: that anybody could guess.
    https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
    """
    value = environment.get(name, "")
    return "" if value.startswith("@Microsoft.KeyVault(") else value


def _words(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(environment.get(name, "").replace(",", " ").split())


def _count(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name, "").strip()
    if not given:
        return default
    if not given.isdecimal() or len(given) > _DIGITS or not int(given):
        raise ConfigurationError(f"{name} must be a whole number above 0, of at most {_DIGITS} digits", name)
    return int(given)


def schedule(kind: str, default: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give the schedule of a kind of source: what the environment says, or the source's own."""
    return environment.get(f"TIEOUT_SCHEDULE_{kind.upper()}", "") or default


async def secret(reference: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give the value that `env:NAME` or `keyvault:NAME` refers to.

    Raises ConfigurationError where it is not there, RetryLater where the vault cannot be reached.
    """
    kind, _, name = reference.partition(":")
    value = _resolved(environment, name) if kind == "env" else await _from_key_vault(name, environment)
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
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - heavy to load

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
