"""People whom the platform has signed in: App Service authentication's header `x-ms-client-principal`.

The platform takes the header off what comes from outside only while its authentication is switched on; the
host hands it to us in any case. So it counts only where both the platform and the operator say so, and is
not looked at elsewhere. https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
"""

import base64
from collections.abc import Mapping

from pydantic import ConfigDict, ValidationError

from shared.access.directory import Directory
from shared.access.refused import Refused
from shared.access.roles import Caller
from shared.domain.deferred import Deferred

HEADER = "x-ms-client-principal"
LONGEST = 65_536

_SHORT = {
    "http://schemas.microsoft.com/identity/claims/objectidentifier": "oid",
    "http://schemas.microsoft.com/identity/claims/tenantid": "tid",
    "http://schemas.microsoft.com/identity/claims/scope": "scp",
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/role": "roles",
}
"""The platform gives some claims by long names."""


class _Claim(Deferred):
    model_config = ConfigDict(frozen=True, extra="ignore")

    typ: str
    val: str


class _Principal(Deferred):
    model_config = ConfigDict(frozen=True, extra="ignore")

    auth_typ: str
    role_typ: str = ""
    claims: tuple[_Claim, ...]


def by_principal(headers: Mapping[str, str], directory: Directory, *, is_vouched_for: bool) -> Caller | None:
    """Give the caller whom the platform has signed in; None where it has not, or does not vouch for it.

    Raises Refused for a header that cannot be read, and for whom the directory refuses.
    """
    header = headers.get(HEADER, "")
    if not is_vouched_for or not header:
        return None
    principal = _read(header)
    if principal.auth_typ != "aad":
        raise Refused("the platform signed in by another provider")
    claims: dict[str, list[str]] = {}
    for each in principal.claims:
        name = "roles" if each.typ == principal.role_typ else _SHORT.get(each.typ, each.typ)
        claims.setdefault(name, []).append(each.val)
    return directory.caller(claims)


def _read(header: str) -> _Principal:
    if len(header) > LONGEST:
        raise Refused("the platform's header is too long")
    try:
        return _Principal.model_validate_json(base64.b64decode(header, validate=True))
    except (ValueError, ValidationError):
        raise Refused("the platform's header cannot be read") from None
