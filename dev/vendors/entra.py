"""A simulated Microsoft Entra ID: client credentials for the one app that it knows.

Below `/entra` it answers as https://login.microsoftonline.com does, and names that address in its
discovery document (learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
"""

import base64
import binascii
import hashlib
import hmac
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRETS = {
    "client_id": "7f3a2b10-5c1d-4e8f-9a6b-0d1e2f3a4b5c",
    "client_secret": "invented~Entra.Secret_1",
}
"""The app registration that all simulated Microsoft vendors let in."""

_AUTHORITY = "https://login.microsoftonline.com"
_SIGNING_KEY = b"signs the tokens of a simulation"
_TRACE = "Trace ID: invented Correlation ID: invented Timestamp: 2026-11-21 09:00:00Z"


def token(scope: str = "") -> str:
    """Give the access token for a scope such as `https://api.businesscentral.dynamics.com/.default`."""
    claims = base64.urlsafe_b64encode(scope.encode()).decode().rstrip("=")
    return f"simulated.{claims}.{_signature(claims)}"


def is_valid(authorization_header: str, scope_prefix: str = "") -> bool:
    """Tell whether an Authorization header carries a token of ours for a scope that begins so."""
    scheme, _, text = authorization_header.partition(" ")
    kind, _, rest = text.partition(".")
    claims, _, signature = rest.partition(".")
    if (scheme, kind) != ("Bearer", "simulated") or not hmac.compare_digest(signature, _signature(claims)):
        return False
    try:
        scope = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scope.startswith(scope_prefix)


def _signature(claims: str) -> str:
    return hmac.new(_SIGNING_KEY, claims.encode(), hashlib.sha256).hexdigest()


def _refused(status: int, error: str, number: int, why: str) -> Response:
    return JSONResponse(
        {
            "error": error,
            "error_description": f"AADSTS{number}: {why} {_TRACE}",
            "error_codes": [number],
            "timestamp": "2026-11-21 09:00:00Z",
            "trace_id": "invented",
            "correlation_id": "invented",
            "error_uri": f"{_AUTHORITY}/error?code={number}",
        },
        status_code=status,
    )


async def discovery(request: Request) -> Response:
    """Answer a tenant's OpenID Connect discovery document."""
    tenant = f"{_AUTHORITY}/{request.path_params['tenant']}"
    return JSONResponse(
        {
            "issuer": f"{tenant}/v2.0",
            "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
            "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            "jwks_uri": f"{tenant}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
        }
    )


async def issue(request: Request) -> Response:
    """Answer a token request, or say why not in Entra's way."""
    form = dict(parse_qsl((await request.body()).decode()))
    if form.get("grant_type") != "client_credentials":
        return _refused(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
    if form.get("client_id") != SECRETS["client_id"]:
        why = "Application with the identifier was not found in the directory."
        return _refused(400, "unauthorized_client", 700016, why)
    if not hmac.compare_digest(form.get("client_secret", "").encode(), SECRETS["client_secret"].encode()):
        why = "Invalid client secret provided. Ensure the secret being sent is the value, not the ID."
        return _refused(401, "invalid_client", 7000215, why)
    scope = form.get("scope", "")
    if not scope.endswith("/.default"):
        return _refused(400, "invalid_scope", 70011, "The provided value for the scope is not valid.")
    answer = {
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": token(scope),
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


ROUTES = [
    Route("/entra/{tenant}/v2.0/.well-known/openid-configuration", discovery),
    Route("/entra/{tenant}/oauth2/v2.0/token", issue, methods=["POST"]),
]
