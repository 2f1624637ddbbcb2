"""Bearer tokens of Microsoft Entra: genuine, of the one tenant, meant for us, and of now.

https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from shared.access.directory import Directory, one
from shared.access.refused import Refused
from shared.access.roles import Caller
from shared.access.signing_keys import LOGIN, SigningKeys

HEADER = "authorization"
LONGEST = 16_384
LEEWAY = timedelta(seconds=60)
"""How far the clock of the directory may be from ours."""
_ALGORITHM = "RS256"
_OPTIONS = {
    "require": ["exp", "iss", "aud"],
    # PyJWT has a clock of its own, and ours is an argument.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}


async def by_token(
    headers: Mapping[str, str], directory: Directory, signing_keys: SigningKeys, now: datetime
) -> Caller | None:
    """Give the caller whom a bearer token speaks of; None where none was sent, or we take none.

    Raises Refused for a token that does not hold, RetryLater where the tenant's keys cannot be had.
    """
    scheme, _, token = headers.get(HEADER, "").partition(" ")
    if scheme.lower() != "bearer" or not directory.takes_tokens:
        return None
    if len(token) > LONGEST:
        raise Refused("the token is too long")
    claims = await _proven(token.strip(), directory, signing_keys, now)
    if not one(claims, "azp", "appid"):
        raise Refused("the token is not for access")  # but says who signed in: it is for the app that asked
    return directory.caller(claims)


async def _proven(
    token: str, directory: Directory, signing_keys: SigningKeys, now: datetime
) -> Mapping[str, Any]:
    """Give the claims of a token that holds."""
    # Imported here: it takes 100 ms that few starts need.
    jwt: Any = import_module("jwt")

    try:
        header = jwt.get_unverified_header(token)
        key = await signing_keys.key(directory.tenant, str(header.get("kid", "")))
        if key is None:
            raise Refused("the token is signed by a key that the tenant does not have")
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=directory.audiences,
            issuer=issuers(directory.tenant),
            options=_OPTIONS,
        )
    except (jwt.PyJWTError, RecursionError) as error:
        raise Refused(f"the token does not hold ({type(error).__name__})") from None
    _hold_to_time(claims, now)
    return claims


def issuers(tenant: str) -> list[str]:
    """Give the names by which a tenant issues tokens: in those of version 2, and in those of version 1."""
    return [f"{LOGIN}/{tenant}/v2.0", f"https://sts.windows.net/{tenant}/"]


def _hold_to_time(claims: Mapping[str, Any], now: datetime) -> None:
    begins, ends = claims.get("nbf", 0), claims["exp"]
    if not _is_time(begins) or not _is_time(ends):
        raise Refused("the token does not say when it holds")
    if now.timestamp() >= ends + LEEWAY.total_seconds():
        raise Refused("the token has expired")
    if now.timestamp() < begins - LEEWAY.total_seconds():
        raise Refused("the token does not hold yet")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
