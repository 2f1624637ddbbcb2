"""Route templates of HTTP triggers: `orders/{id:int}/rows/{page?}`, `files/{*rest}`.

Matching ignores case; literals win over constrained parameters, these over free ones, these over catch-alls.
https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from dev.host.constraints import Check, check
from dev.host.errors import StartupError

TOKEN = re.compile(r"\{(\*{0,2})(\w+)((?::\w+(?:\([^()]*\))?)*)(\??)\}|([^{}]+)")
CONSTRAINT = re.compile(r":(\w+)(?:\(([^()]*)\))?")


@dataclass(frozen=True)
class Route:
    """A compiled template; the smaller its precedence, the earlier it is tried."""

    pattern: re.Pattern[str]
    checks: Mapping[str, tuple[Check, ...]]
    precedence: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Give the route's parameters, without empty ones, or None where the path does not fit."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values = {name: value for name, value in found.groupdict().items() if value}
        fits = all(is_met(value) for name, value in values.items() for is_met in self.checks[name])
        return values if fits else None


def compiled(template: str) -> Route:
    """Compile a template; raises StartupError where it cannot be read."""
    pattern, precedence = "", []
    checks: dict[str, tuple[Check, ...]] = {}
    for at, segment in enumerate(each for each in template.strip("/").split("/") if each):
        part, rank, slash = "", 1, "/" if at else ""
        if TOKEN.sub("", segment):
            raise StartupError(f"the route {template!r} cannot be read at {segment!r}")
        for token in TOKEN.finditer(segment):
            stars, name, constraints, optional, literal = token.groups()
            if literal:
                part += re.escape(literal)
                rank = min(rank, 2)
                continue
            checks[name] = tuple(
                check(constraint, [int(each) for each in (values or "").split(",") if each])
                for constraint, values in CONSTRAINT.findall(constraints)
            )
            is_whole = token.group() == segment
            rank = (5 if stars else 3) - bool(constraints or not is_whole)
            part += f"(?P<{name}>{'.*' if stars else '[^/]+'})"
            if optional or stars:
                part, slash = f"(?:{slash}{part})?", ""
        pattern += slash + part
        precedence.append(rank)
    return Route(re.compile(pattern, re.IGNORECASE | re.DOTALL), checks, tuple(precedence))


def decoded(raw_path: bytes) -> str:
    """Decode a request's path segment by segment; `%2F` stays as it is, as ASP.NET Core leaves it."""
    segments = raw_path.decode("ascii", "replace").split("?")[0].strip("/").split("/")
    return "/".join(
        "%2F".join(unquote(part) for part in re.split("%2f", segment, flags=re.IGNORECASE))
        for segment in segments
    )
