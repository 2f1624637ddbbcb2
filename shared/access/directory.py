"""What the directory says of a person or an app, and what that opens here.

Roles and groups of Microsoft Entra open nothing by themselves: the operator's access list says which of
them has which roles in which workspaces. It is one app setting, so that nobody grants himself anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, StringConstraints, TypeAdapter, ValidationError, model_validator

from shared.access.refused import Refused, TooManyGroups
from shared.access.roles import Caller, Grants
from shared.domain.deferred import Deferred
from shared.domain.workspace import Identifier
from shared.errors import ConfigurationError

Claims = Mapping[str, Any]

_IS_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch

AnyRole = Literal["owner", "finance", "operations", "engineering", "marketing", "admin"]


class Entry(Deferred):
    """One line of the access list: who has these roles in these workspaces, or is an operator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """The value of an app role, or"""
    group: UUID | None = None
    """the object id of a group."""
    workspaces: tuple[Identifier | Literal["*"], ...] = ()
    roles: tuple[AnyRole, ...] = ()
    operator: bool = False

    @property
    def holder(self) -> tuple[str, str]:
        """Who has it: `role` or `group`, and which."""
        return ("group", str(self.group)) if self.group else ("role", self.role or "")

    @model_validator(mode="after")
    def _says_who_and_what(self) -> Self:
        if (self.role is None) == (self.group is None):
            raise ValueError("name a role or a group, and not both")
        if self.operator == bool(self.roles) or bool(self.workspaces) != bool(self.roles):
            raise ValueError("give roles and workspaces, or operator alone")
        return self


@dataclass(frozen=True, slots=True)
class Directory:
    """The tenant whose people and apps may come, and what opens what to them."""

    tenant: str
    """Its id. Empty, none of them is known."""
    audiences: tuple[str, ...] = ()
    """The app's own client id, `api://` address, or both: what a token must be meant for."""
    clients: frozenset[str] = frozenset()
    """The apps that may ask, for people or for themselves, by client id; empty, all of the tenant."""
    access: str = ""
    """The access list as JSON."""

    @property
    def takes_tokens(self) -> bool:
        """Say whether tokens of the tenant are taken."""
        return bool(self.tenant and self.audiences)

    def caller(self, claims: Claims) -> Caller:
        """Give the caller whom claims speak of; they are genuine and meant for us.

        Raises Refused where they do not say who or come from another tenant or by an app that is not let
        in, TooManyGroups where what opens something may be a group that they do not name.
        """
        if not self.tenant or one(claims, "tid") != self.tenant:
            raise Refused("the tenant is another")
        client = one(claims, "azp", "appid")
        if client and self.clients and client not in self.clients:
            raise Refused("the app that asks is not on the list")
        return Caller(_name(claims), self._grants(claims))

    def _grants(self, claims: Claims) -> Grants | None:
        entries = read(self.access)
        has = {("role", each) for each in _all(claims, "roles")}
        has |= {("group", each.lower()) for each in _all(claims, "groups")}
        fitting = [each for each in entries if each.holder in has]
        if not fitting and _names_too_many(claims) and any(each.group for each in entries):
            raise TooManyGroups
        if any(each.operator for each in fitting):
            return None
        grants: dict[str, frozenset[str]] = {}
        for each in fitting:
            for workspace in each.workspaces:
                grants[workspace] = grants.get(workspace, frozenset()).union(each.roles)
        return grants


@lru_cache(maxsize=4)
def read(access: str) -> tuple[Entry, ...]:
    """Read an access list; raises ConfigurationError naming what is wrong, and opens nothing then."""
    try:
        return TypeAdapter(tuple[Entry, ...]).validate_json(access or "[]")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ConfigurationError(
            f"TIEOUT_ENTRA_ACCESS {place}: {first['msg']}", "TIEOUT_ENTRA_ACCESS"
        ) from None


def _name(claims: Claims) -> str:
    """Give the name of whom claims speak of: ids alone, since logs and audit keep it and people leave.

    An app asks for itself where no scope says that a person lets it
    (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
    """
    client = one(claims, "azp", "appid")
    is_app = bool(client) and not one(claims, "scp")
    name = client if is_app else one(claims, "oid")
    if not _IS_ID(name):
        raise Refused("it does not say who asks")
    return f"{'app' if is_app else 'user'}:{name.lower()}"


def one(claims: Claims, *names: str) -> str:
    """Give the first of these claims that is there; "" for none."""
    return next((found for name in names for found in _all(claims, name)), "")


def _all(claims: Claims, name: str) -> list[str]:
    value = claims.get(name, [])
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _names_too_many(claims: Claims) -> bool:
    """Say whether groups were left out: a token has room for 200, one of the implicit flow for 6."""
    names = claims.get("_claim_names")
    return "hasgroups" in claims or (names is not None and "groups" in names)
