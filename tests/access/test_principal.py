"""The platform's header: taken where it is vouched for, and nowhere else."""

import base64
from typing import Any

import pytest

from shared import settings
from shared.access import Caller
from shared.access.principal import LONGEST, by_principal
from shared.access.refused import Refused, TooManyGroups
from tests.access.tenant import ANN, FLOW, TEAM, claims, directory, principal

ACCESS = (
    {"role": "Tieout.Finance", "workspaces": ["acme"], "roles": ["finance"]},
    {"group": TEAM, "workspaces": ["acme"], "roles": ["operations"]},
)


def _known(header: str, *, is_vouched_for: bool = True, **changes: Any) -> Caller | None:
    headers = {"x-ms-client-principal": header} if header else {}
    return by_principal(headers, directory(*ACCESS, **changes), is_vouched_for=is_vouched_for)


def _said(**changes: Any) -> dict[str, Any]:
    return claims(0, **changes)


async def test_whom_the_platform_signed_in_has_what_the_access_list_says() -> None:
    """Roles and groups open the same as in a token; the name is the object id, never the mail."""
    header = principal(_said(azp=None, roles=["Tieout.Finance", "Other"], groups=[TEAM]))
    assert Caller(f"user:{ANN}", {"acme": frozenset({"finance", "operations"})}) == _known(header)


async def test_an_app_is_an_app_by_the_platform_too() -> None:
    """A token that an app sent through the platform's authentication is the app's own without a scope."""
    apps = _known(principal(_said(scp=None)))
    theirs = _known(principal(_said()))
    assert (Caller(f"app:{FLOW}", {}), Caller(f"user:{ANN}", {})) == (apps, theirs)


async def test_without_the_platforms_word_the_header_is_not_looked_at() -> None:
    """Whatever it says, even nonsense: anybody can send it."""
    for header in (principal(_said(roles=["Tieout.Finance"])), "nonsense"):
        assert _known(header, is_vouched_for=False) is None
    assert _known("") is None


MALFORMED = {
    "not base64": "%%%",
    "not JSON": base64.b64encode(b"{").decode(),
    "a list": base64.b64encode(b"[]").decode(),
    "no claims": base64.b64encode(b'{"auth_typ": "aad"}').decode(),
    "claims of another shape": base64.b64encode(b'{"auth_typ": "aad", "claims": [{"typ": 1}]}').decode(),
    "not UTF-8": base64.b64encode(b"\xff\xfe").decode(),
    "not ASCII": "ключ",
    "deep": base64.b64encode(b"[" * 40_000).decode(),
    "too long": "A" * (LONGEST + 4),
    "another provider": principal(_said(roles=["Tieout.Finance"]), provider="google"),
    "another tenant": principal(_said(tid=FLOW, roles=["Tieout.Finance"])),
    "no tenant": principal(_said(tid=None, roles=["Tieout.Finance"])),
    "nobody": principal(_said(oid=None, azp=None)),
}


@pytest.mark.parametrize("header", MALFORMED.values(), ids=MALFORMED)
async def test_a_header_that_does_not_do_is_refused(header: str) -> None:
    """What cannot be read, and whom we do not know: refused, and breaks nothing."""
    with pytest.raises(Refused):
        _known(header)


async def test_too_many_groups_are_told() -> None:
    """As in a token."""
    with pytest.raises(TooManyGroups):
        _known(principal(_said(azp=None, hasgroups="true")))


async def test_without_a_tenant_nobody_is_let_in() -> None:
    """The platform may sign in anybody: it is the tenant that makes them ours."""
    with pytest.raises(Refused):
        _known(principal(_said(roles=["Tieout.Finance"])), tenant="")


@pytest.mark.parametrize(
    ("platform", "ours", "expected"),
    [
        ("true", "true", True),
        ("True", "1", True),
        ("true", "", False),
        ("", "true", False),
        ("false", "true", False),
        ("true", "no", False),
        ("true", "yes please", False),
    ],
)
async def test_both_must_say_so(platform: str, ours: str, *, expected: bool) -> None:
    """The platform that its authentication is on, the operator that its word counts."""
    environment = {"WEBSITE_AUTH_ENABLED": platform, "TIEOUT_PLATFORM_SIGN_IN": ours}
    assert expected == settings.platform_signs_in(environment)
