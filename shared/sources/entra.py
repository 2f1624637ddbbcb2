"""Access tokens from Microsoft Entra ID for an app by its own secret, through msal.

learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping
from importlib import import_module
from threading import Lock
from typing import Any

import httpx

from shared.domain.workspace import Connection
from shared.errors import ConfigurationError, RetryLater
from shared.sources.http import LONGEST_PAUSE, TIMEOUT

LOGIN = "https://login.microsoftonline.com"

_CODE = re.compile(r"AADSTS\d+")
_ADVICE = {
    "AADSTS7000215": "check client_secret: it must be the secret's value, not its id",
    "AADSTS7000222": "the client secret has expired: make a new one and set client_secret",
    "AADSTS700016": "check client_id and tenant_id: the tenant does not know this app",
    "AADSTS90002": "check tenant_id: there is no such tenant",
    "AADSTS500011": "check the environment: the tenant does not know the API that is asked for",
}
_PASSING = frozenset({"temporarily_unavailable", "server_error"})


def entra_auth(
    connection: Connection, tenant_id: str, client_id: str, client_secret: str, scope: str
) -> httpx.Auth:
    """Give the proof that an app sends: a token for `scope`, such as `https://{host}/.default`.

    Requests for tokens go to the connection's `token_url`, where it has one. When sending, raises
    ConfigurationError where Entra refuses the app, RetryLater where it cannot be reached.
    """
    return EntraAuth(connection.name, connection.token_url, tenant_id, (client_id, client_secret), scope)


class EntraAuth(httpx.Auth):
    """Adds a bearer token; on a 401 gets a fresh one and tries once more."""

    def __init__(
        self, name: str, token_url: str, tenant_id: str, client: tuple[str, str], scope: str
    ) -> None:
        self._name = name
        self._http = _TokenHttp(token_url or LOGIN)
        self._tenant_id, self._client, self._scope = tenant_id, client, scope
        self._app: Any = None
        self._lock = Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the token; on a 401 get a new one and try once more."""
        token = ""
        for _ in range(2):
            token = await asyncio.to_thread(self._token, token)
            request.headers["Authorization"] = f"Bearer {token}"
            response = yield request
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return

    def _token(self, refused: str) -> str:
        """Get a token other than the refused one; msal keeps it until shortly before its end.

        Of several requests whose token was refused, the first gets the new one for all.
        """
        # Imported here: it takes 100 ms that few starts need.
        msal: Any = import_module("msal")
        exceptions: Any = import_module("msal.exceptions")

        with self._lock:
            try:
                if self._app is None:
                    client_id, client_secret = self._client
                    self._app = msal.ConfidentialClientApplication(
                        client_id,
                        client_credential=client_secret,
                        authority=f"{LOGIN}/{self._tenant_id}",
                        instance_discovery=False,
                        http_client=self._http,
                    )
                answer = self._app.acquire_token_for_client([self._scope])
                if refused and answer.get("access_token") == refused:
                    self._app.remove_tokens_for_client()
                    answer = self._app.acquire_token_for_client([self._scope])
            except (httpx.HTTPError, exceptions.MsalServiceError) as error:
                msg = f"{self._name}: Microsoft Entra cannot be reached ({type(error).__name__})"
                raise RetryLater(msg, LONGEST_PAUSE) from None
            except (ValueError, KeyError, RuntimeError, httpx.InvalidURL):
                # msal puts the whole answer into its message; what matters is which settings to check.
                msg = f"{self._name}: no tenant of Microsoft Entra answered: check tenant_id and token_url"
                raise ConfigurationError(msg) from None
        return self._read(answer)

    def _read(self, answer: Mapping[str, Any]) -> str:
        token = answer.get("access_token")
        if isinstance(token, str) and token:
            return token
        error = str(answer.get("error", "no access_token"))
        if error in _PASSING:
            msg = f"{self._name}: Microsoft Entra is not available now ({error})"
            raise RetryLater(msg, LONGEST_PAUSE)
        found = _CODE.search(str(answer.get("error_description", "")))
        code = found.group() if found else ""
        advice = _ADVICE.get(code, "check tenant_id, client_id and client_secret")
        named = f"{error} {code}".strip()
        msg = f"{self._name}: Microsoft Entra refused the app ({named}): {advice}"
        raise ConfigurationError(msg)


class _TokenHttp:
    """The HTTP client that msal sends with: Entra's own address, or another in its place."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._send("GET", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._send("POST", url, **options)

    def close(self) -> None:
        """Nothing stays open: a token is asked for about once an hour."""

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        **_: Any,
    ) -> httpx.Response:
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        target = self._address + url.removeprefix(LOGIN) if url.startswith(f"{LOGIN}/") else url
        with httpx.Client(timeout=TIMEOUT) as client:
            return client.request(method, target, params=params, data=data, headers=sent)
