"""Tokens of the directory: which hold, for whom, and what they open."""

import base64
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from shared.access import Caller
from shared.access.refused import Refused, TooManyGroups
from shared.access.tokens import LONGEST, by_token
from shared.errors import ConfigurationError, RetryLater
from tests.access.tenant import (
    ANN,
    APP,
    FLOW,
    TEAM,
    TENANT,
    KeyServer,
    claims,
    directory,
    public_key,
    signed_by_secret,
    signing_key,
    token,
    unsigned,
)

NOW = datetime(2026, 4, 12, 9, tzinfo=UTC)
OTHER = "00000000-0000-4000-8000-000000000000"
FINANCE = {"role": "Tieout.Finance", "workspaces": ["acme"], "roles": ["finance"]}
TEAM_ACCESS = {"group": TEAM, "workspaces": ["acme", "bravo"], "roles": ["operations"]}
EVERYWHERE = {"role": "Partner", "workspaces": ["*"], "roles": ["owner"]}
OPERATORS = {"role": "Tieout.Operator", "operator": True}
ACCESS = (FINANCE, TEAM_ACCESS, EVERYWHERE, OPERATORS)


def said(**changes: Any) -> dict[str, Any]:
    """Give what a token of now says."""
    return claims(NOW.timestamp(), **changes)


async def _known(sent: str, **changes: Any) -> Caller | None:
    headers = {"authorization": f"Bearer {sent}"}
    return await by_token(headers, directory(*ACCESS, **changes), KeyServer().signing_keys(), NOW)


V1 = {
    "iss": f"https://sts.windows.net/{TENANT}/",
    "aud": f"api://{APP}",
    "azp": None,
    "appid": FLOW,
    "ver": "1.0",
}
HOLDS: dict[str, dict[str, Any]] = {
    "version 2": {},
    "version 1": V1,
    "one of several audiences": {"aud": f"api://{APP}"},
    "just expired": {"exp": int(NOW.timestamp()) - 59},
    "just not begun": {"nbf": int(NOW.timestamp()) + 60},
    "without a beginning": {"nbf": None},
}


@pytest.mark.parametrize("changes", HOLDS.values(), ids=HOLDS)
async def test_a_token_of_the_tenant_for_us_holds(changes: dict[str, Any]) -> None:
    """Issued by the tenant in either version, meant for us, of now give or take a minute."""
    expected = Caller(f"user:{ANN}", {"acme": frozenset({"finance"})})
    assert expected == await _known(token(said(roles=["Tieout.Finance"], **changes)))


