"""An invented Microsoft Entra tenant: its signing keys, its tokens, and the server of its keys."""

import base64
import hmac
import json
from functools import cache
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.access.directory import Directory
from shared.access.signing_keys import SigningKeys

TENANT = "0d1e2f3a-0000-4000-8000-00000000ac3e"
APP = "11111111-2222-4333-8444-555555555555"
FLOW = "66666666-7777-4888-8999-aaaaaaaaaaaa"
ANN = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
TEAM = "99999999-8888-4777-8666-555555555555"
LONG = "http://schemas.microsoft.com/identity/claims/"

Claims = dict[str, Any]


@cache
def signing_key(key_id: str = "first") -> rsa.RSAPrivateKey:
    """Give the private key of an id; it is made once, which takes a while."""
    assert key_id
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def public_key(key_id: str = "first") -> bytes:
    """Give a public key as text, as an attacker could take it for a secret."""
    return signing_key(key_id).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def claims(now: float, **changes: Any) -> Claims:
    """Give what a token of version 2 for a person says; None takes a claim away."""
    said = {
        "aud": APP,
        "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "iat": int(now) - 60,
        "nbf": int(now) - 60,
        "exp": int(now) + 3_600,
        "azp": FLOW,
        "oid": ANN,
        "scp": "access_as_user",
        "tid": TENANT,
        "preferred_username": "ann.lee@acme.example",
        "name": "Ann Lee",
        "ver": "2.0",
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def token(said: Claims, key_id: str = "first", header_id: str | None = None) -> str:
    """Sign a token as the tenant does."""
    return jwt.encode(
        said,
        signing_key(key_id),
        algorithm="RS256",
        headers={"kid": key_id if header_id is None else header_id},
    )


def unsigned(said: Claims, algorithm: str = "none") -> str:
    """Give a token without a signature."""
    return f"{_part({'alg': algorithm, 'typ': 'JWT', 'kid': 'first'})}.{_part(said)}."


def signed_by_secret(said: Claims, secret: bytes) -> str:
    """Give a token signed by what both sides know, which the tenant never does."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'first'})}.{_part(said)}"
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _part(value: Any) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def principal(said: Claims, *, provider: str = "aad") -> str:
    """Give the platform's header about somebody, with the long names that it uses."""
    long = {"oid": f"{LONG}objectidentifier", "tid": f"{LONG}tenantid", "scp": f"{LONG}scope"}
    listed = [
        {"typ": long.get(name, name), "val": str(each)}
        for name, value in said.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    document = {"auth_typ": provider, "name_typ": "name", "role_typ": "roles", "claims": listed}
    return base64.b64encode(json.dumps(document).encode()).decode()


class KeyServer:
    """Answers with the tenant's keys, and counts; `is_down` while it cannot be reached."""

    def __init__(self, *key_ids: str) -> None:
        self.key_ids = list(key_ids or ("first",))
        self.asked: list[str] = []
        self.is_down = False
        self.status = 200
        self.time = 0.0

    def signing_keys(self) -> SigningKeys:
        """Give the keys as read from here, on a clock that stands still."""
        return SigningKeys(httpx.MockTransport(self._answer), lambda: self.time)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.is_down:
            raise httpx.ConnectError("down")
        listed = [
            jwt.algorithms.RSAAlgorithm.to_jwk(signing_key(each).public_key(), as_dict=True)
            for each in self.key_ids
        ]
        named = [
            {**each, "kid": key_id, "use": "sig"} for each, key_id in zip(listed, self.key_ids, strict=True)
        ]
        return httpx.Response(self.status, json={"keys": [{"kty": "EC", "kid": "other"}, *named]})


def directory(*access: Any, **changes: Any) -> Directory:
    """Give the settings that let people of the tenant in."""
    fields: dict[str, Any] = {
        "tenant": TENANT,
        "audiences": (APP, f"api://{APP}"),
        "access": json.dumps(access),
    }
    return Directory(**(fields | changes))
