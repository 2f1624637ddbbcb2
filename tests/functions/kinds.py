"""Every kind of caller: what they send, and what they may, as the rules have it and not the code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from shared.access import ROLES, issue
from shared.access.sessions import form_token
from shared.store.workspaces import ApiKeys
from tests.access.tenant import (
    APP,
    TENANT,
    claims,
    principal,
    public_key,
    signed_by_secret,
    token,
    unsigned,
)
from tests.functions.app import OPERATOR_KEY

NOW = datetime(2026, 4, 12, 9, tzinfo=UTC)
OTHER_TENANT = "00000000-0000-4000-8000-000000000000"

ACCESS: list[dict[str, Any]] = [
    *({"role": f"Acme.{role}", "workspaces": ["acme"], "roles": [role]} for role in ROLES),
    {"role": "Other.everything", "workspaces": ["other"], "roles": list(ROLES)},
    {"role": "Partner", "workspaces": ["*"], "roles": ["owner"]},
    {"role": "Operator", "operator": True},
]
"""The operator's access list."""

SETTINGS = {
    "TIEOUT_ADMIN_KEY": OPERATOR_KEY,
    "TIEOUT_ENTRA_TENANT": TENANT,
    "TIEOUT_ENTRA_AUDIENCE": f"{APP} api://{APP}",
}


@dataclass(frozen=True)
class Kind:
    """A kind of caller."""

    headers: Mapping[str, str]
    roles: Mapping[str, frozenset[str]] | None = None
    """By workspace; None for one whom nobody knows."""
    is_operator: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


FROM_A_PAGE = {
    "sec-fetch-site": "same-origin",
    "cookie": f"__Host-tieout={'t' * 43}",
    "x-csrf-token": form_token("t" * 43),
}
"""What the script of a page of ours sends with a change."""


def _in(workspace: str, *roles: str) -> dict[str, frozenset[str]]:
    return {workspace: frozenset(roles)}


@cache
def _bearer(**changes: Any) -> dict[str, str]:
    said = {"roles": [changes.pop("role", "Acme.admin")], **changes}
    return {"authorization": f"Bearer {token(claims(NOW.timestamp(), **said))}"}


def _said(role: str = "Operator") -> dict[str, Any]:
    return claims(NOW.timestamp(), roles=[role])


def _entra() -> dict[str, Kind]:
    """Give those who come by the directory."""
    past = int(NOW.timestamp()) - 3_600
    v1 = {"iss": f"https://sts.windows.net/{TENANT}/", "aud": f"api://{APP}"}
    known = {f"token: {role}": Kind(_bearer(role=f"Acme.{role}"), _in("acme", role)) for role in ROLES}
    stranger = signed_by_secret(_said(), public_key())
    return known | {
        "token of version 1": Kind(_bearer(role="Acme.finance", **v1), _in("acme", "finance")),
        "token of an app": Kind(_bearer(role="Acme.operations", scp=None), _in("acme", "operations")),
        "token of an operator": Kind(_bearer(role="Operator"), {}, is_operator=True),
        "token for every workspace": Kind(_bearer(role="Partner"), _in("acme", "owner")),
        "token for another workspace": Kind(_bearer(role="Other.everything"), _in("other", *ROLES)),
        "token for nothing": Kind(_bearer(role="Unheard.of"), {}),
        "token for another app": Kind(_bearer(aud=OTHER_TENANT)),
        "token that expired": Kind(_bearer(exp=past)),
        "token of another tenant": Kind(
            _bearer(tid=OTHER_TENANT, iss=f"https://login.microsoftonline.com/{OTHER_TENANT}/v2.0")
        ),
        "token without an algorithm": Kind({"authorization": f"Bearer {unsigned(_said())}"}),
        "token by the public key": Kind({"authorization": f"Bearer {stranger}"}),
    }


def _platform() -> dict[str, Kind]:
    """Give those whom the platform signed in, or who say so."""
    vouched = {"WEBSITE_AUTH_ENABLED": "true", "TIEOUT_PLATFORM_SIGN_IN": "true"}
    forged = {"x-ms-client-principal": principal(_said())}
    marketing = {"x-ms-client-principal": principal(_said("Acme.marketing")), **FROM_A_PAGE}
    return {
        "forged header": Kind(forged),
        "forged header, the platform's word alone": Kind(forged, settings={"WEBSITE_AUTH_ENABLED": "true"}),
        "forged header, our setting alone": Kind(forged, settings={"TIEOUT_PLATFORM_SIGN_IN": "true"}),
        "signed in by the platform": Kind(marketing, _in("acme", "marketing"), settings=vouched),
        "malformed header": Kind({"x-ms-client-principal": "e30="}, settings=vouched),
    }


async def kinds(api_keys: ApiKeys) -> dict[str, Kind]:
    """Give every kind of caller, whose keys are kept here."""

    async def key(
        *roles: str, workspace: str = "acme", lives: timedelta = timedelta(days=1)
    ) -> dict[str, str]:
        kept, made = issue(workspace, "a flow", roles, NOW, NOW + lives)
        await api_keys.put(kept)
        return {"x-api-key": made}

    by_role = {f"key: {role}": Kind(await key(role), _in("acme", role)) for role in ROLES}
    marketing, expired, revoked = (
        await key("marketing"),
        await key("admin", lives=timedelta()),
        await key("admin"),
    )
    await api_keys.delete("acme", revoked["x-api-key"].partition(".")[0])
    mixed = ".".join([marketing["x-api-key"].partition(".")[0], revoked["x-api-key"].partition(".")[2]])
    forged = {"x-ms-client-principal": principal(_said())}
    return {
        "nobody": Kind({}),
        "malformed key": Kind({"x-api-key": "tk-acme"}),
        "key of another form": Kind({"x-api-key": "ключ"}),
        "key that never was": Kind({"x-api-key": issue("acme", "", ["admin"], NOW, None)[1]}),
        "key with another's secret": Kind({"x-api-key": mixed}),
        "expired key": Kind(expired),
        "revoked key": Kind(revoked),
        "key of another workspace": Kind(await key(*ROLES, workspace="other"), _in("other", *ROLES)),
        **by_role,
        "operator's key": Kind({"x-api-key": OPERATOR_KEY}, {}, is_operator=True),
        "key beside a forged header": Kind(marketing | forged, _in("acme", "marketing")),
        "key beside a better token": Kind(marketing | _bearer(role="Operator"), _in("acme", "marketing")),
        "bad key beside a good token": Kind(revoked | _bearer(role="Operator")),
        **_entra(),
        **_platform(),
    }
