"""How Adobe Commerce is told who asks: OAuth 1.0a on PaaS, an IMS access token on SaaS."""

from collections.abc import Generator
from typing import Literal, cast

import httpx
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from shared.sources.http import TokenAuth

IMS_SCOPE = (
    "openid,AdobeID,email,profile,additional_info.roles,additional_info.projectedProductContext,commerce.accs"
)


class OAuth1Auth(httpx.Auth):
    """Signs each request with an integration's four secrets (RFC 5849, HMAC-SHA256).

    The signature covers the address byte by byte, so its query must be percent-encoded already:
    httpx leaves such a query as it is, and oauthlib refuses raw brackets.
    """

    def __init__(self, consumer_key: str, consumer_secret: str, token: str, token_secret: str) -> None:
        self._client = Client(
            consumer_key,
            client_secret=consumer_secret,
            resource_owner_key=token,
            resource_owner_secret=token_secret,
            signature_method=SIGNATURE_HMAC_SHA256,
        )

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the signature; each try has a nonce of its own."""
        method = cast(Literal["GET", "POST"], request.method)
        _, headers, _ = self._client.sign(str(request.url), http_method=method)
        request.headers["Authorization"] = headers["Authorization"]
        yield request


def ims_auth(token_url: str, client_id: str, client_secret: str, *, name: str) -> TokenAuth:
    """Prove who we are by a server-to-server token of Adobe's identity service."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": IMS_SCOPE,
    }
    return TokenAuth(lambda: httpx.Request("POST", token_url, data=form), name=name)