REFUSED: dict[str, dict[str, Any]] = {
    "another audience": {"aud": OTHER},
    "no audience": {"aud": None},
    "another tenant": {"iss": f"https://login.microsoftonline.com/{OTHER}/v2.0", "tid": OTHER},
    "another tenant, version 1": {**V1, "iss": f"https://sts.windows.net/{OTHER}/", "tid": OTHER},
    "another tenant's id": {"tid": OTHER},
    "common": {"iss": "https://login.microsoftonline.com/common/v2.0"},
    "no issuer": {"iss": None},
    "a longer issuer": {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0/x"},
    "expired": {"exp": int(NOW.timestamp()) - 60},
    "no end": {"exp": None},
    "an end that is text": {"exp": "9999999999"},
    "not begun": {"nbf": int(NOW.timestamp()) + 61},
    "a sign-in's own token": {"azp": None, "scp": None},
    "nobody": {"oid": None},
    "somebody by mail": {"oid": "ann.lee@acme.example"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
async def test_a_token_that_is_not_for_us_is_refused(changes: dict[str, Any]) -> None:
    """Of another tenant, for another app, of another time, or of nobody: refused, however well signed."""
    with pytest.raises(Refused) as refused:
        await _known(token(said(roles=["Tieout.Finance"], **changes)))
    assert "ann" not in refused.value.why.lower()


def _forged() -> dict[str, str]:
    """Give tokens that nobody but the tenant could have made, made by somebody else."""
    operator = said(roles=["Tieout.Operator"])
    good = token(operator)
    head, body, signature = good.split(".")
    other_body = token(said(roles=["Tieout.Operator"], oid=OTHER)).split(".")[1]
    deep = base64.urlsafe_b64encode(b"[" * 9_000).decode()
    return {
        "nothing": "",
        "not a token": "nonsense",
        "dots": "..",
        "no algorithm": unsigned(operator),
        "No algorithm": unsigned(operator, "None"),
        "no signature": unsigned(operator, "RS256"),
        "cut off": f"{head}.{body}.",
        "changed": f"{head}.{other_body}.{signature}",
        "a stranger's key": token(operator, "stranger"),
        "a stranger's key by our id": token(operator, "stranger", header_id="first"),
        "no key's id": token(operator, header_id=""),
        "a secret": signed_by_secret(operator, b"secret"),
        "the public key as a secret": signed_by_secret(operator, public_key()),
        "another algorithm": jwt.encode(operator, signing_key(), algorithm="RS512", headers={"kid": "first"}),
        "a deep header": f"{deep}.{body}.{signature}",
        "too long": good + "A" * LONGEST,
    }


@pytest.mark.parametrize("name", _forged())
async def test_a_forged_token_is_refused(name: str) -> None:
    """Only RS256 by a key of the tenant counts; what cannot be read is refused, and breaks nothing."""
    with pytest.raises(Refused):
        await _known(_forged()[name])


@pytest.mark.parametrize("header", ["", "Basic YW5uOnNlY3JldA==", "Bearerx", "Token x"])
async def test_what_is_no_bearer_token_is_not_ours_to_judge(header: str) -> None:
    """Another scheme is another kind's business."""
    keys = KeyServer().signing_keys()
    assert await by_token({"authorization": header}, directory(*ACCESS), keys, NOW) is None


@pytest.mark.parametrize("changes", [{"tenant": ""}, {"audiences": ()}])
async def test_without_settings_no_token_is_taken(changes: dict[str, Any]) -> None:
    """Without a tenant or an audience nobody comes by token, however good."""
    assert await _known(token(said(roles=["Tieout.Operator"])), **changes) is None


async def test_the_scheme_is_read_in_any_case() -> None:
    """RFC 9110: schemes are without case."""
    headers = {"authorization": f"bEARER  {token(said(roles=['Tieout.Finance']))}"}
    caller = await by_token(headers, directory(*ACCESS), KeyServer().signing_keys(), NOW)
    assert caller is not None
    assert caller.roles == {"finance"}


async def test_an_app_is_known_by_its_client_id() -> None:
    """A token without a scope is an app's own: it is named by its client id, whom the directory shows."""
    caller = await _known(token(said(scp=None, roles=["Tieout.Finance"])))
    assert Caller(f"app:{FLOW}", {"acme": frozenset({"finance"})}) == caller


@pytest.mark.parametrize("changes", [{}, {"scp": None}, V1])
async def test_only_listed_apps_may_ask(changes: dict[str, Any]) -> None:
    """Where apps are listed, others are refused, for people and for themselves, in both versions."""
    sent = token(said(roles=["Tieout.Finance"], **changes))
    assert await _known(sent, clients=frozenset({FLOW, OTHER})) is not None
    with pytest.raises(Refused):
        await _known(sent, clients=frozenset({OTHER}))


GRANTED: dict[str, tuple[dict[str, Any], dict[str, set[str]] | None]] = {
    "nothing": ({}, {}),
    "a role that nothing names": ({"roles": ["finance"]}, {}),
    "a role": ({"roles": ["Tieout.Finance"]}, {"acme": {"finance"}}),
    "a role by another case": ({"roles": ["tieout.finance"]}, {}),
    "a group": ({"groups": [TEAM.upper()]}, {"acme": {"operations"}, "bravo": {"operations"}}),
    "a group as a role": ({"roles": [TEAM]}, {}),
    "a role as a group": ({"groups": ["Tieout.Finance"]}, {}),
    "both": (
        {"roles": ["Tieout.Finance"], "groups": [OTHER, TEAM]},
        {"acme": {"finance", "operations"}, "bravo": {"operations"}},
    ),
    "everywhere": ({"roles": ["Partner"]}, {"*": {"owner"}}),
    "an operator": ({"roles": ["Tieout.Operator"]}, None),
    "nonsense": ({"roles": {"a": 1}, "groups": [7, None]}, {}),
}


@pytest.mark.parametrize(("changes", "expected"), GRANTED.values(), ids=GRANTED)
async def test_roles_and_groups_open_what_the_access_list_says(
    changes: dict[str, Any], expected: dict[str, set[str]] | None
) -> None:
    """And nothing by themselves: a role of the directory that is called as one of ours is none."""
    caller = await _known(token(said(**changes)))
    assert caller is not None
    assert (None if expected is None else {name: frozenset(each) for name, each in expected.items()}) == (
        caller.grants
    )


OVERAGE = [{"_claim_names": {"groups": "src1"}, "_claim_sources": {}}, {"hasgroups": True}]


@pytest.mark.parametrize("changes", OVERAGE)
async def test_a_token_that_does_not_name_its_groups_says_so(changes: dict[str, Any]) -> None:
    """Somebody in too many groups is told, instead of being a stranger; an app role serves all the same."""
    with pytest.raises(TooManyGroups):
        await _known(token(said(**changes)))
    caller = await _known(token(said(roles=["Tieout.Finance"], **changes)))
    assert caller is not None
    assert caller.roles == {"finance"}


async def test_without_groups_in_the_list_nobody_misses_them() -> None:
    """Where no group opens anything, a token that leaves them out is as good as any."""
    sent = {"authorization": f"Bearer {token(said(hasgroups=True))}"}
    caller = await by_token(sent, directory(FINANCE), KeyServer().signing_keys(), NOW)
    assert Caller(f"user:{ANN}", {}) == caller


BAD_LISTS = [
    "{",
    "{}",
    '[{"role": "a", "roles": ["finance"]}]',
    '[{"role": "a", "workspaces": ["acme"]}]',
    '[{"workspaces": ["acme"], "roles": ["finance"]}]',
    f'[{{"role": "a", "group": "{TEAM}", "workspaces": ["acme"], "roles": ["finance"]}}]',
    '[{"group": "The team", "workspaces": ["acme"], "roles": ["finance"]}]',
    '[{"role": "a", "workspaces": ["acme"], "roles": ["god"]}]',
    '[{"role": "a", "operator": true, "workspaces": ["acme"], "roles": ["finance"]}]',
    '[{"role": "a", "workspaces": ["Acme Ltd"], "roles": ["finance"]}]',
    '[{"role": "", "operator": true}]',
]


@pytest.mark.parametrize("access", BAD_LISTS)
async def test_an_access_list_that_is_wrong_opens_nothing(access: str) -> None:
    """It is the operator's to mend, and until then nobody comes in by it."""
    with pytest.raises(ConfigurationError, match="TIEOUT_ENTRA_ACCESS"):
        await _known(token(said(roles=["a"])), access=access)


async def test_without_the_keys_nothing_is_decided() -> None:
    """A directory that was never reached is no reason to let in, nor to turn away."""
    server = KeyServer()
    server.is_down = True
    headers = {"authorization": f"Bearer {token(said())}"}
    with pytest.raises(RetryLater):
        await by_token(headers, directory(), server.signing_keys(), NOW)
