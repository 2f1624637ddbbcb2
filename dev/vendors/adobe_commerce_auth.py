"""Who may ask a simulated Adobe Commerce: OAuth 1.0a signatures on PaaS, IMS tokens on SaaS."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, parse_qsl, quote, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from dev.vendors.facts import Account
from dev.vendors.vendor import Refused, endpoint

SECRETS = {
    "consumer_key": "adobe-invented-consumer-key",
    "consumer_secret": "adobe-invented-consumer-secret",
    "access_token": "adobe-invented-access-token",
    "access_token_secret": "adobe-invented-access-token-secret",
    "client_id": "adobe-invented-client-id",
    "client_secret": "adobe-invented-client-secret",
}
_IMS_TOKEN = "adobe-invented-ims-token"


def admit_signed(request: Request) -> None:
    """Refuse a request whose OAuth 1.0a signature does not fit its bytes, or whose nonce was used."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind != "OAuth":
        problem = {
            "message": "The consumer isn't authorized to access %resources.",
            "parameters": {"resources": "Magento_Sales::actions_view"},
        }
        raise Refused(JSONResponse(problem, 401))
    parts = (part.strip().partition("=") for part in text.split(","))
    given = {name: unquote(value.strip('"')) for name, _, value in parts}
    if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (
        SECRETS["consumer_key"],
        SECRETS["access_token"],
    ):
        raise Refused(JSONResponse({"message": "A consumer having the specified key does not exist"}, 401))
    if not given.get("oauth_timestamp", "").isdigit() or _is_used(request, given.get("oauth_nonce", "")):
        raise Refused(
            JSONResponse({"message": "The nonce is already being used by the consumer with ID 1"}, 401)
        )
    if not hmac.compare_digest(given.get("oauth_signature", ""), _signature(request, given)):
        raise Refused(JSONResponse({"message": "The signature is invalid. Verify and try again."}, 401))


def _is_used(request: Request, nonce: str) -> bool:
    state = request.app.state
    if not hasattr(state, "adobe_nonces"):
        state.adobe_nonces = set()
    is_used = not nonce or nonce in state.adobe_nonces
    state.adobe_nonces.add(nonce)
    return is_used


def _signature(request: Request, given: dict[str, str]) -> str:
    """Compute what RFC 5849 asks for (section 3.4), from the query as it came."""
    asked = parse_qsl(request.scope["query_string"].decode("ascii"), keep_blank_values=True)
    signed = [(name, value) for name, value in given.items() if name not in {"oauth_signature", "realm"}]
    pairs = sorted((_quoted(name), _quoted(value)) for name, value in [*asked, *signed])
    host, path = request.headers["host"].lower(), request.scope["raw_path"].decode("ascii")
    base = "&".join(
        _quoted(part)
        for part in (
            request.method,
            f"{request.url.scheme}://{host.removesuffix(':80')}{path}",
            "&".join(f"{name}={value}" for name, value in pairs),
        )
    )
    key = f"{_quoted(SECRETS['consumer_secret'])}&{_quoted(SECRETS['access_token_secret'])}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()).decode()


def _quoted(text: str) -> str:
    return quote(text, safe="~")


def admit_token(request: Request) -> None:
    """Refuse a request without the IMS token or the headers that go with it."""
    headers = request.headers
    is_known = headers.get("Authorization") == f"Bearer {_IMS_TOKEN}"
    if not is_known or headers.get("x-api-key") != SECRETS["client_id"]:
        raise Refused(JSONResponse({"error_code": "401013", "message": "Oauth token is not valid"}, 401))
    if not headers.get("x-gw-ims-org-id") or not headers.get("Store"):
        raise Refused(JSONResponse({"error_code": "403010", "message": "Organisation or store missing"}, 403))


@endpoint
async def ims_token(request: Request, _: Account) -> Response:
    """Give an access token for the invented client, as Adobe's identity service does."""
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    is_client = all(form.get(name) == SECRETS[name] for name in ("client_id", "client_secret"))
    if not is_client or form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "invalid_client"}, 401)
    if "commerce.accs" not in form.get("scope", "").split(","):
        return JSONResponse({"error": "invalid_scope"}, 400)
    return JSONResponse({"access_token": _IMS_TOKEN, "token_type": "bearer", "expires_in": 86_399})
