"""The keys that open functions: never laxer than Azure's host.

https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe

from starlette.datastructures import Headers, QueryParams

ANONYMOUS, FUNCTION, ADMIN = "ANONYMOUS", "FUNCTION", "ADMIN"


@dataclass(frozen=True)
class Keys:
    """The master key opens everything, the host key every function, a function's own key just that one."""

    master: str = field(default_factory=token_urlsafe)
    host: str = field(default_factory=token_urlsafe)
    functions: Mapping[str, str] = field(default_factory=dict)

    def permit(self, given: str, level: str, function: str = "") -> bool:
        """Tell whether this key may call a function of this level; an empty key opens only anonymous ones."""
        if level == ANONYMOUS:
            return True
        accepted = [self.master]
        if level == FUNCTION:
            accepted += [self.host, self.functions.get(function, "")]
        return any(_is_same(given, key) for key in accepted)


def _is_same(given: str, key: str) -> bool:
    return bool(given and key) and hmac.compare_digest(given.encode(), key.encode())


def given_key(headers: Headers, query: QueryParams) -> str:
    """Give the key of a request: the header's where there is one, else `?code=`; empty without either."""
    return headers.get("x-functions-key", query.get("code", ""))
